#!/usr/bin/python3
"""The report of images that were hashed, in a real browser."""

import hashlib
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.browser.report_test import ReportTest  # noqa: E402
from tests.support import browser, evidence, program, tap  # noqa: E402

if browser.available():
    from selenium.webdriver.common.by import By


class Hashed(ReportTest):
    """`scan --hash --report`: what was computed, beside what the image stores."""

    def shown(self, image, *words, status=0):
        path = self.folder / f"{image.name}.html"
        run = program.run("scan", "--hash", *program.ZONE, "--report", path, "-o", os.devnull, "--force", image)
        self.assertEqual(run.status, status, run.err)
        browser.open_report(self.driver, path)
        self.assert_quiet()
        facts = self.one("#evidence .facts")
        names, values = (facts.find_elements(By.TAG_NAME, tag) for tag in ("dt", "dd"))
        return {name.text: value.text for name, value in zip(names, values, strict=True)}

    def test_hashes_are_those_that_were_computed(self):
        content = program.RAW.read_bytes()
        want = {name: hashlib.new(name.lower().replace("-", ""), content).hexdigest() for name in ("MD5", "SHA-1", "SHA-256")}
        raw, e01 = self.shown(program.RAW), self.shown(program.E01)
        for told in (raw, e01):
            self.assertEqual({name: told.get(name) for name in want}, want)
        self.assertNotIn("as stored", raw)
        self.assertEqual(e01["MD5 stored in it"], want["MD5"])
        self.assertEqual(e01["as stored"], "yes")

    def test_hashes_that_differ_are_said(self):
        told = self.shown(evidence.flipped_e01(self.folder / "flipped.E01"), status=3)
        self.assertNotEqual(told["MD5"], told["MD5 stored in it"])
        self.assertEqual(told["as stored"], "no: the image is not what was acquired, or could not be read whole")


if __name__ == "__main__":
    tap.main()
