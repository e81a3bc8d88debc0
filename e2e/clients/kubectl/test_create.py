"""What kubectl makes by itself, from arguments: newer ones send it as protobuf."""

import unittest

from lab import MINOR, KubectlTest


class Create(KubectlTest):
    def test_generators(self):
        for command, path, told in [
                ("configmap settings --from-literal=colour=red", "{.data.colour}", "red"),
                ("secret generic password --from-literal=word=open", "{.data.word}", "b3Blbg=="),
                ("secret docker-registry pull --docker-username=u --docker-password=p", "{.type}",
                 "kubernetes.io/dockerconfigjson"),
                ("deployment web --image=web:1", "{.spec.template.spec.containers[0].image}", "web:1"),
                ("job once --image=job:1", "{.spec.template.spec.restartPolicy}", "Never"),
                ("cronjob nightly --image=job:1 --schedule=0_3_*_*_*", "{.spec.schedule}", "0 3 * * *"),
                ("service clusterip plain --tcp=80:8080", "{.spec.ports[0].targetPort}", "8080"),
                ("service nodeport outside --tcp=80", "{.spec.type}", "NodePort"),
                ("service externalname elsewhere --external-name=example.com", "{.spec.externalName}", "example.com"),
                ("serviceaccount robot", "{.metadata.name}", "robot"),
                ("role reader --verb=get,list --resource=pods", "{.rules[0].verbs[*]}", "get list"),
                ("rolebinding readers --role=reader --serviceaccount=default:robot", "{.subjects[0].name}", "robot"),
                ("poddisruptionbudget keep --selector=app=web --min-available=1", "{.spec.minAvailable}", "1"),
                ("quota small --hard=pods=3", "{.spec.hard.pods}", "3"),
                ("ingress front --rule=lab.example.com/=web:80", "{.spec.rules[0].host}", "lab.example.com")]:
            kind, *rest = command.split()
            if MINOR < 21 and kind in ("cronjob", "poddisruptionbudget"):
                continue  # it knows beta versions of these only, which no server serves any more
            name = rest[1] if kind == "secret" or kind == "service" else rest[0]
            with self.subTest(command):
                self.kubectl("create", kind, *(word.replace("_", " ") for word in rest))
                self.assertEqual(self.told(path, kind, name), told)

    def test_a_pod(self):
        self.kubectl("run", "one", "--image=web:1", "--port=80")
        self.assertEqual(self.told("{.spec.containers[0].ports[0].containerPort}", "pod", "one"), "80")

    def test_kinds_of_the_whole_lab(self):
        for command, path, told in [
                ("namespace", "{.status.phase}", "Active"),
                ("priorityclass --value=7", "{.value}", "7"),
                ("clusterrole --verb=get --resource=nodes", "{.rules[0].resources[0]}", "nodes"),
                ("clusterrolebinding --clusterrole=view --user=jo", "{.roleRef.name}", "view")]:
            kind, *rest = command.split()
            name = f"made-by-{MINOR}"
            with self.subTest(command):
                self.kubectl("create", kind, name, *rest)
                self.assertEqual(self.told(path, kind, name), told)
                self.kubectl("delete", kind, name)


if __name__ == "__main__":
    unittest.main()
