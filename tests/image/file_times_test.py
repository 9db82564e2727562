#!/usr/bin/python3
"""What the birth of a log's file says of its records: logs cut at their start, and rewritten ones."""

import datetime
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, program, recovered_image, rows, tap  # noqa: E402

START = datetime.datetime(2025, 11, 15, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
END = START + 6 * DAY


class FileTimes(images.ImageTest):
    def setUp(self):
        super().setUp()
        if not program.PROGRAM.exists():
            self.skipTest("pidometer is not built")
        self.place = self.folder()

    def image(self, files, births, inode_size=256):
        """`births` by path; each file was last written to when its last line says."""
        self.need("mkfs.ext4", "debugfs")
        root = images.write_tree(self.folder() / "tree", {"/etc/hostname": b"web01\n", **files},
                                 {"/etc/localtime": "/usr/share/zoneinfo/Etc/UTC"})
        image = images.make_ext(self.place / "disk.raw", root, "-I", inode_size, size="8M")
        orders = "".join(f"sif {path} crtime {birth:%Y%m%d%H%M%S}\n" for path, birth in births.items())
        orders += "".join(f"sif {path} mtime {END:%Y%m%d%H%M%S}\n" for path in files)
        images.run("debugfs", "-w", "-f", "-", image, stdin=orders.encode())
        return image

    def findings(self, image):
        run = program.run("scan", "--force", "--summary", self.place / "s.json", image, cwd=self.place)
        self.assertEqual(run.status, 0, run.err)
        summary = json.loads((self.place / "s.json").read_text())
        self.assertEqual(rows.problems(summary, rows.load_schema("summary")), [])
        found = rows.split_rows(run.out.decode("ascii"))
        for row in found:
            self.assertEqual(rows.problems(row, rows.load_schema("row")), [])
        return [row for row in found if row["data_type"].endswith((":record_gap", ":log_rewritten"))]

    @staticmethod
    def log(first, days):
        return "".join(recovered_image.lines(first, days)).encode()

    def times(self, image):
        log = images.list_logs(image).files["whole:/var/log/cron"]
        return log.get("crtime_us"), log.get("ctime_us")

    def test_filesystems_that_know_when_a_file_was_made(self):
        tree = images.write_tree(self.place / "tree", {"/var/log/cron": self.log(START, 1)})
        proto = self.place / "proto"
        proto.write_text("/dev/null\n0 0\nd--755 0 0\nvar d--755 0 0\nlog d--755 0 0\n"
                         f"cron ---644 0 0 {tree / 'var/log/cron'}\n$\n$\n$\n")
        image = self.place / "image.raw"
        cases = [
            ("mkfs.ext4", True, ["-d", tree, image, "8M"]),
            ("mkfs.ext4", False, ["-I", "128", "-d", tree, image, "8M"]),
            ("mkfs.xfs", True, ["-p", proto, image]),
            ("mkfs.xfs", False, ["-m", "crc=0", "-p", proto, image]),
            ("mkfs.btrfs", None, ["--rootdir", tree, image]),
        ]
        for name, knows, words in cases:
            with self.subTest(name=name, words=words):
                self.need(name)
                image.unlink(missing_ok=True)
                with open(image, "wb") as file:
                    file.truncate(512 << 20 if name != "mkfs.ext4" else 8 << 20)
                before = time.time() - 1
                images.run(name, "-q", "-F" if name == "mkfs.ext4" else "-f", *words)
                after = time.time() + 1
                created, changed = self.times(image)
                if knows is not None:
                    self.assertEqual(created is not None, knows)
                if created is not None:
                    self.assertTrue(before <= created / 1e6 <= after, created)
                self.assertTrue(before - 60 <= changed / 1e6 <= after, changed)

    def test_the_finer_half_and_the_years_behind_2038(self):
        self.need("mkfs.ext4", "debugfs")
        tree = images.write_tree(self.place / "tree", {"/var/log/cron": self.log(START, 1)})
        image = images.make_ext(self.place / "disk.raw", tree, size="8M")
        path = "/var/log/cron"
        for order in (f"sif {path} crtime_lo 5", f"sif {path} crtime_hi {1 | 7000 << 2:#x}",
                      f"sif {path} ctime_lo 7", f"sif {path} ctime_extra {9000 << 2:#x}"):
            images.run("debugfs", "-w", "-R", order, image)
        self.assertEqual(self.times(image), (((1 << 32) + 5) * 1_000_000 + 7, 7_000_009))

    def test_a_log_that_was_cut_at_its_start(self):
        files = {"/var/log/cron": self.log(START + DAY, 5)}
        found = self.findings(self.image(files, {"/var/log/cron": START}))
        self.assertEqual([row["data_type"] for row in found], ["pidometer:anomaly:record_gap"])
        gap = found[0]
        self.assertEqual((gap["cause"], gap["level"], gap["from_file_time"]), ("unknown", "low", True))
        self.assertEqual(gap["window_start"], "2025-11-15T00:00:00.000000+00:00")
        self.assertEqual(gap["window_end"], "2025-11-16T00:00:01.000000+00:00")
        self.assertAlmostEqual(gap["missing_records"], 288, delta=1)
        self.assertEqual(gap["first_line"], gap["last_line"])

    def test_a_log_that_was_rotated_in_time(self):
        files = {"/var/log/cron": self.log(START, 6)}
        self.assertEqual(self.findings(self.image(files, {"/var/log/cron": START - DAY / 1440})), [])

    def test_small_inodes_have_no_birth(self):
        files = {"/var/log/cron": self.log(START + DAY, 5)}
        self.assertEqual(self.findings(self.image(files, {}, inode_size=128)), [])

    def test_a_log_that_was_rewritten(self):
        files = {"/var/log/cron": self.log(START, 6),
                 "/var/log/cron.1": self.log(START - 7 * DAY, 7),
                 "/var/log/auth.log": b"Nov 15 00:00:05 web01 sshd[9]: Server listening on 0.0.0.0 port 22.\n"}
        edited = START + 3 * DAY + datetime.timedelta(hours=2, minutes=13)
        births = {"/var/log/cron": edited, "/var/log/cron.1": START - 7 * DAY, "/var/log/auth.log": START}
        found = self.findings(self.image(files, births))
        self.assertEqual([row["data_type"] for row in found], ["pidometer:anomaly:log_rewritten"])
        row = found[0]
        self.assertEqual(row["filename"], "/var/log/cron")
        self.assertEqual(row["file_created"], f"{edited:%Y-%m-%dT%H:%M:%S}.000000+00:00")
        self.assertEqual(row["window_start"], "2025-11-18T02:10:01.000000+00:00")
        self.assertEqual(row["window_end"], "2025-11-18T02:15:01.000000+00:00")
        self.assertIn("put back from a copy", row["message"])
        # a backup that was put back makes all files anew
        self.assertEqual(self.findings(self.image(files, dict.fromkeys(births, edited))), [])


if __name__ == "__main__":
    tap.main()
