#!/usr/bin/python3
"""scan -d: what lies in the folder of a fleet and is not its own stays."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.cli.fleet_test import FleetTest  # noqa: E402
from tests.support import program, tap  # noqa: E402


class Foreign(FleetTest):
    """What lies in the folder of a fleet and is not its own."""

    def test_a_folder_that_holds_an_input_is_refused(self):
        for name in ("cron.log.202401", "out/cron.log.202401", "out/images/cron.log.202401"):
            log = self.log(name)
            before = log.read_bytes()
            link = self.place / "link"
            link.symlink_to(log)
            folder = self.place if name.startswith("cron") else self.out
            for given in (log, link):
                for force in ((), ("--force",)):
                    run = self.fleet("-z", "UTC", *force, given, out=folder, status=2)
                    self.assertIn("holds the input", run.err)
                    self.assertIn("help: ", run.err)
            case = self.place / "case.json"
            case.write_text(f'[{{"segments": "{log}"}}]')
            self.assertIn("holds the input", self.fleet("--case", case, out=folder, status=2).err)
            self.assertEqual(log.read_bytes(), before)
            log.unlink()
            link.unlink()
        self.log("out/root/var/log/cron")
        self.assertIn("holds the input", self.fleet("--root", self.out / "root", status=2).err)
        inside = self.log("out/evidence/cron")
        self.fleet("-z", "UTC", inside)

    def test_a_working_folder_that_is_gone(self):
        log = self.log("cron")
        gone = self.place / "gone"
        for given, status in ((log, 0), ("cron", 1)):
            gone.mkdir()
            done = subprocess.run(["sh", "-c", 'cd "$1" && rmdir "$1" && shift && exec "$@"', "-", gone, program.PROGRAM,
                                   "scan", "-d", self.out, "--force", "-z", "UTC", given],
                                  capture_output=True, check=False, text=True)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertNotIn("the run was given up", done.stderr)

    def test_lists_that_have_the_names_of_results(self):
        log = self.log("cron")
        for flag, words in (("--known", "begin,end,reason\n2026-03-01,2026-03-02,x\n"), ("--case", f"segments\n{log}\n")):
            for name in ("status.json", "timeline.jsonl", "images/cron.log"):
                path = self.out / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(words)
                run = self.fleet("--force", flag, path, *([log] if flag == "--known" else []), status=2)
                self.assertIn(f"holds {path}", run.err)
                self.assertEqual(path.read_text(), words)
                path.unlink()
            path = self.out / "list.csv"
            path.write_text(words)
            self.fleet("-z", "UTC", "--force", flag, path, *([log] if flag == "--known" else []))
            self.assertEqual(path.read_text(), words)

    def test_files_of_others_stay(self):
        log = self.log("cron")
        foreign = {self.out / name: name.encode() for name in (
            "cron.log.202401", "status.json.202401", "timeline.jsonl.backup", "images/cron.jsonl.202401",
            "images/x.log.202401", ".x.jsonl.pidometer-a1B2c3")}
        (self.out / "images").mkdir(parents=True)
        for path, content in foreign.items():
            path.write_bytes(content)
        self.fleet("-z", "UTC", log)
        self.fleet("-z", "UTC", "--force", log)
        self.fleet("-z", "UTC", "--resume", log)
        self.assertEqual({path: path.read_bytes() for path in foreign}, foreign)

    def test_a_status_of_very_many_images_is_resumed(self):
        log = self.log("cron")
        self.fleet("-z", "UTC", log)
        with open(self.out / "status.json", "ab") as status:
            status.write(b" " * (65 << 20))  # as long as that of 65,000 images
        run = self.fleet("-z", "UTC", "--resume", log)
        self.assertIn("1 of them kept", run.err)

    def test_results_that_are_no_fleets_are_not_overwritten(self):
        log = self.log("cron")
        for name in ("timeline.jsonl", "images/cron.log", "images/cron.jsonl"):
            path = self.out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("of another program")
            for resume in ((), ("--resume",)):
                run = self.fleet("-z", "UTC", *resume, log, status=2)
                self.assertIn(f"{path} is there", run.err)
                self.assertIn("--force", run.err)
                self.assertEqual(path.read_text(), "of another program")
            path.unlink()


if __name__ == "__main__":
    tap.main()
