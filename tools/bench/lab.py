"""A local cluster for the length of a benchmark. Needs root and build/bin/croft."""

import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CROFT = ROOT / "build/bin/croft"
STATE = pathlib.Path("/var/lib/croft/clusters")


class Lab:
    def __init__(self, name, nodes):
        self.name = name
        self.nodes = nodes

    def __enter__(self):
        self.run("cluster", "delete", self.name)
        self.run("cluster", "create", self.name, "--nodes", str(self.nodes))
        for version in ("v1",):
            subprocess.run([ROOT / "tools/whoami/build", ROOT / "build/bin/whoami", version], check=True)
            self.run("cluster", "load", f"localhost/whoami:{version}", "--name", self.name)
        return self

    def __exit__(self, *_):
        self.run("cluster", "delete", self.name)

    def run(self, *arguments, text=None):
        done = subprocess.run([CROFT, "--kubeconfig", self.kubeconfig(), *arguments], input=text, text=True, capture_output=True)
        if done.returncode != 0:
            raise SystemExit(f"croft {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def kubeconfig(self):
        return str(STATE / self.name / "kubeconfig")

    def get(self, *what):
        return json.loads(self.run("get", *what, "-o", "json"))

    def pid(self, member):
        return int(self.run("cluster", "pid", member, "--name", self.name))

    def podman_socket(self, node):
        return str(STATE / self.name / node / "data/podman/podman.sock")
