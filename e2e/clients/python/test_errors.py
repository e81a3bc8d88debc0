"""Errors as the client maps them."""

import unittest

from kubernetes import client

from lab import LabTest, deployment


class Errors(LabTest):
    def tearDown(self):
        self.clear()

    def test_what_is_there_already(self):
        self.core.create_namespaced_config_map(self.ns, self.config_map("a"))
        with self.refused(409, "AlreadyExists") as caught:
            self.core.create_namespaced_config_map(self.ns, self.config_map("a"))
        self.assertEqual(caught.status["message"], 'configmaps "a" already exists')
        self.assertEqual(caught.status["details"], {"name": "a", "kind": "configmaps"})

    def test_what_is_not_there(self):
        with self.refused(404, "NotFound") as caught:
            self.core.read_namespaced_config_map("none", self.ns)
        self.assertEqual(caught.status["message"], 'configmaps "none" not found')
        with self.refused(404, "NotFound"):
            self.core.patch_namespaced_config_map("none", self.ns, {})
        with self.refused(404, "NotFound"):
            self.core.delete_namespaced_config_map("none", self.ns)
        with self.refused(404, "NotFound"):
            self.core.create_namespaced_config_map("no-such-namespace", self.config_map("a"))

    def test_a_stale_version(self):
        stale = self.core.create_namespaced_config_map(self.ns, self.config_map("a"))
        self.core.patch_namespaced_config_map("a", self.ns, {"data": {"x": "1"}})
        with self.refused(409, "Conflict"):
            self.core.replace_namespaced_config_map("a", self.ns, stale)

    def test_an_invalid_object_names_each_field(self):
        wrong = deployment("web", "Bad_Name")
        wrong["spec"]["replicas"] = -1
        wrong["spec"]["selector"] = {"matchLabels": {"app": "other"}}
        with self.refused(422, "Invalid") as caught:
            self.apps.create_namespaced_deployment(self.ns, wrong)
        fields = {cause["field"] for cause in caught.status["details"]["causes"]}
        self.assertLessEqual({"spec.replicas", "spec.template.metadata.labels", "spec.template.spec.containers[0].name"},
                             fields)

    def test_an_unreadable_token_of_a_list(self):
        with self.refused(400, "BadRequest"):
            self.core.list_namespaced_config_map(self.ns, _continue="bm9uc2Vuc2U")

    def test_logs_of_what_has_none(self):
        with self.refused(404, "NotFound"):
            self.core.read_namespaced_pod_log("none", self.ns)
        self.core.create_namespaced_pod(self.ns, {"metadata": {"name": "two"}, "spec": {"containers": [
            {"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]}})
        with self.refused(400, "BadRequest") as caught:
            self.core.read_namespaced_pod_log("two", self.ns)
        self.assertIn("choose one of: [a b]", caught.status["message"])
        with self.refused(400, "BadRequest"):
            self.core.read_namespaced_pod_log("two", self.ns, container="c")
        self.assertEqual(self.core.read_namespaced_pod_log("two", self.ns, container="a"), "")

    def test_a_stranger(self):
        settings = client.Configuration()
        settings.host, settings.ssl_ca_cert = self.api.configuration.host, self.api.configuration.ssl_ca_cert
        settings.api_key = {"authorization": "Bearer not.a.token"}
        with self.refused(401, "Unauthorized"):
            client.CoreV1Api(client.ApiClient(settings)).list_namespaced_secret("default")


if __name__ == "__main__":
    unittest.main()
