"""What people do with objects."""

import json
import subprocess
import unittest

from lab import KUBECTL, MINOR, KubectlTest, config_map, deployment


class Verbs(KubectlTest):
    def tearDown(self):
        self.kubectl("delete", "configmaps,deployments,services,pods", "-l", "app", "--now")
        self.kubectl("delete", "deployments", "--all")

    def test_an_object_through_its_life(self):
        self.assertEqual(self.kubectl("create", "-f", "-", given=config_map("a", {"x": "1"})), "configmap/a created")
        self.assertRegex(self.kubectl("get", "configmap", "a"), r"NAME +DATA +AGE\na +1 +")
        self.assertEqual(self.kubectl("get", "cm/a", "-o", "name"), "configmap/a")
        self.assertIn("x:\n----\n1", self.kubectl("describe", "configmap", "a"))
        self.assertEqual(self.kubectl("replace", "-f", "-", given=config_map("a", {"x": "red"})), "configmap/a replaced")
        self.assertEqual(self.kubectl("edit", "configmap", "a", KUBE_EDITOR="sed -i s/red/blue/"), "configmap/a edited")
        self.assertEqual(self.told("{.data.x}", "configmap", "a"), "blue")
        self.kubectl("label", "configmap", "a", "tier=back")
        self.kubectl("annotate", "configmap", "a", "note=mine")
        self.assertEqual(self.told("{.metadata.labels.tier} {.metadata.annotations.note}", "configmap", "a"), "back mine")
        self.kubectl("label", "configmap", "a", "tier-")
        self.assertEqual(self.told("{.metadata.labels.tier}", "configmap", "a"), "")
        self.assertEqual(self.kubectl("delete", "configmap", "a"), 'configmap "a" deleted')

    def test_lists(self):
        for i in range(12):
            self.kubectl("create", "-f", "-", given=config_map(f"n{i:02}", tier="front" if i % 2 else "back"))
        names = [f"configmap/n{i:02}" for i in range(12)]
        self.assertEqual(self.kubectl("get", "configmaps", "-l", "app", "-o", "name", "--chunk-size=5").split(), names)
        self.assertEqual(self.kubectl("get", "configmaps", "-l", "app", "-o", "name", "--chunk-size=0").split(), names)
        self.assertEqual(self.kubectl("get", "configmaps", "-l", "tier in (front),app!=x", "-o", "name").split(), names[1::2])
        self.assertEqual(self.kubectl("get", "cm", "--field-selector=metadata.name=n03", "-o", "name"), names[3])
        self.assertIn(f"{self.ns} ", self.kubectl("get", "configmaps", "-A", "--field-selector=metadata.name=n03"))
        first = self.kubectl("get", "cm", "-l", "app", "--sort-by=.metadata.creationTimestamp", "-o", "custom-columns=N:.metadata.name")
        self.assertEqual(first.split()[0], "N")
        self.assertIn("front", self.kubectl("get", "cm", "n03", "-L", "tier", "--show-labels"))
        self.assertEqual(self.kubectl("delete", "configmaps", "-l", "tier=front").count("deleted"), 6)
        self.kubectl("delete", "--raw", f"/api/v1/namespaces/{self.ns}/configmaps?labelSelector=tier%3Dback")
        self.assertEqual(self.kubectl("get", "configmaps", "-l", "app", "-o", "name"), "")

    def test_patches(self):
        self.kubectl("create", "-f", "-", given=deployment("web"))
        images = "{.spec.template.spec.containers[*].image}"

        def patch(kind, *containers):
            body = {"spec": {"template": {"spec": {"containers": containers}}}}
            self.kubectl("patch", "deployment", "web", f"--type={kind}", "-p", json.dumps(body))
            return self.told(images, "deployment", "web")

        self.assertEqual(patch("strategic", {"name": "side", "image": "side:1"}), "side:1 web:1")
        self.assertEqual(patch("merge", {"name": "only", "image": "only:1"}), "only:1")
        self.kubectl("patch", "deployment", "web", "--type=json", "-p",
                     '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"only:2"}]')
        self.assertEqual(self.told(images, "deployment", "web"), "only:2")
        self.assertIn("no change", self.kubectl("patch", "deployment", "web", "-p", "{}"))
        self.kubectl("set", "image", "deployment/web", "only=only:3")
        self.kubectl("set", "env", "deployment/web", "A=1")
        self.assertEqual(self.told(images, "deployment", "web"), "only:3")

    def test_apply_of_the_client(self):
        self.assertEqual(self.kubectl("apply", "-f", "-", given=config_map("a", {"x": "1", "y": "1"})), "configmap/a created")
        self.assertEqual(self.kubectl("apply", "-f", "-", given=config_map("a", {"x": "1", "y": "1"})), "configmap/a unchanged")
        self.kubectl("patch", "configmap", "a", "-p", '{"data":{"z":"9"}}')
        self.assertEqual(self.kubectl("apply", "-f", "-", given=config_map("a", {"x": "2"})), "configmap/a configured")
        self.assertEqual(json.loads(self.told("{.data}", "configmap", "a")), {"x": "2", "z": "9"})
        self.assertEqual(self.kubectl("apply", "view-last-applied", "configmap", "a", "-o", "json").count('"x": "2"'), 1)
        kinds = "--prune-whitelist=core/v1/ConfigMap" if MINOR < 26 else "--prune-allowlist=core/v1/ConfigMap"
        pruned = self.kubectl("apply", "--prune", kinds, "-l", "app=web", "-f", "-", given=config_map("b"))
        self.assertIn("configmap/b created", pruned)
        self.assertIn("configmap/a pruned", pruned)

    def test_a_dry_run(self):
        self.assertIn("created (server dry run)",
                      self.kubectl("create", "--dry-run=server", "-f", "-", given=config_map("a")))
        self.refused('configmaps "a" not found', "get", "configmap", "a")
        self.kubectl("create", "-f", "-", given=config_map("a", {"x": "1"}))
        self.kubectl("apply", "--dry-run=server", "--overwrite", "-f", "-", given=config_map("a", {"x": "2"}))
        self.kubectl("patch", "configmap", "a", "--dry-run=server", "-p", '{"data":{"x":"3"}}')
        self.kubectl("delete", "configmap", "a", "--dry-run=server")
        self.assertEqual(self.told("{.data.x}", "configmap", "a"), "1")

    def test_scale(self):
        self.kubectl("create", "-f", "-", given=deployment("web"))
        self.assertEqual(self.kubectl("scale", "deployment/web", "--replicas=3"), "deployment.apps/web scaled")
        self.assertEqual(self.told("{.spec.replicas}", "deployment", "web"), "3")
        self.refused("Expected replicas to be 5, was 3", "scale", "deployment/web", "--current-replicas=5", "--replicas=1")
        self.kubectl("autoscale", "deployment/web", "--min=1", "--max=4")
        self.assertEqual(self.told("{.spec.maxReplicas} {.spec.scaleTargetRef.name}", "hpa", "web"), "4 web")
        self.kubectl("delete", "hpa", "web")
        self.assertEqual(self.kubectl("expose", "deployment", "web", "--port=80"), "service/web exposed")
        self.assertEqual(self.told("{.spec.ports[0].port} {.spec.selector.app}", "service", "web"), "80 web")
        self.kubectl("delete", "service", "web")

    def test_delete_and_dependents(self):
        self.kubectl("create", "-f", "-", given=deployment("web"))
        self.kubectl("wait", "--for=condition=Progressing", "deployment/web")
        self.kubectl("delete", "deployment", "web", "--cascade=orphan")
        replica_set = self.kubectl("get", "replicasets", "-l", "app=web", "-o", "name")
        self.assertTrue(replica_set.startswith("replicaset.apps/web-"), replica_set)
        self.kubectl("delete", replica_set, "--cascade=foreground")
        self.refused("NotFound", "get", replica_set)

    def test_watch(self):
        watch = subprocess.Popen([KUBECTL, "-n", self.ns, "get", "configmaps", "--watch", "-l", "app",
                                  "--output-watch-events"], text=True, stdout=subprocess.PIPE)
        self.addCleanup(watch.stdout.close)
        self.addCleanup(watch.wait)
        self.addCleanup(watch.kill)
        self.kubectl("create", "-f", "-", given=config_map("a"))
        self.assertEqual(watch.stdout.readline().split(), ["EVENT", "NAME", "DATA", "AGE"])
        self.assertEqual(watch.stdout.readline().split()[:2], ["ADDED", "a"])
        self.kubectl("label", "configmap", "a", "x=y")
        self.assertEqual(watch.stdout.readline().split()[:2], ["MODIFIED", "a"])
        self.kubectl("delete", "configmap", "a")
        self.assertEqual(watch.stdout.readline().split()[:2], ["DELETED", "a"])

    def test_wait(self):
        self.kubectl("create", "-f", "-", given=deployment("web"))
        self.kubectl("wait", "--for=condition=Progressing=True", "deployment", "--all", "--timeout=30s")
        self.refused("timed out", "wait", "--for=condition=Available", "deployment/web", "--timeout=1s")
        self.kubectl("delete", "deployment", "web", "--wait=false")
        if MINOR >= 24:  # older ones fail when it is gone before they look
            self.kubectl("wait", "--for=delete", "deployment/web", "--timeout=30s")


if __name__ == "__main__":
    unittest.main()
