#!/usr/bin/python3
"""docs/fleets.md: the jobs of a cluster tell by their exit statuses what became of each image."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import fleet_hosts, fleets, program, tap  # noqa: E402

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "fleets.md"


class Recipes(fleets.FleetTest):
    def setUp(self):
        super().setUp()
        self.need("jq")
        tools = self.place / "bin"
        tools.mkdir()
        (tools / "pidometer").symlink_to(os.path.abspath(program.PROGRAM))
        self.environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
        (self.place / "results").mkdir()

    def indented(self, begin):
        """The block of the docs that begins so."""
        lines = DOCS.read_text().split(f"    {begin}", 1)[1].split("\n")
        end = next(number for number, line in enumerate(lines) if number and not line.startswith("    "))
        return "\n".join([begin + lines[0], *(line[4:] for line in lines[1:end])])

    def shell(self, words, **environment):
        return subprocess.run(["sh", "-c", words], cwd=self.place, env={**self.environment, **environment}, check=False,
                              capture_output=True, text=True)

    def test_an_array_of_jobs(self):
        good, blank, cut, odd = (self.place / name for name in ("good", "blank", "cut.E01", "-o odd"))
        good.write_bytes(fleet_hosts.log_of(1))
        blank.write_text("no cron here\n" * 10)
        cut.write_bytes(program.E01.read_bytes()[:-2000])
        odd.write_bytes(fleet_hosts.log_of(2))
        (self.place / "images.txt").write_text("".join(f"{path.name}\n" for path in (good, blank, cut, odd)))
        script = self.indented("#!/bin/sh")
        for _ in range(2):
            done = [self.shell(script, SLURM_ARRAY_TASK_ID=str(number)).returncode for number in range(1, 5)]
            self.assertEqual(done, [0, 0, 3, 0])
        for _ in range(2):
            merged = self.shell(self.indented("pidometer merge"))
            self.assertEqual(merged.returncode, 0, merged.stderr)
        told = self.shell(self.indented("jq -r 'select(.exit_status"))
        self.assertEqual([line.split("\t")[1] for line in told.stdout.splitlines()], ["4", "3"], told.stderr)


if __name__ == "__main__":
    tap.main()
