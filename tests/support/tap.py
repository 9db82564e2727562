"""Runs unittest cases and prints TAP, the Test Anything Protocol, for `protocol: 'tap'` of Meson.

A suite ends with `if __name__ == "__main__": tap.main()`. Every test method is one case; failing
subtests fail their method and are named in its diagnostics.
"""

import sys
import traceback
import unittest


class TapResult(unittest.TestResult):
    def __init__(self, stream):
        super().__init__()
        self.out = stream
        self.number = 0
        self.notes = []  # of the test that runs now
        self.verdict = "ok"
        self.reason = ""

    def startTest(self, test):
        super().startTest(test)
        self.notes, self.verdict, self.reason = [], "ok", ""

    def _fail(self, test, err):
        self.verdict = "not ok"
        self.notes.append("".join([f"{test}\n", *traceback.format_exception(*err)]))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._fail(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._fail(test, err)
        if not isinstance(test, unittest.TestCase):  # setUpClass or a module that does not load
            self.report(str(test))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._fail(subtest, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.reason = reason
        if not isinstance(test, unittest.TestCase):  # setUpClass skipped: its cases never start
            self.report(str(test))

    def stopTest(self, test):
        super().stopTest(test)
        self.report(".".join(test.id().split(".")[-2:]))

    def report(self, name):
        self.number += 1
        skip = f" # SKIP {self.reason}" if self.reason and self.verdict == "ok" else ""
        print(f"{self.verdict} {self.number} - {name.replace('#', '')}{skip}", file=self.out)
        for note in self.notes:
            for line in note.rstrip().splitlines():
                print(f"#   {line}", file=self.out)
        self.out.flush()
        self.notes, self.verdict, self.reason = [], "ok", ""


def run(suite, out=sys.stdout):
    """Runs `suite`, prints TAP to `out`; True where nothing failed and something ran."""
    print("TAP version 13", file=out)
    result = TapResult(out)
    suite.run(result)
    print(f"1..{result.number}", file=out)
    return result.wasSuccessful() and result.number > 0


def main():
    # Library code under test may print; only TAP belongs on stdout.
    out, sys.stdout = sys.stdout, sys.stderr
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    sys.exit(0 if run(suite, out) else 1)
