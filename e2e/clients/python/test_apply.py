"""Server-side apply through the dynamic client."""

import json
import unittest

from lab import LabTest


class Apply(LabTest):
    def setUp(self):
        self.maps = self.dynamic.resources.get(api_version="v1", kind="ConfigMap")

    def tearDown(self):
        self.clear()

    def apply(self, manager, data, **options):
        return self.applied(self.maps, self.config_map("a", data), manager, **options)

    # This client sends a dictionary only as one of the other patch types, and any text as it is.
    def applied(self, resource, body, manager, **options):
        return resource.server_side_apply(body=json.dumps(body), name=body["metadata"]["name"], namespace=self.ns,
                                          field_manager=manager, **options)

    def test_what_others_own_stays(self):
        self.apply("alice", {"x": "1", "y": "1"})
        self.apply("bob", {"z": "1"})
        after = self.apply("alice", {"x": "2"})
        self.assertEqual(after.to_dict()["data"], {"x": "2", "z": "1"})
        self.assertEqual({(m.manager, m.operation) for m in after.metadata.managedFields},
                         {("alice", "Apply"), ("bob", "Apply")})

    def test_a_conflict_names_manager_and_field(self):
        self.apply("alice", {"x": "1"})
        with self.refused(409, "Conflict") as caught:
            self.apply("bob", {"x": "2"})
        self.assertEqual(caught.status["details"]["causes"], [
            {"reason": "FieldManagerConflict", "message": 'conflict with "alice"', "field": ".data.x"}])
        self.assertEqual(self.apply("bob", {"x": "2"}, force_conflicts=True).data.x, "2")
        with self.refused(409, "Conflict"):
            self.apply("alice", {"x": "1"})

    def test_lists_merge_by_their_keys(self):
        services = self.dynamic.resources.get(api_version="v1", kind="Service")

        def ports(manager, *wanted):
            applied = self.applied(services, {
                "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
                "spec": {"ports": [{"name": f"p{port}", "port": port, "protocol": "TCP"} for port in wanted]}}, manager)
            return [port.port for port in applied.spec.ports]

        self.assertEqual(ports("alice", 80), [80])
        self.assertCountEqual(ports("bob", 9090), [80, 9090])
        self.assertEqual(ports("bob", 9091), [80, 9091])
        services.delete(name="web", namespace=self.ns)


if __name__ == "__main__":
    unittest.main()
