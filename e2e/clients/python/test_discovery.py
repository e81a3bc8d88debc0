"""Discovery and OpenAPI."""

import json
import unittest

from kubernetes import client

from lab import LabTest


class Discovery(LabTest):
    def test_version_and_groups(self):
        self.assertEqual(client.VersionApi(self.api).get_code().major, "1")
        groups = {group.name for group in client.ApisApi(self.api).get_api_versions().groups}
        self.assertLessEqual({"apps", "batch", "networking.k8s.io", "apiextensions.k8s.io", "croft.lab"}, groups)
        self.assertEqual(client.CoreApi(self.api).get_api_versions().versions, ["v1"])

    def test_resources_of_a_group(self):
        resources = {r.name: r for r in self.apps.get_api_resources().resources}
        self.assertEqual(resources["deployments"].kind, "Deployment")
        self.assertIn("deploy", resources["deployments"].short_names)
        self.assertEqual(resources["deployments/scale"].kind, "Scale")
        self.assertEqual(sorted(resources["deployments"].verbs), [
            "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"])

    def test_search(self):
        found = self.dynamic.resources.search(kind="Service")
        self.assertLessEqual({"v1", "croft.lab/v1"}, {resource.group_version for resource in found})

    def test_open_api(self):
        v2 = json.loads(self.get("/openapi/v2"))
        self.assertEqual(v2["swagger"], "2.0")
        self.assertIn("io.k8s.api.core.v1.Pod", v2["definitions"])
        paths = json.loads(self.get("/openapi/v3"))["paths"]
        apps = json.loads(self.get(paths["apis/apps/v1"]["serverRelativeURL"]))
        self.assertIn("io.k8s.api.apps.v1.Deployment", apps["components"]["schemas"])

    def get(self, path):
        path, _, query = path.partition("?")
        pairs = [tuple(pair.split("=", 1)) for pair in query.split("&") if pair]
        return self.api.call_api(path, "GET", query_params=pairs, header_params={"Accept": "application/json"},
                                 _preload_content=False, _return_http_data_only=True).data


if __name__ == "__main__":
    unittest.main()
