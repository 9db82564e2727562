#!/usr/bin/python3
"""The TAP runner reports failures, errors and skips as what they are."""

import io
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import tap  # noqa: E402


def run(*methods):
    """TAP of test methods given as functions, without the diagnostics; and the verdict."""
    case = type("Case", (unittest.TestCase,), {f"test_{i}": m for i, m in enumerate(methods)})
    out = io.StringIO()
    good = tap.run(unittest.defaultTestLoader.loadTestsFromTestCase(case), out)
    lines = [line.partition(" - ") for line in out.getvalue().splitlines() if line[0] != "#"]
    return [f"{head}{name[name.find(' #'):] if ' #' in name else ''}" for head, _, name in lines], good


def passes(_):
    pass


def fails(self):
    self.fail("no")


def breaks(_):
    raise ValueError("no")


def skips(self):
    self.skipTest("why")


def fails_in_a_subtest(self):
    for value in (1, 2):
        with self.subTest(value):
            self.assertEqual(value, 1)


@unittest.skip("always")
def decorated(_):
    pass


def broken_class():
    class Broken(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            raise ValueError("no")

        def test_never_starts(self):
            pass

    return unittest.defaultTestLoader.loadTestsFromTestCase(Broken)


class Tap(unittest.TestCase):
    def test_a_class_that_cannot_start_has_failed(self):
        out = io.StringIO()
        self.assertFalse(tap.run(broken_class(), out))
        self.assertIn("not ok 1 - ", out.getvalue())

    def test_table(self):
        cases = [
            ("pass", [passes], ["ok 1"], True),
            ("fail", [fails], ["not ok 1"], False),
            ("error", [breaks], ["not ok 1"], False),
            ("skip", [skips], ["ok 1 # SKIP why"], True),
            ("decorated_skip", [decorated], ["ok 1 # SKIP always"], True),
            ("subtest", [fails_in_a_subtest], ["not ok 1"], False),
            ("order", [passes, fails, passes], ["ok 1", "not ok 2", "ok 3"], False),
            ("nothing", [], [], False),
        ]
        for name, methods, want, verdict in cases:
            with self.subTest(name):
                lines, good = run(*methods)
                self.assertEqual(lines, ["TAP version 13", *want, f"1..{len(want)}"])
                self.assertEqual(good, verdict)


if __name__ == "__main__":
    tap.main()
