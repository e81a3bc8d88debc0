"""Every verb of the typed client."""

import threading
import unittest

from kubernetes import client, watch

from lab import LabTest, await_true, deployment


class Verbs(LabTest):
    def tearDown(self):
        self.clear()

    def test_an_object_through_its_life(self):
        made = self.core.create_namespaced_config_map(self.ns, self.config_map("a", {"colour": "red"}))
        self.assertTrue(made.metadata.uid and made.metadata.resource_version and made.metadata.creation_timestamp)
        read = self.core.read_namespaced_config_map("a", self.ns)
        self.assertEqual(read, made)
        read.data["colour"] = "blue"
        changed = self.core.replace_namespaced_config_map("a", self.ns, read)
        self.assertEqual(changed.data, {"colour": "blue"})
        self.assertNotEqual(changed.metadata.resource_version, made.metadata.resource_version)
        self.assertEqual(self.core.delete_namespaced_config_map("a", self.ns).status, "Success")
        with self.refused(404, "NotFound"):
            self.core.read_namespaced_config_map("a", self.ns)

    def test_a_generated_name(self):
        made = self.core.create_namespaced_config_map(self.ns, {"metadata": {"generateName": "part-", "labels": {"app": "x"}}})
        self.assertRegex(made.metadata.name, "^part-[a-z0-9]{5}$")

    def test_a_list_in_pages(self):
        for i in range(12):
            self.core.create_namespaced_config_map(self.ns, self.config_map(f"n{i:02}"))
        names, token, pages = [], None, 0
        while token != "":
            page = self.core.list_namespaced_config_map(self.ns, limit=5, label_selector="app=web", _continue=token)
            names += [item.metadata.name for item in page.items]
            token = page.metadata._continue or ""
            pages += 1
        self.assertEqual(names, [f"n{i:02}" for i in range(12)])
        self.assertEqual(pages, 3)

    def test_lists_of_all_namespaces(self):
        self.core.create_namespaced_config_map(self.ns, self.config_map("a"))
        found = self.core.list_config_map_for_all_namespaces(field_selector="metadata.name=a")
        self.assertEqual([(item.metadata.namespace, item.metadata.name) for item in found.items], [(self.ns, "a")])

    def test_selectors(self):
        for name, labels in {"front": {"tier": "front"}, "back": {"tier": "back"}, "bare": {}}.items():
            self.core.create_namespaced_config_map(self.ns, self.config_map(name, labels=labels))
        for selector, names in {
                "app=web,tier=front": ["front"],
                "app=web,tier!=front": ["back", "bare"],
                "tier in (front, back)": ["back", "front"],
                "app=web,tier notin (front)": ["back", "bare"],
                "app=web,!tier": ["bare"],
                "tier": ["back", "front"]}.items():
            with self.subTest(selector):
                found = self.core.list_namespaced_config_map(self.ns, label_selector=selector)
                self.assertEqual([item.metadata.name for item in found.items], names)
        with self.refused(400, "BadRequest"):
            self.core.list_namespaced_config_map(self.ns, field_selector="data.x=1")

    def test_patches(self):
        self.apps.create_namespaced_deployment(self.ns, deployment("web", "first"))

        def containers(patched):
            return [(c.name, c.image) for c in patched.spec.template.spec.containers]

        strategic = {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "side:1"}]}}}}
        patched = self.apps.patch_namespaced_deployment("web", self.ns, strategic)
        self.assertEqual(containers(patched), [("side", "side:1"), ("first", "web:1")])
        json_patch = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "side:2"}]
        patched = self.apps.patch_namespaced_deployment("web", self.ns, json_patch)
        self.assertEqual(containers(patched), [("side", "side:2"), ("first", "web:1")])
        # The typed client has no way to say "merge patch" of a dictionary; the dynamic one has.
        merge = {"spec": {"template": {"spec": {"containers": [{"name": "only", "image": "only:1"}]}}}}
        self.dynamic.resources.get(api_version="apps/v1", kind="Deployment").patch(
            body=merge, name="web", namespace=self.ns, content_type="application/merge-patch+json")
        self.assertEqual(containers(self.apps.read_namespaced_deployment("web", self.ns)), [("only", "only:1")])
        self.apps.delete_namespaced_deployment("web", self.ns)

    def test_a_dry_run(self):
        made = self.core.create_namespaced_config_map(self.ns, self.config_map("dry"), dry_run="All")
        self.assertTrue(made.metadata.uid)
        with self.refused(404, "NotFound"):
            self.core.read_namespaced_config_map("dry", self.ns)
        kept = self.core.create_namespaced_config_map(self.ns, self.config_map("a", {"x": "1"}))
        self.core.replace_namespaced_config_map("a", self.ns, self.config_map("a", {"x": "2"}), dry_run="All")
        self.core.patch_namespaced_config_map("a", self.ns, {"data": {"x": "3"}}, dry_run="All")
        self.core.delete_namespaced_config_map("a", self.ns, dry_run="All")
        self.core.delete_collection_namespaced_config_map(self.ns, dry_run="All")
        self.assertEqual(self.core.read_namespaced_config_map("a", self.ns), kept)

    def test_delete_collection(self):
        for i in range(6):
            self.core.create_namespaced_config_map(self.ns, self.config_map(f"n{i}", labels={"odd": str(i % 2)}))
        self.core.delete_collection_namespaced_config_map(self.ns, label_selector="odd=1")
        left = self.core.list_namespaced_config_map(self.ns, label_selector="app=web")
        self.assertEqual([item.metadata.name for item in left.items], ["n0", "n2", "n4"])

    def test_delete_with_finalizer_and_preconditions(self):
        made = self.core.create_namespaced_config_map(self.ns, self.config_map("a", finalizers=["lab.example.com/hold"]))
        with self.refused(409, "Conflict"):
            self.core.delete_namespaced_config_map("a", self.ns, body=client.V1DeleteOptions(
                preconditions=client.V1Preconditions(uid="00000000-0000-0000-0000-000000000000")))
        self.core.delete_namespaced_config_map("a", self.ns, body=client.V1DeleteOptions(
            preconditions=client.V1Preconditions(uid=made.metadata.uid)))
        self.assertIsNotNone(self.core.read_namespaced_config_map("a", self.ns).metadata.deletion_timestamp)
        self.core.patch_namespaced_config_map("a", self.ns, {"metadata": {"finalizers": None}})
        with self.refused(404, "NotFound"):
            self.core.read_namespaced_config_map("a", self.ns)

    def test_propagation(self):
        for policy in ("Background", "Foreground", "Orphan"):
            with self.subTest(policy):
                owner = self.core.create_namespaced_config_map(self.ns, self.config_map("owner"))
                self.core.create_namespaced_config_map(self.ns, self.config_map("owned", ownerReferences=[{
                    "apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner.metadata.uid,
                    "blockOwnerDeletion": True}]))
                self.core.delete_namespaced_config_map("owner", self.ns, propagation_policy=policy)

                def settled():
                    left = self.core.list_namespaced_config_map(self.ns, label_selector="app=web").items
                    if policy == "Orphan":
                        return [(i.metadata.name, i.metadata.owner_references) for i in left] == [("owned", None)]
                    return not left

                await_true("owner and owned settle", settled)
                self.clear()

    def test_a_watch_tells_every_change(self):
        start = self.core.list_namespaced_config_map(self.ns).metadata.resource_version

        def write():
            self.core.create_namespaced_config_map(self.ns, self.config_map("a"))
            self.core.patch_namespaced_config_map("a", self.ns, {"data": {"x": "1"}})
            self.core.patch_namespaced_config_map("a", self.ns, {"metadata": {"labels": {"app": "other"}}})
            self.core.patch_namespaced_config_map("a", self.ns, {"metadata": {"labels": {"app": "web"}}})
            self.core.delete_namespaced_config_map("a", self.ns)

        writer = threading.Thread(target=write)
        writer.start()
        events, follow = [], watch.Watch()
        for event in follow.stream(self.core.list_namespaced_config_map, self.ns, label_selector="app=web",
                                   resource_version=start, timeout_seconds=20):
            events.append(event["type"])
            if events.count("DELETED") == 2:
                follow.stop()
        writer.join()
        self.assertEqual(events, ["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"])

    def test_a_watch_ends_after_its_time(self):
        self.core.create_namespaced_config_map(self.ns, self.config_map("a"))
        seen = [event["object"].metadata.name for event in watch.Watch().stream(
            self.core.list_namespaced_config_map, self.ns, label_selector="app=web", timeout_seconds=1)]
        self.assertEqual(seen, ["a"])


if __name__ == "__main__":
    unittest.main()
