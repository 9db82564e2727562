#!/usr/bin/python3
"""Counts test cases in the logs of `meson test` and prints `N passed, N failed, N skipped`.

    count_results.py MESON_LOGS...

Cases come from testlog.junit.xml. A suite whose run failed without a failed case (it crashed, or
ran into its time limit) counts as one failed case, as does a log that is missing. Exits with 1
where anything failed or nothing passed.
"""

import json
import pathlib
import sys
import xml.etree.ElementTree

GOOD_RESULTS = {"OK", "EXPECTEDFAIL", "SKIP"}


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add_case(self, case):
        children = {child.tag for child in case}
        if children & {"failure", "error"}:
            self.failed += 1
        elif "skipped" in children or case.get("status") == "notrun":
            self.skipped += 1
        else:
            self.passed += 1

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    @property
    def total(self):
        return self.passed + self.failed + self.skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def suites_of(name, junit):
    """A program's suites: `project.` and its name (TAP), or that and the suite's (GoogleTest)."""
    for suite in junit.iter("testsuite"):
        title = suite.get("name", "").partition(".")[2]
        if title == name or title.startswith(f"{name}."):
            yield suite


def count_program(run, junit):
    counts = Counts()
    for suite in suites_of(run["name"], junit):
        for case in suite.iter("testcase"):
            counts.add_case(case)
    good = run["result"] in GOOD_RESULTS
    if run["result"] == "SKIP" and counts.total == 0:
        counts.skipped += 1
    elif counts.total == 0 or (not good and counts.failed == 0):
        # All suites report their cases: one that ran none has crashed, or its filter was empty.
        counts.failed += 1
    return counts


def count_logs(folder):
    counts = Counts()
    try:
        junit = xml.etree.ElementTree.parse(folder / "testlog.junit.xml")
        runs = [json.loads(line) for line in (folder / "testlog.json").read_text().splitlines()]
    except (OSError, ValueError, xml.etree.ElementTree.ParseError) as error:
        print(f"{folder}: {error}", file=sys.stderr)
        counts.failed += 1
        return counts
    for run in runs:
        counts.add(count_program(run, junit))
    return counts


def main(folders):
    counts = Counts()
    for folder in folders:
        counts.add(count_logs(pathlib.Path(folder)))
    print(counts)
    return 1 if counts.failed or counts.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
