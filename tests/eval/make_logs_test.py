#!/usr/bin/env python3
"""The generator of logs: its form, its determinism, and that the program reads what it writes."""

import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.eval import make_logs  # noqa: E402
from tests.eval.families import FAMILIES  # noqa: E402
from tests.support import program, tap  # noqa: E402

DAYS = 6
META = {"kind", "name", "host", "dialect", "timezone", "year", "pid_max", "lines", "first", "last"}
NEEDED = {"activity": {"processes", "bound_start", "bound_end"}, "reboot": set(), "clock_step": {"seconds"},
          "deleted_lines": {"lines"}, "forged_line": {"pid"}, "other": set()}


class MakeLogs(program.ProgramTest):
    def logs(self, folder, *arguments):
        subprocess.run([sys.executable, ROOT / "tests/eval/make_logs.py", folder, "--days", str(DAYS), *arguments],
                       check=True)
        return {path.name: path.read_bytes() for path in sorted(pathlib.Path(folder).iterdir())}

    def test_the_same_seed_gives_the_same_bytes_and_another_does_not(self):
        with tempfile.TemporaryDirectory() as folder:
            some = ("--family", "minimal_vm", "--family", "centos7")
            first = self.logs(f"{folder}/a", *some)
            self.assertEqual(first, self.logs(f"{folder}/b", *some))
            other = self.logs(f"{folder}/c", *some, "--seed", "2")
            self.assertFalse(set(first.values()) & set(other.values()))

    def test_every_family_and_scenario_has_whole_truth_and_is_read_by_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            for family in FAMILIES:
                for scenario in make_logs.SCENARIOS:
                    with self.subTest(family=family, scenario=scenario):
                        self.check(pathlib.Path(folder), family, scenario)

    def check(self, folder, family, scenario):
        name = f"{family}-{scenario}"
        make_logs.write(folder, name, *make_logs.make(family, scenario, 3, DAYS))
        meta, *truth = map(json.loads, (folder / f"{name}.truth.jsonl").read_text().splitlines())
        text = gzip.decompress((folder / f"{name}.log.gz").read_bytes())
        self.assertEqual(set(meta), META)
        self.assertEqual(text.count(b"\n"), meta["lines"])
        self.assertEqual(scenario == "quiet", not truth)
        for row in truth:
            self.assertLessEqual(NEEDED[row["kind"]], set(row))
            self.assertLessEqual(row["start"], row["end"])
            if row["kind"] == "activity":
                self.assertLessEqual(row["bound_start"], row["start"])
                self.assertLessEqual(row["end"], row["bound_end"])
        (folder / name).write_bytes(text)
        run = program.run("scan", "--year", str(meta["year"]), "--records", folder / name)
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(run.out.count(b'"cron_event":'), meta["lines"])


if __name__ == "__main__":
    tap.main()
