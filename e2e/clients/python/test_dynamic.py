"""Kinds that are posted at run time, through the dynamic client and CustomObjectsApi."""

import threading
import unittest

from kubernetes import client, watch
from kubernetes.client.rest import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import ResourceNotFoundError

from lab import LabTest, await_true

GROUP = "python.example.com"


def definition():
    schema = {"openAPIV3Schema": {"type": "object", "properties": {
        "spec": {"type": "object", "required": ["beds"], "properties": {
            "beds": {"type": "integer", "minimum": 1},
            "soil": {"type": "string", "default": "loam", "enum": ["loam", "clay", "sand"]},
            "plants": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                       "items": {"type": "object", "required": ["name"], "properties": {
                           "name": {"type": "string"}, "count": {"type": "integer"}}}}}},
        "status": {"type": "object", "properties": {"beds": {"type": "integer"}, "selector": {"type": "string"}}}}}}
    subresources = {"status": {}, "scale": {"specReplicasPath": ".spec.beds", "statusReplicasPath": ".status.beds",
                                            "labelSelectorPath": ".status.selector"}}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"gardens.{GROUP}"},
            "spec": {"group": GROUP, "scope": "Namespaced", "names": {
                "plural": "gardens", "singular": "garden", "kind": "Garden", "shortNames": ["gdn"]},
                "versions": [{"name": version, "served": True, "storage": version == "v1", "schema": schema,
                              "subresources": subresources} for version in ("v1alpha1", "v1")]}}


def garden(name, version="v1", **spec):
    return {"apiVersion": f"{GROUP}/{version}", "kind": "Garden", "metadata": {"name": name},
            "spec": {"beds": 2, **spec}}


class Dynamic(LabTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.definitions = client.ApiextensionsV1Api(cls.api)
        cls.definitions.create_custom_resource_definition(definition())

        def established():
            conditions = cls.definitions.read_custom_resource_definition(f"gardens.{GROUP}").status.conditions or []
            return any(c.type == "Established" and c.status == "True" for c in conditions)

        await_true("the kind is established", established)
        resources = DynamicClient(cls.api).resources
        cls.v1 = resources.get(api_version=f"{GROUP}/v1", kind="Garden")
        cls.alpha = resources.get(api_version=f"{GROUP}/v1alpha1", kind="Garden")
        cls.custom = client.CustomObjectsApi(cls.api)

    @classmethod
    def tearDownClass(cls):
        cls.definitions.delete_custom_resource_definition(f"gardens.{GROUP}")

        def gone():
            try:
                cls.custom.list_namespaced_custom_object(GROUP, "v1", cls.ns, "gardens")
            except ApiException as error:
                return error.status == 404
            return False

        await_true("the kind goes", gone)
        super().tearDownClass()

    def tearDown(self):
        self.custom.delete_collection_namespaced_custom_object(GROUP, "v1", self.ns, "gardens")

    def test_one_object_in_two_versions(self):
        made = self.alpha.create(body=garden("back", "v1alpha1"), namespace=self.ns)
        self.assertEqual((made.apiVersion, made.spec.soil), (f"{GROUP}/v1alpha1", "loam"))
        read = self.v1.get(name="back", namespace=self.ns)
        self.assertEqual((read.apiVersion, read.metadata.uid), (f"{GROUP}/v1", made.metadata.uid))
        listed = self.custom.list_namespaced_custom_object(GROUP, "v1alpha1", self.ns, "gardens")
        self.assertEqual([(i["apiVersion"], i["kind"]) for i in listed["items"]], [(f"{GROUP}/v1alpha1", "Garden")])

    def test_verbs(self):
        made = self.v1.create(body=garden("back"), namespace=self.ns)
        body = made.to_dict()
        body["spec"]["beds"] = 5
        replaced = self.v1.replace(body=body, namespace=self.ns)
        self.assertEqual((replaced.spec.beds, replaced.metadata.generation), (5, 2))
        merged = self.v1.patch(body={"spec": {"soil": "clay"}}, name="back", namespace=self.ns,
                               content_type="application/merge-patch+json")
        self.assertEqual(merged.spec.soil, "clay")
        edited = self.v1.patch(body=[{"op": "replace", "path": "/spec/beds", "value": 6}], name="back",
                               namespace=self.ns, content_type="application/json-patch+json")
        self.assertEqual(edited.spec.beds, 6)
        with self.refused(415, "UnsupportedMediaType"):
            self.v1.patch(body={}, name="back", namespace=self.ns, content_type="application/strategic-merge-patch+json")
        self.v1.delete(name="back", namespace=self.ns)
        with self.refused(404, "NotFound"):
            self.v1.get(name="back", namespace=self.ns)

    def test_validation(self):
        with self.refused(422, "Invalid") as caught:
            self.v1.create(body=garden("wrong", beds=0, soil="gravel"), namespace=self.ns)
        self.assertEqual({c["field"] for c in caught.status["details"]["causes"]}, {"spec.beds", "spec.soil"})

    def test_watch(self):
        start = self.custom.list_namespaced_custom_object(GROUP, "v1", self.ns, "gardens")["metadata"]["resourceVersion"]

        def write():
            self.v1.create(body=garden("back"), namespace=self.ns)
            self.v1.delete(name="back", namespace=self.ns)

        writer = threading.Thread(target=write)
        writer.start()
        events, follow = [], watch.Watch()
        for event in follow.stream(self.custom.list_namespaced_custom_object, GROUP, "v1alpha1", self.ns, "gardens",
                                   resource_version=start, timeout_seconds=20):
            events.append((event["type"], event["object"]["apiVersion"]))
            if event["type"] == "DELETED":
                follow.stop()
        writer.join()
        self.assertEqual(events, [("ADDED", f"{GROUP}/v1alpha1"), ("DELETED", f"{GROUP}/v1alpha1")])

    def test_subresources(self):
        self.v1.create(body=garden("back"), namespace=self.ns)
        body = garden("back", beds=9)
        body["status"] = {"beds": 2, "selector": "app=garden"}
        status = self.custom.patch_namespaced_custom_object_status(GROUP, "v1", self.ns, "gardens", "back", body)
        self.assertEqual((status["status"]["beds"], status["spec"]["beds"]), (2, 2))
        scale = self.custom.get_namespaced_custom_object_scale(GROUP, "v1", self.ns, "gardens", "back")
        self.assertEqual((scale["kind"], scale["status"]["selector"]), ("Scale", "app=garden"))
        scale["spec"]["replicas"] = 7
        self.custom.replace_namespaced_custom_object_scale(GROUP, "v1", self.ns, "gardens", "back", scale)
        self.assertEqual(self.v1.get(name="back", namespace=self.ns).spec.beds, 7)

    def test_an_unknown_kind(self):
        with self.assertRaises(ResourceNotFoundError):
            self.dynamic.resources.get(api_version=f"{GROUP}/v1", kind="Hedge")

    def test_built_in_kinds(self):
        services = self.dynamic.resources.get(api_version="v1", kind="Service")
        made = services.create(body={"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
                                     "spec": {"ports": [{"port": 80}]}}, namespace=self.ns)
        self.assertEqual((made.spec.ports[0].targetPort, made.spec.type), (80, "ClusterIP"))
        services.delete(name="web", namespace=self.ns)


if __name__ == "__main__":
    unittest.main()
