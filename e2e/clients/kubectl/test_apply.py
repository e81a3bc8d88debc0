"""Server-side apply and diff."""

import json
import unittest

from lab import MINOR, KubectlTest, config_map, deployment


class Apply(KubectlTest):
    def tearDown(self):
        self.kubectl("delete", "configmaps", "-l", "app")

    def apply(self, manager, data, *options):
        return self.kubectl("apply", "--server-side", f"--field-manager={manager}", *options, "-f", "-",
                            given=config_map("a", data))

    def test_what_others_own_stays(self):
        self.assertEqual(self.apply("alice", {"x": "1", "y": "1"}), "configmap/a serverside-applied")
        self.apply("bob", {"z": "1"})
        self.apply("alice", {"x": "2"})
        self.assertEqual(json.loads(self.told("{.data}", "configmap", "a")), {"x": "2", "z": "1"})

    def test_a_conflict_names_manager_and_field(self):
        self.apply("alice", {"x": "1"})
        self.refused('conflict with "alice"', "apply", "--server-side", "--field-manager=bob", "-f", "-",
                     given=config_map("a", {"x": "2"}))
        self.refused(".data.x", "apply", "--server-side", "--field-manager=bob", "-f", "-",
                     given=config_map("a", {"x": "2"}))
        self.apply("bob", {"x": "2"}, "--force-conflicts")
        self.assertEqual(self.told("{.data.x}", "configmap", "a"), "2")

    def test_what_the_client_applied_before(self):
        self.kubectl("apply", "-f", "-", given=config_map("a", {"x": "1", "y": "1"}))
        self.apply("kubectl", {"x": "2"})
        self.assertEqual(self.told("{.data.x}", "configmap", "a"), "2")
        if MINOR >= 26:  # from then on it takes over what it applied in the old way, and so can remove it
            self.assertEqual(self.told("{.data.y}", "configmap", "a"), "")

    def test_diff(self):
        self.kubectl("apply", "-f", "-", given=deployment("web"))
        self.assertEqual(self.kubectl("diff", "-f", "-", given=deployment("web")), "")
        differs = self.run_kubectl("diff", "-f", "-", given=deployment("web", "web:2"), check=False)
        self.assertEqual(differs.returncode, 1)
        self.assertIn("image: web:2", differs.stdout)
        self.assertEqual(self.told("{.spec.template.spec.containers[0].image}", "deployment", "web"), "web:1")
        self.kubectl("delete", "deployment", "web")


if __name__ == "__main__":
    unittest.main()
