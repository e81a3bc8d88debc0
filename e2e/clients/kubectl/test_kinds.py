"""What kubectl asks about kinds: discovery, explain, and kinds that are posted at run time."""

import json
import unittest

from lab import MINOR, KubectlTest

GROUP = f"k{MINOR}.example.com"


def definition():
    schema = {"openAPIV3Schema": {"type": "object", "properties": {
        "spec": {"type": "object", "required": ["beds"], "properties": {
            "beds": {"type": "integer", "minimum": 1, "description": "How many beds there are."}}},
        "status": {"type": "object", "properties": {"beds": {"type": "integer"}}}}}}
    version = {"served": True, "schema": schema, "additionalPrinterColumns": [
        {"name": "Beds", "type": "integer", "jsonPath": ".spec.beds"}], "subresources": {
            "status": {}, "scale": {"specReplicasPath": ".spec.beds", "statusReplicasPath": ".status.beds"}}}
    return json.dumps({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                       "metadata": {"name": f"gardens.{GROUP}"}, "spec": {
                           "group": GROUP, "scope": "Namespaced", "names": {
                               "plural": "gardens", "singular": "garden", "kind": "Garden", "shortNames": [f"gd{MINOR}"]},
                           "versions": [{**version, "name": "v1beta1", "storage": False},
                                        {**version, "name": "v1", "storage": True}]}})


def garden(name, beds=2, version="v1"):
    return json.dumps({"apiVersion": f"{GROUP}/{version}", "kind": "Garden", "metadata": {"name": name},
                       "spec": {"beds": beds}})


class Kinds(KubectlTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_kubectl("apply", "-f", "-", given=definition())
        cls.run_kubectl("wait", "--for=condition=Established", f"crd/gardens.{GROUP}", "--timeout=30s")

    @classmethod
    def tearDownClass(cls):
        cls.run_kubectl("delete", "crd", f"gardens.{GROUP}")
        super().tearDownClass()

    def test_versions_and_resources(self):
        version = json.loads(self.kubectl("version", "-o", "json"))["serverVersion"]
        self.assertEqual(version["major"], "1")
        self.assertLessEqual({"v1", "apps/v1", f"{GROUP}/v1", f"{GROUP}/v1beta1"},
                             set(self.kubectl("api-versions").split()))
        resources = self.kubectl("api-resources", "-o", "wide")
        self.assertRegex(resources, r"configmaps +cm +v1 +true +ConfigMap +")
        self.assertRegex(resources, rf"gardens +gd{MINOR} +{GROUP}/v1(beta1)? +true +Garden +")
        self.assertIn("Kubernetes", self.kubectl("cluster-info"))

    def test_explain(self):
        self.assertIn("How many beds there are.", self.kubectl("explain", "gardens.spec.beds", f"--api-version={GROUP}/v1"))
        self.assertIn("rollingUpdate", self.kubectl("explain", "deployment.spec.strategy"))
        self.assertIn("matchLabels", self.kubectl("explain", "deployment.spec", "--recursive"))

    def test_objects_of_a_posted_kind(self):
        gardens = f"gardens.{GROUP}"
        self.assertEqual(self.kubectl("apply", "-f", "-", given=garden("back")), f"garden.{GROUP}/back created")
        self.assertRegex(self.kubectl("get", gardens), r"NAME +BEDS\nback +2")
        self.assertEqual(self.told("{.apiVersion}", f"gardens.v1beta1.{GROUP}", "back"), f"{GROUP}/v1beta1")
        self.kubectl("scale", f"{gardens}/back", "--replicas=5")
        self.kubectl("patch", gardens, "back", "--type=merge", "-p", '{"metadata":{"labels":{"x":"y"}}}')
        self.assertEqual(self.told("{.spec.beds} {.metadata.labels.x}", gardens, "back"), "5 y")
        if MINOR >= 24:
            self.kubectl("patch", gardens, "back", "--subresource=status", "--type=merge", "-p",
                         '{"spec":{"beds":9},"status":{"beds":5}}')
            self.assertEqual(self.told("{.spec.beds} {.status.beds}", gardens, "back"), "5 5")
        self.refused("spec.beds: Invalid value: 0: spec.beds in body should be greater than or equal to 1",
                     "apply", "-f", "-", given=garden("back", 0))
        self.kubectl("delete", gardens, "--all")


if __name__ == "__main__":
    unittest.main()
