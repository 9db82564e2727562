#!/usr/bin/python3
"""What the container may do, and that its parts name each other rightly; no container is built here."""

import pathlib
import shlex
import sys
import tomllib
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from integrations.openrelik.tests import lab  # noqa: E402
from tests.support import tap  # noqa: E402


def instructions(text):
    """(instruction, arguments) of a Dockerfile's lines, continued ones joined."""
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], " ".join(line.split()[1:])) for line in lines]


class Container(unittest.TestCase):
    def setUp(self):
        self.docker = instructions((lab.WORKER / "Dockerfile").read_text())
        self.service = yaml.safe_load((lab.WORKER / "compose.yaml").read_text())["services"][lab.QUEUE]

    def last(self, name):
        return [value for instruction, value in self.docker if instruction == name][-1]

    def test_has_no_root_and_no_rights(self):
        user = self.last("USER")
        self.assertNotIn(user.split(":")[0], ("0", "root"))
        self.assertGreater(self.docker.index(("USER", user)),
                           max(place for place, (name, _) in enumerate(self.docker) if name in ("RUN", "COPY")))
        self.assertEqual(self.service["user"], user)
        self.assertTrue(self.service["read_only"])
        self.assertEqual(self.service["cap_drop"], ["ALL"])
        self.assertIn("no-new-privileges:true", self.service["security_opt"])
        for key in ("privileged", "cap_add", "devices"):
            self.assertNotIn(key, self.service)

    def test_evidence_is_read_only(self):
        mounts = [mount.split(":") for mount in self.service["volumes"]]
        self.assertEqual([mount[1] for mount in mounts if mount[-1] != "ro"], ["/usr/share/openrelik/data"])
        self.assertIn(["/mnt/evidence", "/mnt/evidence", "ro"], mounts)

    def test_commands_are_one(self):
        docker = yaml.safe_load(self.last("CMD"))
        self.assertEqual(shlex.split(self.service["command"]), docker)
        self.assertEqual(docker[-2:], ["-Q", lab.QUEUE])
        self.assertIn("--task-events", docker)

    def test_copies_what_there_is(self):
        for instruction, value in self.docker:
            if instruction == "COPY" and not value.startswith("--from"):
                for source in value.split()[:-1]:
                    self.assertTrue((lab.ROOT / source).exists(), source)
        for script in ("tools/install_packages.sh", "tools/build_deb.sh"):
            self.assertIn(script, self.docker[3][1])
            self.assertTrue((lab.ROOT / script).exists())

    def test_package_and_card(self):
        project = tomllib.loads((lab.WORKER / "pyproject.toml").read_text())["project"]
        self.assertEqual(project["name"], lab.QUEUE)
        self.assertTrue((lab.WORKER / project["readme"]).exists())
        meson = (lab.ROOT / "meson.build").read_text()
        self.assertIn(f"version: '{project['version']}'", meson)
        self.assertEqual({name.split(">")[0].split("[")[0] for name in project["dependencies"]},
                         {"celery", "openrelik-worker-common"})
        card = yaml.safe_load((lab.WORKER / "openrelik.yaml").read_text())
        self.assertTrue(card["display_name"] and card["description"])


if __name__ == "__main__":
    tap.main()
