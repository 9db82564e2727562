#!/usr/bin/python3
"""The closing line of test.sh counts what it has to: above all a suite that crashed."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import count_results, tap  # noqa: E402

GTEST = """<testsuite name="p.p:unit / a.One"><testcase name="x" status="run"/>
  <testcase name="y" status="run"><failure message="m"/></testcase>
  <testcase name="z" status="run"><skipped message="m"/></testcase>
  <testcase name="DISABLED_d" status="notrun"/></testsuite>
  <testsuite name="p.p:unit / a.Two"><testcase name="x" status="run"/></testsuite>"""
TAP = """<testsuite name="p.p:cli / b"><testcase name="1 - x"/><testcase name="2 - y"/>
  <testcase name="3 - z"><skipped/></testcase></testsuite>"""

# name, JUnit suites, (program, result) pairs, the line, the status
CASES = [
    ("gtest", GTEST, [("p:unit / a", "FAIL")], "2 passed, 1 failed, 2 skipped", 1),
    ("tap", TAP, [("p:cli / b", "OK")], "2 passed, 0 failed, 1 skipped", 0),
    ("both", GTEST + TAP, [("p:unit / a", "FAIL"), ("p:cli / b", "OK")],
     "4 passed, 1 failed, 3 skipped", 1),
    ("crash_after_cases", TAP, [("p:cli / b", "ERROR")], "2 passed, 1 failed, 1 skipped", 1),
    ("crash_without_cases", "", [("p:unit / a", "FAIL")], "0 passed, 1 failed, 0 skipped", 1),
    ("time_limit", TAP, [("p:cli / b", "OK"), ("p:unit / slow", "TIMEOUT")],
     "2 passed, 1 failed, 1 skipped", 1),
    ("good_without_cases", "", [("p:lint / c", "OK"), ("p:lint / d", "SKIP")],
     "0 passed, 1 failed, 1 skipped", 1),
    ("nothing_ran", "", [], "0 passed, 0 failed, 0 skipped", 1),
    ("all_skipped", "", [("p:lint / d", "SKIP")], "0 passed, 0 failed, 1 skipped", 1),
    ("name_that_starts_another", TAP, [("p:cli / bb", "OK"), ("p:cli / b", "OK")],
     "2 passed, 1 failed, 1 skipped", 1),
]


def count(*folders):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        status = count_results.main(folders)
    return out.getvalue(), status


class CountResults(unittest.TestCase):
    def test_table(self):
        for name, suites, runs, line, status in CASES:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                logs = pathlib.Path(folder)
                (logs / "testlog.junit.xml").write_text(f"<testsuites>{suites}</testsuites>")
                (logs / "testlog.json").write_text("".join(
                    json.dumps({"name": program, "result": result}) + "\n"
                    for program, result in runs))
                self.assertEqual(count(folder), (f"{line}\n", status))

    def test_two_passes_are_added(self):
        with tempfile.TemporaryDirectory() as folder:
            logs = pathlib.Path(folder)
            (logs / "testlog.junit.xml").write_text(f"<testsuites>{TAP}</testsuites>")
            (logs / "testlog.json").write_text(json.dumps({"name": "p:cli / b", "result": "OK"}))
            self.assertEqual(count(folder, folder), ("4 passed, 0 failed, 2 skipped\n", 0))

    def test_a_pass_that_left_no_log_has_failed(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(count(folder), ("0 passed, 1 failed, 0 skipped\n", 1))


if __name__ == "__main__":
    tap.main()
