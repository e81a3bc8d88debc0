"""kubectl as the tests call it: the program that KUBECTL names, in a namespace of its own."""

import json
import os
import subprocess
import unittest

KUBECTL = os.environ.get("KUBECTL", "kubectl")
LIMIT = 60  # seconds that any command may take


def minor(program=KUBECTL):
    """The minor version of kubectl, as 33 for 1.33.1."""
    told = subprocess.run([program, "version", "--client", "-o", "json"], capture_output=True, check=True, timeout=LIMIT)
    return int(json.loads(told.stdout)["clientVersion"]["minor"].rstrip("+"))


MINOR = minor()


class KubectlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ns = f"kubectl-{MINOR}-{cls.__name__.lower()}"
        cls.run_kubectl("create", "namespace", cls.ns)

    @classmethod
    def tearDownClass(cls):
        cls.run_kubectl("delete", "namespace", cls.ns)

    @classmethod
    def run_kubectl(cls, *args, given=None, check=True, **env):
        ran = subprocess.run([KUBECTL, "-n", cls.ns, *args], input=given, text=True, capture_output=True, timeout=LIMIT,
                             env={**os.environ, **env})
        if check and ran.returncode != 0:
            raise AssertionError(f"kubectl {' '.join(args)}: {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran

    def kubectl(self, *args, given=None, **env):
        """What it prints; the test fails when it is refused."""
        return self.run_kubectl(*args, given=given, **env).stdout.strip()

    def refused(self, text, *args, given=None):
        """Expects a refusal that says `text`."""
        ran = self.run_kubectl(*args, given=given, check=False)
        self.assertNotEqual(ran.returncode, 0, ran.stdout)
        self.assertIn(text, ran.stderr)

    def told(self, path, *what):
        """A JSONPath of an object."""
        return self.kubectl("get", *what, "-o", "jsonpath=" + path)


def config_map(name, data=None, **labels):
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"app": "web", **labels}},
                       "data": data or {}})


def deployment(name, image="web:1", **spec):
    labels = {"app": name}
    return json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {
        "selector": {"matchLabels": labels}, "template": {
            "metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}}, **spec}})
