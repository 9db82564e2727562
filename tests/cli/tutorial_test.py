#!/usr/bin/python3
"""The commands of the tutorial, run as they are written."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, tap  # noqa: E402


class Tutorial(program.ProgramTest):
    def test_every_command_does_what_is_said(self):
        text = (program.SOURCE_ROOT / "docs" / "tutorial.md").read_text()
        commands = [line.strip() for line in text.splitlines()
                    if re.match(r"    (build/cli/pidometer|printf) ", line)]
        self.assertGreaterEqual(len(commands), 10)
        told = {}
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(program.BUILD_ROOT, f"{folder}/build")
            os.symlink(program.TESTDATA, f"{folder}/testdata")
            for command in commands:
                with self.subTest(command):
                    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True,
                                          timeout=program.TIMEOUT_SECONDS, check=False)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    told[command] = done.stdout
            for name in ("case.html", "logs/SHA256SUMS", "findings.jsonl", "summary.json", "timeline.jsonl"):
                self.assertTrue((pathlib.Path(folder) / name).exists(), name)
        first = next(text for command, text in told.items() if "--format text" in command)
        self.assertIn("[842]: root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)", first)
        known = next(text for command, text in told.items() if "--known" in command)
        self.assertIn("within known work (restore from tape)", known)
        explained = next(text for command, text in told.items() if " explain " in command)
        self.assertIn("they cost: 2 PIDs 80 times,", explained)
        self.assertIn("comparable: 84 other intervals", explained)
        when = next(text for command, text in told.items() if " when " in command)
        self.assertIn("between 2000-11-08 08:50:00 and 09:00:00", when)

    def test_nobody_is_told_that_the_log_is_the_original(self):
        """testdata/README.md: it was rebuilt. Who is shown a finding of it has to know."""
        for name in ("README.md", "demo.sh", "docs/tutorial.md"):
            with self.subTest(name):
                text = (program.SOURCE_ROOT / name).read_text()
                self.assertRegex(text, "rebuilt")
                self.assertIn("testdata/README.md", text)
                self.assertNotIn("2001 intrusion", text)

    def test_documents_lead_somewhere(self):
        """Each link of README and docs to a file of the repository has one."""
        for page in [program.SOURCE_ROOT / "README.md", program.SOURCE_ROOT / "CONTRIBUTING.md",
                     *sorted((program.SOURCE_ROOT / "docs").rglob("*.md"))]:
            for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
                if "://" not in target:
                    self.assertTrue((page.parent / target).exists(), f"{page.name} links to {target}")


if __name__ == "__main__":
    tap.main()
