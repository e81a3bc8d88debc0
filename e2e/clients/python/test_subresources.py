"""Status, scale, eviction, and tokens of service accounts."""

import unittest

from kubernetes import client

from lab import LabTest, await_true, deployment


class Subresources(LabTest):
    def test_status_is_written_through_its_subresource_only(self):
        batch = client.BatchV1Api(self.api)
        made = batch.create_namespaced_cron_job(self.ns, {"metadata": {"name": "nightly"}, "spec": {
            "schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {"spec": {
                "restartPolicy": "Never", "containers": [{"name": "job", "image": "job:1"}]}}}}}})
        when = "2024-05-06T07:08:09Z"
        both = {"spec": {"schedule": "1 1 * * *"}, "status": {"lastScheduleTime": when}}
        status = batch.patch_namespaced_cron_job_status("nightly", self.ns, both)
        self.assertEqual(status.status.last_schedule_time.isoformat(), "2024-05-06T07:08:09+00:00")
        self.assertEqual(status.spec.schedule, "0 3 * * *")
        self.assertEqual(status.metadata.generation, made.metadata.generation)
        both["status"] = {"lastScheduleTime": None}
        spec = batch.patch_namespaced_cron_job("nightly", self.ns, both)
        self.assertEqual(spec.spec.schedule, "1 1 * * *")
        self.assertEqual(spec.status, status.status)
        self.assertEqual(spec.metadata.generation, made.metadata.generation + 1)

    def test_scale(self):
        self.apps.create_namespaced_deployment(self.ns, deployment("web"))
        scaled = self.apps.patch_namespaced_deployment_scale("web", self.ns, {"spec": {"replicas": 3}})
        self.assertEqual(scaled.spec.replicas, 3)
        self.assertEqual(self.apps.read_namespaced_deployment_scale("web", self.ns).status.selector, "app=web")
        self.assertEqual(self.apps.read_namespaced_deployment("web", self.ns).spec.replicas, 3)
        with self.refused(422, "Invalid"):
            self.apps.patch_namespaced_deployment_scale("web", self.ns, {"spec": {"replicas": -1}})
        self.apps.delete_namespaced_deployment("web", self.ns)

    def test_eviction(self):
        self.core.create_namespaced_pod(self.ns, {"metadata": {"name": "one"}, "spec": {"containers": [
            {"name": "a", "image": "a:1"}]}})
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "one", "namespace": self.ns}}
        self.core.create_namespaced_pod_eviction("one", self.ns, eviction)
        await_true("the pod goes", lambda: not self.core.list_namespaced_pod(
            self.ns, field_selector="metadata.name=one").items)

    def test_token(self):
        self.core.create_namespaced_service_account(self.ns, {"metadata": {"name": "robot"}})
        spec = {"audiences": ["vault"], "expirationSeconds": 900}
        asked = self.core.create_namespaced_service_account_token("robot", self.ns, {"spec": spec})
        self.assertEqual(asked.spec.expiration_seconds, 900)
        reviews = client.AuthenticationV1Api(self.api)
        for audiences, good in [(["vault"], True), (["db"], False)]:
            told = reviews.create_token_review({"spec": {"token": asked.status.token, "audiences": audiences}}).status
            self.assertEqual(bool(told.authenticated), good, told)
            self.assertEqual(told.user and told.user.username, f"system:serviceaccount:{self.ns}:robot" if good else None)
        with self.refused(422, "Invalid"):
            self.core.create_namespaced_service_account_token("robot", self.ns, {"spec": {**spec, "expirationSeconds": 1}})


if __name__ == "__main__":
    unittest.main()
