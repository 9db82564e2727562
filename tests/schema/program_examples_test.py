#!/usr/bin/python3
"""Examples in schemas/examples that are rows of the program itself, of tiny evidence that is made here.

PIDOMETER_ACCEPT=1 rewrites them and reports the case as skipped. Names of the folder that the evidence
is made in are left out of them; nothing else is changed.
"""

import json
import os
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import archives, images, program, recovered_image, rows, tap  # noqa: E402

EXAMPLES = rows.SCHEMAS / "examples"
MTIME = int(recovered_image.ROTATED.timestamp())
DAY = "".join(recovered_image.lines(recovered_image.ROTATED - recovered_image.datetime.timedelta(1), 1)).encode()
TREE = {"var/log/cron": DAY, "etc/hostname": b"web01\n"}
LINKS = {"etc/localtime": "/usr/share/zoneinfo/Etc/UTC"}
FIRST_SECTOR, SECTORS = (2048, 12288), 8192


class ProgramExamples(images.ImageTest):
    def setUp(self):
        super().setUp()
        if not program.PROGRAM.exists():
            self.skipTest("pidometer is not built")
        self.place = self.folder()

    def scan(self, *arguments):
        done = program.run("scan", "--records", *arguments, cwd=self.place)
        self.assertEqual(done.status, 0, done.err)
        text = done.out.decode("ascii").replace(f"{self.place}/", "")
        self.assertNotIn(str(self.place), text)
        return rows.split_rows(text)

    def check(self, name, row):
        """The example is this row."""
        path = EXAMPLES / f"{name}.jsonl"
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n"
        self.assertEqual(rows.problems(row, rows.load_schema("row")), [])
        if os.environ.get("PIDOMETER_ACCEPT"):
            path.write_text(text)
        else:
            self.assertEqual(path.read_text(), text, name)

    def accepted(self):
        if os.environ.get("PIDOMETER_ACCEPT"):
            self.skipTest("rewritten")

    def test_recovered(self):
        self.need("mkfs.ext4", "debugfs")
        _, logs = recovered_image.make(self.place)
        found = self.scan("--recover", "disk.raw")
        records = [row for row in found if row["data_type"] == "syslog:cron:task_run"]
        excesses = [row for row in found if row["data_type"] == "pidometer:anomaly:pid_excess"]
        for method in ("carved_unallocated", "carved_slack", "journal_inode"):
            self.check(f"task_run_{method}", next(row for row in records if row.get("recovered") == method))
        self.check("pid_excess_journal_inode", next(row for row in excesses if "recovered" in row))
        self.check("pid_excess_recovered_lines", next(row for row in excesses if "recovered_lines" in row))
        self.assertEqual(sum(row.get("recovered") == "carved_unallocated" for row in records), len(logs.night) + 1)
        self.accepted()

    def test_labels(self):
        log = self.place / "cron"
        log.write_bytes(DAY)
        os.utime(log, (MTIME, MTIME))
        found = self.scan("--timezone", "UTC", "--case-id", "2026-041", "--evidence", "E-07", "--host", "web01", "cron")
        self.check("task_run_labels", next(row for row in found if row["data_type"] == "syslog:cron:task_run"))
        self.accepted()

    def test_copies(self):
        """An old /var/log below the mount point of a /var volume."""
        self.need("mkfs.ext4", "debugfs")
        fstab = b"/dev/sda2 /var ext4 defaults 0 2\n"
        roots = [{"/var/log/cron": DAY, "/etc/hostname": b"web01\n", "/etc/fstab": fstab}, {"/log/cron": DAY}]
        disk = bytearray((FIRST_SECTOR[1] + SECTORS) * 512)
        for number, files in enumerate(roots):
            part = recovered_image.make_plain(self.place, f"part{number}", files, MTIME)
            first = FIRST_SECTOR[number]
            disk[446 + 16 * number:462 + 16 * number] = struct.pack("<B3xB3xII", 0, 0x83, first, SECTORS)
            disk[first * 512:(first + SECTORS) * 512] = part.read_bytes()
        disk[510:512] = b"\x55\xaa"
        (self.place / "disk.raw").write_bytes(disk)
        found = self.scan("disk.raw")
        for copy in ("live", "hidden"):
            self.check(f"task_run_{copy}", next(row for row in found if row.get("log_copy") == copy))
        self.accepted()

    def test_collections(self):
        tree = images.write_tree(self.place / "web01", TREE, LINKS)
        for path in TREE:
            os.utime(tree / path, (MTIME, MTIME))
        archives.make_tar(self.place / "uac-web01-linux-20251118.tar.gz", "[root]/", TREE, LINKS)
        for name, arguments in (("task_run_root_folder", ("--root", "web01")),
                                ("task_run_archive", ("--year", "2025", "uac-web01-linux-20251118.tar.gz"))):
            self.check(name, self.scan(*arguments)[0])
        self.accepted()


if __name__ == "__main__":
    tap.main()
