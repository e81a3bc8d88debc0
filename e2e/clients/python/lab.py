"""What all tests of the Python client share: the server that KUBECONFIG names, and namespaces of their own."""

import contextlib
import json
import socket
import threading
import time
import unittest
from urllib.parse import urlsplit

from kubernetes import client, config
from kubernetes.client.rest import ApiException
from kubernetes.dynamic import DynamicClient

PATIENCE = 30  # seconds that anything which the server does in the background may take


def settings():
    made = client.Configuration()
    config.load_kube_config(client_configuration=made)
    return made


def api_client(server=None):
    made = settings()
    if server:
        made.host = server
    return client.ApiClient(made)


def await_true(what, done):
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not after {PATIENCE} s")
        time.sleep(0.02)


class LabTest(unittest.TestCase):
    """A test class with a namespace of its own."""

    @classmethod
    def setUpClass(cls):
        cls.api = api_client()
        cls.core = client.CoreV1Api(cls.api)
        cls.apps = client.AppsV1Api(cls.api)
        cls.dynamic = DynamicClient(cls.api)
        cls.ns = cls.core.create_namespace({"metadata": {"generateName": "python-"}}).metadata.name

    @classmethod
    def tearDownClass(cls):
        cls.core.delete_namespace(cls.ns)

    @contextlib.contextmanager
    def refused(self, code, reason):
        """Expects an API error, and gives its Status body as `refused.status`."""
        with self.assertRaises(ApiException) as caught:
            yield caught
        caught.status = json.loads(caught.exception.body)
        self.assertEqual((caught.exception.status, caught.status["reason"]), (code, reason), caught.status)
        self.assertEqual(caught.status["kind"], "Status")
        self.assertEqual(caught.status["code"], code)

    def config_map(self, name, data=None, **metadata):
        labels = {"app": "web", **metadata.pop("labels", {})}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": labels, **metadata},
                "data": data or {}}

    def clear(self):
        self.core.delete_collection_namespaced_config_map(self.ns, label_selector="app")


def deployment(name, container="web"):
    labels = {"app": "web"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": labels},
            "spec": {"selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels}, "spec": {"containers": [{"name": container, "image": "web:1"}]}}}}


class Proxy:
    """Passes connections on to the server, and cuts all that are open when asked to."""

    def __init__(self, server):
        target = urlsplit(server)
        self._target = (target.hostname, target.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = set()
        self._lock = threading.Lock()
        self.server = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                far = socket.create_connection(self._target)
                with self._lock:
                    self._open |= {near, far}
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._open.discard(source)

    def cut(self):
        with self._lock:
            for end in self._open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._listener.close()
        self.cut()
