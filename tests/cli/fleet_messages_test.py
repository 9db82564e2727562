#!/usr/bin/python3
"""scan -d: what is said of an image, and of all."""

import gzip
import pathlib
import resource
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.cli.fleet_test import FleetTest  # noqa: E402
from tests.support import evidence, fleet_hosts, fleets, images, program, rows, tap  # noqa: E402


class Messages(FleetTest):
    def test_the_message_is_of_what_was_lost(self):
        packed = gzip.compress(fleet_hosts.log_of(1), mtime=0)
        for name, content, words in (
                ("cut.gz", packed[:len(packed) // 2], "gzip data ends too early"),
                ("wrong.gz", packed[:-8] + b"1234" + packed[-4:], "gzip checksum does not match")):
            log = self.place / name
            log.write_bytes(content)
            self.fleet("-z", "UTC", "--force", log, status=3)
            image, = fleets.status_of(self.out)["images"]
            self.assertIn(words, image["message"])
            summary = rows.parse((self.out / image["outputs"]["summary"]["file"]).read_text())
            self.assertEqual([log["complete"] for log in summary["logs"]], [False])

    def test_images_without_a_log_are_counted(self):
        notes = self.place / "notes"
        notes.write_text("no cron here\n" * 10)
        run = self.fleet("-z", "UTC", self.log("cron"), notes)
        self.assertIn("2 images: 2 complete (0 of them kept, 1 without a cron log), 0 partial", run.err)

    def test_a_file_that_may_not_grow_is_an_error(self):
        log = self.log("cron")
        done = subprocess.run([program.PROGRAM, "scan", "-d", self.out, "-z", "UTC", "--records", log], check=False,
                              capture_output=True, text=True,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("File too large", done.stderr)
        self.assertEqual(self.states(), {"cron": "failed"})

    def test_warnings_of_complete_images_are_told(self):
        """They stood in the logs of the images alone."""
        logs = [self.log(f"log{number}", number) for number in range(6)]
        for flags in ((), ("--resume",)):
            run = self.fleet("-z", "UTC", "--pid-max", "1000", *flags, *logs)
            self.assertIn("warning: 6 images have 6 warnings of kind wrong_pid_max: log0, log1, log2, log3, log4, ...; "
                          f"{self.out}/images/NAME.log says more\n", run.err)
            self.assertEqual([image["warning_counts"] for image in fleets.status_of(self.out)["images"]],
                             6 * [{"wrong_pid_max": 1}])

    def test_copies_and_shared_ids_are_named(self):
        copies = [self.place / f"{name}.E01" for name in ("a", "b")]
        for copy in copies:
            shutil.copy(program.E01, copy)
        run = self.fleet(*program.ZONE, *copies)
        self.assertIn("note: a.E01, b.E01 are copies of one medium by its MD5: their findings", run.err)
        self.assertIn("a.E01, b.E01 are copies of one medium", fleets.status_of(self.out)["notes"][0])
        case = self.place / "case.csv"
        case.write_text(f"segments,evidence\n{self.log('x')},E-01\n{self.log('y', 2)},E-01\n{self.log('z', 3)},E-02\n")
        run = self.fleet("-z", "UTC", "--force", "--case", case)
        self.assertIn("note: 2 images have the evidence id E-01", run.err)
        self.assertNotIn("E-02", run.err)
        self.assertNotIn("copies of one medium", run.err)

    def test_known_work_of_no_image_is_told_once(self):
        logs = [self.log(f"log{number}", number) for number in range(3)]
        known = self.place / "known.csv"
        known.write_text("begin,end,reason,host\n2026-03-02T00:00Z,2026-03-02T02:00Z,a,host0001\n"
                         "2026-03-02T00:00Z,2026-03-02T02:00Z,b,hots0002\n2026-03-02T00:00Z,2026-03-02T02:00Z,c,web\n")
        case = self.place / "case.csv"
        case.write_text(f"segments,host\n{logs[0]},web\n{logs[1]},db\n{logs[2]},\n")
        words = (f"1 window of known work is about hosts of which no image has a log, and marks nothing: line 3 of {known} "
                 "(host hots0002); write the host as the lines of its log have it, or leave it out")
        for flags in ((), ("--resume",)):
            run = self.fleet("-z", "UTC", "--known", known, *flags, "--case", case)
            self.assertEqual(run.err.count("hots0002"), 1, run.err)
            self.assertIn(f"warning: {words}\n", run.err)
            self.assertEqual(fleets.status_of(self.out)["notes"], [words])
            for path in (self.out / "images").glob("*.log"):
                self.assertNotIn("warning: ", path.read_text())

    def test_a_failure_has_its_remedy(self):
        picture = self.place / "picture"
        picture.write_bytes(evidence.PNG)
        run = self.fleet("-z", "UTC", picture, self.log("cron"), status=3)
        self.assertIn("it is a PNG picture\nhelp: give an image, a log file or a folder of log files\n", run.err)
        self.assertEqual(fleets.status_of(self.out)["images"][0]["help"],
                         "give an image, a log file or a folder of log files")

    def test_an_image_below_another_is_no_second_host(self):
        self.need("qemu-img")
        base, middle, disk, other = (self.place / name for name in ("base.raw", "middle.qcow2", "disk.qcow2", "other.vmdk"))
        shutil.copy(program.RAW, base)
        for below, kind, above in ((base, "raw", middle), (middle, "qcow2", disk)):
            images.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", below.name, "-F", kind, above)
        images.run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", base, other)
        run = self.fleet(*program.ZONE, base, disk, other)
        self.assertIn(f"warning: {base} is the image below {disk}, and read as a part of it", run.err)
        self.assertEqual(set(self.states()), {"disk.qcow2", "other.vmdk"})
        # Where the list has both, both are scanned.
        case = self.place / "case.csv"
        case.write_text(f"segments\n{base}\n{disk}\n")
        run = self.fleet(*program.ZONE, "--force", "--case", case)
        self.assertIn("warning: base.raw is the image below disk.qcow2: both are of one host", run.err)
        self.assertEqual(set(self.states()), {"base.raw", "disk.qcow2"})
        # By whatever name.
        for name, link in (("link.raw", lambda path: path.symlink_to(base)), ("hard.raw", lambda path: path.hardlink_to(base))):
            link(self.place / name)
            case.write_text(f"segments\n{self.place / name}\n{disk}\n")
            run = self.fleet(*program.ZONE, "--force", "--case", case)
            self.assertIn(f"warning: {name} is the image below disk.qcow2: both are of one host", run.err)
        case.write_text(f"segments\n{base}\n{disk}\n")
        self.fleet(*program.ZONE, "--force", "--case", case)
        run = self.fleet(*program.ZONE, "--resume", "--case", case)
        self.assertIn("base.raw is the image below disk.qcow2", run.err)
        self.assertNotIn("is the image below", self.fleet(*program.ZONE, "--force", base, other).err)

    def test_disks_that_name_one_another_are_all_told_of(self):
        self.need("qemu-img")
        disks = [self.place / name for name in ("one.qcow2", "two.qcow2")]
        for disk, below in zip(disks, reversed(disks)):
            images.run("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", below.name, "-F", "qcow2", disk, "1M")
        self.fleet("-z", "UTC", *disks, self.log("cron"), status=3)
        self.assertEqual(self.states(), {"one.qcow2": "partial", "two.qcow2": "partial", "cron": "complete"})


if __name__ == "__main__":
    tap.main()
