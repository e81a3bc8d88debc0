"""Following a kind over a connection that breaks, as a program on this client does: list, watch, and watch on."""

import threading
import unittest

import urllib3
from kubernetes import client, watch

from lab import PATIENCE, LabTest, Proxy, api_client, await_true


class Follower:
    """A small informer: lists once, then watches from where the last connection ended."""

    def __init__(self, server, ns):
        self._core = client.CoreV1Api(api_client(server))
        self._ns = ns
        self._ended = threading.Event()
        self.versions, self.wrong, self.breaks = {}, [], 0
        found = self._core.list_namespaced_config_map(ns, label_selector="app=web")
        self._version = found.metadata.resource_version
        self.versions = {item.metadata.name: item.metadata.resource_version for item in found.items}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._ended.is_set():
            try:
                for event in watch.Watch().stream(self._core.list_namespaced_config_map, self._ns, label_selector="app=web",
                                                  resource_version=self._version, timeout_seconds=PATIENCE):
                    self._see(event["type"], event["object"].metadata)
            except urllib3.exceptions.HTTPError:
                pass  # the connection broke in the middle of an event
            self.breaks += 1

    def _see(self, kind, metadata):
        known = metadata.name in self.versions
        if known == (kind == "ADDED") or int(metadata.resource_version) <= int(self._version):
            self.wrong.append(f"{kind} of {metadata.name} at {metadata.resource_version} after {self._version}")
        self._version = metadata.resource_version
        if kind == "DELETED":
            del self.versions[metadata.name]
        else:
            self.versions[metadata.name] = metadata.resource_version

    def end(self):
        self._ended.set()


class Watching(LabTest):
    def test_nothing_is_missed_or_doubled_when_the_connection_breaks(self):
        proxy = Proxy(self.api.configuration.host)
        self.addCleanup(proxy.close)
        follower = Follower(proxy.server, self.ns)
        self.addCleanup(follower.end)
        for i in range(100):
            self.core.create_namespaced_config_map(self.ns, self.config_map(f"n{i:03}"))
            self.core.patch_namespaced_config_map(f"n{i:03}", self.ns, {"data": {"i": str(i)}})
            if i % 4 == 3:
                self.core.delete_namespaced_config_map(f"n{i - 1:03}", self.ns)
            if i % 20 == 19:
                # In the midst of a watch: a connection that breaks before that is made again unnoticed.
                await_true("the follower is up to date", lambda: f"n{i:03}" in follower.versions)
                breaks = follower.breaks
                proxy.cut()
                await_true("the follower has noticed", lambda: follower.breaks > breaks)
        found = self.core.list_namespaced_config_map(self.ns, label_selector="app=web")
        want = {item.metadata.name: item.metadata.resource_version for item in found.items}
        self.assertEqual(len(want), 75)
        await_true("the follower knows all", lambda: follower.versions == want)
        self.assertEqual(follower.wrong, [])
        self.assertGreaterEqual(follower.breaks, 5)


if __name__ == "__main__":
    unittest.main()
