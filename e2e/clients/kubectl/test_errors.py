"""Refusals in the words that people know."""

import json
import unittest

from lab import MINOR, KubectlTest, config_map, deployment


class Errors(KubectlTest):
    def test_names(self):
        self.kubectl("create", "-f", "-", given=config_map("a"))
        self.refused('Error from server (AlreadyExists): error when creating "STDIN": configmaps "a" already exists',
                     "create", "-f", "-", given=config_map("a"))
        self.refused('Error from server (NotFound): configmaps "none" not found', "get", "configmap", "none")
        self.refused("the server doesn't have a resource type \"hedges\"", "get", "hedges")
        self.refused('namespaces "none" not found', "create", "-n", "none", "configmap", "a")

    def test_an_unknown_kind(self):
        self.refused('no matches for kind "Hedge" in version "lab.example.com/v1"', "apply", "-f", "-",
                     given=json.dumps({"apiVersion": "lab.example.com/v1", "kind": "Hedge", "metadata": {"name": "a"}}))

    def test_a_misspelt_field(self):
        self.refused('unknown field "', "apply", "-f", "-", given=deployment("web", replica=3))
        self.refused("NotFound", "get", "deployment", "web")

    def test_an_invalid_object(self):
        self.refused('The Deployment "web" is invalid', "create", "-f", "-", given=deployment("web", replicas=-1))
        self.refused("spec.replicas: Invalid value: -1: ",
                     "create", "-f", "-", given=deployment("web", replicas=-1))
        self.refused("metadata.name: Invalid value", "create", "-f", "-", given=config_map("Bad_Name"))

    def test_a_stale_version(self):
        self.kubectl("create", "-f", "-", given=config_map("stale"))
        read = json.loads(self.kubectl("get", "configmap", "stale", "-o", "json"))
        self.kubectl("label", "configmap", "stale", "x=y")
        self.refused("(Conflict)", "replace", "-f", "-", given=json.dumps(read))

    def test_selectors(self):
        self.refused("unable to parse requirement: found 'b' expected: '('", "get", "configmaps", "-l", "a in b")
        self.refused('"data.x" is not a known field selector', "get", "configmaps", "--field-selector=data.x=1")

    def test_logs(self):
        self.refused('pods "none" not found', "logs", "none")
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "two"},
               "spec": {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]}}
        self.kubectl("create", "-f", "-", given=json.dumps(pod))
        self.refused("container c is not valid for pod two", "logs", "two", "-c", "c")
        self.assertEqual(self.kubectl("logs", "two", "-c", "a"), "")

    def test_acting_as_somebody_else(self):
        self.assertEqual(self.run_kubectl("--as=bob", "auth", "can-i", "list", "secrets", check=False).stdout.strip(), "no")
        self.refused('secrets is forbidden: User "bob" cannot list resource "secrets"', "--as=bob", "get", "secrets")
        self.assertEqual(self.kubectl("--as=bob", "--as-group=system:masters", "auth", "can-i", "list", "secrets"), "yes")

    @unittest.skipIf(MINOR < 27, "an older form of containers for debugging")
    def test_a_container_for_debugging(self):
        self.kubectl("run", "debugged", "--image=web:1")
        added = self.run_kubectl("debug", "debugged", "--image=busybox", "--container=look")
        self.assertIn("spec.ephemeralContainers: kept, but nothing in Croft acts on it yet", added.stderr)
        self.assertEqual(self.told("{.spec.ephemeralContainers[*].name}", "pod", "debugged"), "look")
        self.refused('pods "none" not found', "debug", "none", "--image=busybox")

    def test_rights(self):
        self.assertEqual(self.kubectl("auth", "can-i", "create", "deployments.apps"), "yes")
        self.assertIn("*.*", self.kubectl("auth", "can-i", "--list"))


if __name__ == "__main__":
    unittest.main()
