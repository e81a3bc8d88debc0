"""Tokens of service accounts: kubectl asks for them from 1.24 on, and any shows those that stand in Secrets."""

import base64
import json
import time
import unittest

from lab import MINOR, KubectlTest

PATIENCE = 30  # seconds that anything which the server does in the background may take


def claims(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==="))


class Tokens(KubectlTest):
    def setUp(self):
        self.kubectl("create", "serviceaccount", "robot")
        self.addCleanup(self.kubectl, "delete", "serviceaccount", "robot")
        self.user = f"system:serviceaccount:{self.ns}:robot"

    def whoami(self, token):
        """Whom the server sees behind a token, as kubectl's own refusal says it."""
        ran = self.run_kubectl("--token", token, "get", "pods", check=False)
        self.assertIn("Forbidden", ran.stderr)
        return ran.stderr.split('User "')[1].split('"')[0]

    @unittest.skipIf(MINOR < 24, "this kubectl can't ask for a token")
    def test_a_token_is_given(self):
        token = self.kubectl("create", "token", "robot")
        said = claims(token)
        self.assertEqual((said["sub"], said["exp"] - said["iat"]), (self.user, 3600))
        self.assertEqual(self.whoami(token), self.user)
        said = claims(self.kubectl("create", "token", "robot", "--duration=20m", "--audience=vault", "--audience=db"))
        self.assertEqual((said["aud"], said["exp"] - said["iat"]), (["vault", "db"], 1200))
        asked = json.loads(self.kubectl("create", "token", "robot", "-o", "json"))
        self.assertEqual((asked["kind"], asked["metadata"]["name"]), ("TokenRequest", "robot"))

    @unittest.skipIf(MINOR < 24, "this kubectl can't ask for a token")
    def test_a_token_is_bound(self):
        self.kubectl("create", "secret", "generic", "handle")
        uid = self.told("{.metadata.uid}", "secret", "handle")
        token = self.kubectl("create", "token", "robot", "--bound-object-kind=Secret", "--bound-object-name=handle",
                             f"--bound-object-uid={uid}")
        self.assertEqual(claims(token)["kubernetes.io"]["secret"], {"name": "handle", "uid": uid})
        self.assertEqual(self.whoami(token), self.user)
        self.kubectl("delete", "secret", "handle")
        self.refused("You must be logged in", "--token", token, "get", "pods")
        self.kubectl("run", "one", "--image=web:1", "--overrides", '{"spec":{"serviceAccountName":"robot"}}')
        token = self.kubectl("create", "token", "robot", "--bound-object-kind=Pod", "--bound-object-name=one")
        self.assertEqual(claims(token)["kubernetes.io"]["pod"]["name"], "one")
        self.refused("running with different serviceaccount", "create", "token", "default", "--bound-object-kind=Pod",
                     "--bound-object-name=one")

    @unittest.skipIf(MINOR < 24, "this kubectl can't ask for a token")
    def test_what_is_wrong_is_said(self):
        self.refused('serviceaccounts "nobody" not found', "create", "token", "nobody")
        self.refused("may not specify a duration less than 10 minutes", "create", "token", "robot", "--duration=1m")
        self.refused('secrets "nothing" not found', "create", "token", "robot", "--bound-object-kind=Secret",
                     "--bound-object-name=nothing")

    @unittest.skipIf(MINOR < 28, "this kubectl can't ask who it is")
    def test_who_am_i(self):
        token = self.kubectl("create", "token", "robot")
        told = json.loads(self.kubectl("--token", token, "auth", "whoami", "-o", "json"))["status"]["userInfo"]
        self.assertEqual(told["groups"], ["system:serviceaccounts", f"system:serviceaccounts:{self.ns}",
                                          "system:authenticated"])
        self.assertEqual(told["uid"], self.told("{.metadata.uid}", "serviceaccount", "robot"))

    def test_a_secret_is_filled_with_one(self):
        self.kubectl("apply", "-f", "-", given=json.dumps({
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
            "metadata": {"name": "kept", "annotations": {"kubernetes.io/service-account.name": "robot"}}}))
        token = self.wait_for("{.data.token}", "secret", "kept")
        self.assertEqual(self.whoami(base64.b64decode(token).decode()), self.user)
        root = self.told("{.data.ca\\.crt}", "configmap", "kube-root-ca.crt")
        self.assertEqual(base64.b64decode(self.told("{.data.ca\\.crt}", "secret", "kept")).decode().strip(), root)
        if MINOR >= 24:
            self.assertIn("service-account-token", self.kubectl("describe", "secret", "kept"))

    def wait_for(self, path, *what):
        end = time.monotonic() + PATIENCE
        while not (told := self.told(path, *what)):
            self.assertLess(time.monotonic(), end, f"{what} has no {path}")
            time.sleep(0.05)
        return told


if __name__ == "__main__":
    unittest.main()
