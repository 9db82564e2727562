#!/usr/bin/python3
"""One run of the task where its results find no room, or some of them are lost; without a broker."""

import errno
import gzip
import io
import os
import pathlib
import subprocess
import sys
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from integrations.openrelik.tests import lab  # noqa: E402
from integrations.openrelik.tests.task_test import TaskTest  # noqa: E402
from tests.support import images, program, tap  # noqa: E402

if not lab.NO_CELERY:
    from src import result_files, scan, tasks

# Every five minutes a job of one cost: nothing in it is a finding.
QUIET = "".join(f"Nov {8 + quarter // 288:2} {quarter // 12 % 24:02}:{quarter % 12 * 5:02}:01 web CROND[{2000 + quarter * 3}]: "
                "(root) CMD (/usr/lib/sa/sa1 1 1)\n" for quarter in range(2000)).encode()


def open_full_log(path, *arguments, **values):
    """open(), of a log on a disk that has no room for it."""
    return open("/dev/full" if pathlib.Path(path).name == scan.LOG else path, *arguments, **values)


class FullDisk(TaskTest):
    def test_results_that_cannot_be_written(self):
        publish = result_files.ResultFiles.publish

        def full(files, *kinds):
            if files.group.name == "db.E01" and scan.SUMMARY in kinds:
                publish(files, scan.ROWS)
                raise OSError(errno.ENOSPC, "No space left on device", str(files.path(scan.REPORT)))
            publish(files, *kinds)
        with unittest.mock.patch.object(result_files.ResultFiles, "publish", full):
            result = self.run_task([self.e01(), self.e01("db.E01")])
            self.assertIn("db.E01: its results cannot be written: No space left on device; the disk of the results is full: "
                          f"make room in {self.folder / 'other'}",
                          self.fail_task([self.e01("db.E01")], output=self.folder / "other"))
        self.assertEqual([image["name"] for image in result["meta"]["images"]], ["web.E01"])
        failure, = result["meta"]["failures"]
        self.assertIn("db.E01: its results cannot be written: No space left on device", failure)
        self.assertEqual({path.name for path in self.output.iterdir()},
                         {pathlib.Path(one["path"]).name for one in result["output_files"] + result["task_files"]})

    def test_a_full_disk_is_named_in_the_programs_own_words(self):
        self.use_script('#!/bin/sh\nseq 100000 >&2\necho "error: cannot write rows.jsonl" >&2\n'
                        'echo "reason: No space left on device" >&2\nexit 1\n')
        with unittest.mock.patch.object(scan, "open", open_full_log, create=True):
            text = self.fail_task([self.e01()])
        self.assertIn("web.E01: error: cannot write rows.jsonl; reason: No space left on device; the disk of the "
                      f"results is full: make room in {self.output}, ", text)

    def test_a_program_that_says_much_is_held_in_part(self):
        self.use_script('#!/bin/sh\necho "error: the first" >&2\nseq 1000000 >&2\necho "error: the last" >&2\nexit 1\n')
        self.assertIn("web.E01: error: the first; error: the last", self.fail_task([self.e01()]))
        words = scan.Words(io.BytesIO())
        for number in range(20_000):
            words.take(b"%099d\n" % number)
        self.assertLess(len(words.text()), 2 * scan.MAX_SAID + 100)
        self.assertIn("\n[1868928 bytes more]\n", words.text())

    def test_disks_of_all_sizes(self):
        disk = self.folder / "disk"
        disk.mkdir()
        if os.geteuid() != 0:
            self.skipTest("a small disk is mounted by root alone")
        sizes, whole = (4, 8, 12, 16, 24, 32, 64, 100, 150, 200, 300, 400, 4000), []
        for size in sizes:
            mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", disk]
            if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
                self.skipTest("nothing can be mounted here")
            with self.subTest(size):
                try:
                    listed = len(self.run_task([self.e01()], output=disk, records=True)["task_files"])
                    whole.append(size)
                except scan.ScanFailed as error:
                    self.assertIn(f"the disk of the results is full: make room in {disk}", str(error))
                    self.assertIn("No space left on device", str(error))
                    listed = 0
                finally:
                    left = list(disk.iterdir())
                    images.run("umount", disk)
                self.assertEqual(len(left), listed and 4)
        self.assertEqual(tuple(whole), sizes[-len(whole):])
        self.assertLess(len(whole), len(sizes))


class LostFiles(TaskTest):
    def report(self, file):
        result = self.run_task([file], year=2026)
        return result, result["task_report"]["summary"], result["task_report"]["priority"]

    def test_a_lost_log_is_no_clean_image(self):
        _, *clean = self.report(self.store.add(gzip.compress(QUIET), "clean.gz"))
        self.assertEqual(clean, ["1 image read; no findings", 5])
        cut = self.store.add(gzip.compress(QUIET)[:-9], "cut.gz")
        before, *partial = self.report(cut)
        self.assertEqual(partial, ["1 image read; 1 in part; no findings in what was read", 20])
        self.assertFalse(before["meta"]["images"][0]["log_lost"])
        self.assertIn("gzip data ends too early", before["meta"]["images"][0]["warnings"][0])
        for lose in (lambda path: path.write_bytes(b""), pathlib.Path.unlink):
            lose(pathlib.Path(before["task_files"][0]["path"]))
            # Delivered again: its results are there, all but the log.
            result, *lost = self.report(cut)
            self.assertEqual(lost, ["1 image read; 1 in part; 1 WITHOUT ITS LOG; no findings in what was read", 40])
            image, = result["meta"]["images"]
            self.assertTrue(image["log_lost"])
            self.assertIn("* the log of this scan is lost", result["task_report"]["content"])
            self.assertIn("warning: cut.gz: gzip data ends too early: ", image["warnings"][0])
            self.assertEqual([one["extension"] for one in result["task_files"]], [".json"])

    def test_a_log_that_finds_no_room(self):
        with unittest.mock.patch.object(scan, "open", open_full_log, create=True):
            result, *lost = self.report(self.store.add(gzip.compress(QUIET), "clean.gz"))
        self.assertEqual(lost, ["1 image read; 1 WITHOUT ITS LOG; no findings", 40])
        self.assertEqual([one["extension"] for one in result["task_files"]], [".json"])

    def test_empty_files_stay_nowhere(self):
        file = self.store.add(gzip.compress(QUIET), "clean.gz")
        group, = tasks.group_evidence([file])
        files = result_files.ResultFiles(str(self.output), "a" * 32, group)
        files.path(scan.ROWS).write_text("of a run that died\n")
        result, *_ = self.report(file)
        self.assertEqual([one["extension"] for one in result["output_files"]], [".html"])
        self.assertEqual({path.name for path in self.output.iterdir()},
                         {pathlib.Path(one["path"]).name for one in result["output_files"] + result["task_files"]})


if __name__ == "__main__":
    tap.main()
