#!/usr/bin/python3
"""What the worker's README says to type does what it says, on this machine's Redis and Celery."""

import pathlib
import re
import shlex
import sys
import tempfile
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from integrations.openrelik.tests import lab  # noqa: E402
from tests.support import program, rows, tap  # noqa: E402

README = (lab.WORKER / "README.md").read_text()
REDIS_OF_README = "redis://127.0.0.1:6379"


def block(words):
    """The only indented block that has the words, without its indentation."""
    found, = [one for one in re.findall(r"(?:^ {4}.*\n)+", README, re.MULTILINE) if words in one]
    return re.sub(r"^ {4}", "", found, flags=re.MULTILINE)


class Commands(unittest.TestCase):
    def test_without_a_container_as_in_one(self):
        text = block("celery --app").replace("\\\n", " ")
        install, start = text.splitlines()[-2:]
        # Debian 12 refuses a pip that is not of a venv (PEP 668), and has no command of the name celery.
        folder, = re.findall(r"python3 -m venv (\S+) ", install)
        self.assertIn(f"&& {folder}/bin/pip install ./integrations/openrelik", install)
        self.assertEqual(re.findall(r"(\S*)pip install", text), [f"{folder}/bin/"])
        self.assertTrue((lab.ROOT / "integrations/openrelik/pyproject.toml").exists())
        words = shlex.split(start)
        self.assertEqual(words[:4], ["cd", "integrations/openrelik", "&&", f"REDIS_URL={REDIS_OF_README}"])
        self.assertEqual(words[4], f"{folder}/bin/celery")
        docker, = re.findall(r"^CMD (.*)$", (lab.WORKER / "Dockerfile").read_text(), re.MULTILINE)
        self.assertEqual(["celery", *words[5:]], yaml.safe_load(docker))
        # The tests' worker is started so, with a name of its own.
        self.assertEqual(words[5:], [*lab.WORKER_ARGUMENTS, "-Q", lab.QUEUE])


class Client(lab.LabTest):
    def test_a_task_without_the_server(self):
        with tempfile.TemporaryDirectory() as holder:
            folder = pathlib.Path(holder)
            self.make_lab(folder)
            text = block("send_task").replace(REDIS_OF_README, self.redis.url)
            for path, here in (("/mnt/evidence/web01.E01", program.E01), ("/srv/results", folder / "results")):
                self.assertIn(path, text)
                text = text.replace(path, str(here))
            *lines, last = text.splitlines()
            names = {}
            exec("\n".join(lines), names)  # pylint: disable=exec-used
            self.addCleanup(names["client"].close)
            found = eval(last, names)  # pylint: disable=eval-used
            self.assertEqual([one["display_name"] for one in found], ["web01.E01.pidometer.jsonl", "web01.E01.pidometer.html"])
            self.assertEqual(pathlib.Path(found[0]["path"]).parent, folder / "results")
            self.assertGreater(len(rows.load_rows(found[0]["path"])), 10)


if __name__ == "__main__":
    tap.main()
