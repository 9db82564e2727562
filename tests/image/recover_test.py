#!/usr/bin/python3
"""What an intruder deletes or trims on ext2, ext3 and ext4 comes back, says what it is, and is never mixed with live
lines.

The kernel makes the evidence: it writes the logs, rotates and deletes them. How many of the deleted
lines came back is printed for each case.
"""

import os
import pathlib
import random
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, tap  # noqa: E402
from tests.support.images import MIB, run, sha256  # noqa: E402
from tests.support.mounts import mounted  # noqa: E402
from tests.support.recovery import RecoveryTest, Scan, append_slowly, cron_lines, line_at  # noqa: E402


class ExtRecovery(RecoveryTest):
    def test_removed(self):
        for kind, options in (("ext4", ()), ("ext3", ()), ("ext2", ()), ("ext4", ("-b", "1024")),
                              ("ext4", ("-O", "bigalloc,^resize_inode"))):
            with self.subTest(f"{kind} {options}"):
                image = self.make(kind, *options)
                live, gone = cron_lines(10, first_day=41), cron_lines(40)
                with mounted(image) as root:
                    log = pathlib.Path(root) / "var/log"
                    log.mkdir(parents=True)
                    append_slowly(log / "cron.1", gone)
                    append_slowly(log / "cron", live)
                    os.sync()
                    (log / "cron.1").unlink()
                    os.sync()
                scan = Scan(self, image)
                self.assertEqual(scan.status, 0, scan.err)
                self.check(f"removed, {kind} {' '.join(options)}", scan, set(gone), 0.98)
                self.assertEqual(len(scan.live), len(live))
                self.assertEqual(scan.findings(), [])

    def test_trimmed_by_sed(self):
        for kind in ("ext4", "ext3", "ext2"):
            with self.subTest(kind):
                image = self.make(kind)
                lines = cron_lines(40)
                night = {line for line in lines if line.startswith("Oct 20 0")}
                with mounted(image) as root:
                    log = pathlib.Path(root) / "var/log"
                    log.mkdir(parents=True)
                    append_slowly(log / "cron", lines)
                    os.sync()
                    run("sed", "-i", "/^Oct 20 0/d", log / "cron")
                    os.sync()
                scan = Scan(self, image)
                self.check(f"sed -i, {kind}", scan, night, 0.98)
                scan.check_removed_night(len(night))
                self.assertEqual(len(scan.live), len(lines) - len(night) + 1)
                repeated = sum(log["duplicate_lines"] for log in scan.summary["logs"])
                self.assertGreater(repeated, 0.97 * (len(lines) - len(night)))

    def test_emptied(self):
        for how in ("truncate", "rewrite"):
            with self.subTest(how):
                image = self.make("ext4")
                lines, kept = cron_lines(40), cron_lines(5, first_day=41)
                with mounted(image) as root:
                    log = pathlib.Path(root) / "var/log"
                    log.mkdir(parents=True)
                    append_slowly(log / "cron", lines)
                    os.sync()
                    if how == "truncate":
                        os.truncate(log / "cron", 0)
                        os.sync()
                    else:
                        (log / "cron").write_text("".join(kept))
                        os.sync()
                scan = Scan(self, image)
                self.check(f"emptied by {how}", scan, set(lines), 0.4 if how == "rewrite" else 0.98)

    def test_half_of_the_blocks_are_reused(self):
        image = self.make("ext4", "-b", "4096", "-O", "^has_journal")
        gone = cron_lines(60)
        with mounted(image) as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            append_slowly(log / "cron.1", gone)
            os.sync()
        text = "".join(gone).encode()
        blocks = [int(word) for word in
                  run("debugfs", "-R", "blocks /var/log/cron.1", image).decode().split() if word != "0"]
        with mounted(image) as root:
            (pathlib.Path(root) / "var/log/cron.1").unlink()
            os.sync()
        # Every other run of eight blocks gets other bytes, as a new file would give them.
        data = bytearray(image.read_bytes())
        pick = random.Random(7)
        for number, block in enumerate(blocks):
            if number // 8 % 2:
                data[block * 4096:(block + 1) * 4096] = pick.randbytes(4096)
        image.write_bytes(data)
        whole = set(bytes(data).split(b"\n"))
        left = {line for line in gone if line[:-1].encode() in whole}
        self.assertLess(len(left), 0.6 * len(gone))
        self.assertIn(text[:100], bytes(data))
        scan = Scan(self, image)
        self.check("half of the blocks reused", scan, left, 0.98, gone)
        self.assertEqual([row for row in scan.findings() if row["level"] != "informational"], [])

    def test_a_volume_that_speaks_of_cron_gives_nothing(self):
        image = self.make("ext4")
        text = ("# /etc/crontab: system-wide crontab, CROND[12]: (root) CMD (x)\n"
                "*/5 * * * * root /usr/lib/sa/sa1 1 1\nSubject: Cron <root@web01> run-parts\n"
                "   Nov  1 00:00:01 web01 CROND[812]: (root) CMD (indented, quoted)\n"
                "MESSAGE=(root) CMD (x)\n_COMM=crond\ncron.daily cron.hourly anacron\n" * 20_000)
        with mounted(image) as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            (log / "x").write_text(text)
            (log / "y").write_bytes(random.Random(3).randbytes(5_000_000))
            os.sync()
            (log / "x").unlink()
            (log / "y").unlink()
            os.sync()
        scan = Scan(self, image)
        self.assertEqual(scan.rows, [])
        self.assertEqual(scan.status, 4)
        self.assertGreater(scan.summary["recovery"][0]["searched_bytes"], 40 * MIB)
        self.assertEqual(scan.summary["recovery"][0]["fragments"], 0)

    def test_the_journal_gives_whole_files_back(self):
        for kind, options in (("ext4", ()), ("ext3", ()), ("ext4", ("-b", "1024")),
                              ("ext4", ("-O", "^metadata_csum"))):
            for how in ("rm", "sed", "truncate", "rewrite"):
                with self.subTest(f"{kind} {options} {how}"):
                    image = self.make(kind, *options)
                    lines, kept = cron_lines(40), cron_lines(5, first_day=41)
                    with mounted(image) as root:
                        log = pathlib.Path(root) / "var/log"
                        log.mkdir(parents=True)
                        append_slowly(log / "cron", kept)
                        append_slowly(log / "cron.1", lines)
                        os.sync()
                        if how == "rm":
                            (log / "cron.1").unlink()
                        elif how == "sed":
                            run("sed", "-i", "/^Oct 20 0/d", log / "cron.1")
                        elif how == "truncate":
                            os.truncate(log / "cron.1", 0)
                        else:
                            (log / "cron.1").write_text("".join(kept))
                        os.sync()
                    out = self.folder() / "out"
                    done = program.run("extract", "--recover", image, "-d", out)
                    self.assertEqual(done.status, 0, done.err)
                    found = [path for path in (out / "whole/recovered").iterdir()
                             if path.name.endswith("-journal_inode-cron.1")]
                    self.assertIn(sha256("".join(lines).encode()),
                                  [sha256(path.read_bytes()) for path in found])

    def test_trimmed_and_grown_again(self):
        """A log that is longer now than it was before it was emptied."""
        for kind in ("ext4", "ext3"):
            with self.subTest(kind):
                image = self.make(kind)
                gone, live = cron_lines(20), cron_lines(30, first_day=40)
                with mounted(image) as root:
                    log = pathlib.Path(root) / "var/log"
                    log.mkdir(parents=True)
                    append_slowly(log / "cron", gone)
                    os.sync()
                    # Others lie behind it: it does not get its old blocks back.
                    os.truncate(log / "cron", 0)
                    with open(pathlib.Path(root) / "big", "wb") as file:
                        os.posix_fallocate(file.fileno(), 0, 8 * MIB)
                    append_slowly(log / "cron", live)
                    os.sync()
                data = image.read_bytes()
                text = set(data.split(b"\n"))
                left = {line for line in gone if line.encode()[:-1] in text}
                self.assertGreater(len(left), 0.9 * len(gone))
                scan = Scan(self, image)
                self.check(f"trimmed and grown, {kind}", scan, left, 0.98, gone)
                self.assertEqual(len(scan.live), len(live))
                self.assertIn("journal_inode", scan.methods())
                self.assertFalse(set(scan.lines) & set(live))
                found = [one for name, one in self.extracted(image).items() if "journal_inode-cron" in name]
                self.assertTrue(found)
                whole = "".join(gone).encode()
                for one in found:  # block by block it is what it was, or zeros for what is lost
                    self.assertLessEqual(len(one), len(whole))
                    for at in range(0, len(one), 1024):
                        self.assertIn(one[at:at + 1024], (whole[at:at + 1024], bytes(len(one[at:at + 1024]))))

    def test_an_excess_in_a_deleted_night_is_found(self):
        image = self.make("ext4", "-O", "^has_journal")
        lines = cron_lines(30)
        # 500 processes between two lines: everything after them is 500 later.
        at = next(i for i, line in enumerate(lines) if line.startswith("Oct 20 03:30"))
        moved = [re.sub(r"\[(\d+)\]", lambda pid: f"[{300 + (int(pid[1]) + 200) % 32468}]", line)
                 for line in lines[at:]]
        lines = lines[:at] + moved
        with mounted(image) as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            append_slowly(log / "cron", lines)
            os.sync()
            run("sed", "-i", "/^Oct 20 0/d", log / "cron")
            os.sync()
        scan = Scan(self, image)
        found = [row for row in scan.findings() if row["data_type"].endswith("pid_excess")]
        self.assertEqual([row["excess_pids"] for row in found], [500])
        self.assertIn("carved from unallocated space, image byte ", found[0]["message"])
        self.assertEqual(found[0]["recovered"], "carved_unallocated")
        image_bytes = image.read_bytes()
        self.assertEqual(line_at(image_bytes, found[0]["image_offset"]), lines[at - 1])

    def test_damaged_chunk_in_the_free_space(self):
        self.need("ewfacquire")
        image = self.make("ext4", "-b", "4096", "-O", "^has_journal", size="32M")
        gone = cron_lines(40)
        with mounted(image) as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            append_slowly(log / "cron", gone)
            os.sync()
            (log / "cron").unlink()
            os.sync()
        raw = image.read_bytes()
        run("ewfacquire", "-u", "-q", "-c", "none", "-t", image.with_suffix(""), image)
        e01 = image.with_suffix(".E01")
        data = bytearray(e01.read_bytes())
        at = data.find(gone[5000].encode())
        self.assertGreater(at, 0)
        data[at:at + 8] = b"\xff" * 8
        e01.write_bytes(data)
        scan = Scan(self, e01, raw=image)
        self.assertEqual(scan.status, 3)
        self.assertNotIn(gone[5000], scan.lines)
        self.check("E01 with a damaged chunk", scan, set(gone), 0.95)
        self.assertIn(gone[0].encode(), raw)

    def test_extract(self):
        image = self.make("ext4", "-O", "^has_journal")
        gone = cron_lines(40)
        with mounted(image) as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            (log / "cron.1").write_text("".join(gone))
            (log / "cron").write_text("".join(cron_lines(1, first_day=41)))
            os.sync()
            (log / "cron.1").unlink()
            os.sync()
        out = self.folder() / "out"
        done = program.run("extract", "--recover", image, "-d", out)
        self.assertEqual(done.status, 0, done.err)
        found = sorted((out / "whole/recovered").iterdir())
        self.assertEqual([sha256(path.read_bytes()) for path in found],
                         [sha256("".join(gone).encode())])
        self.assertRegex(found[0].name, r"^[0-9]+-carved_unallocated$")
        self.assertEqual(image.read_bytes()[int(found[0].name.split("-")[0]):][:50],
                         "".join(gone).encode()[:50])
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out, check=True)
        self.assertIn(found[0].name, (out / "SHA256SUMS").read_text())


if __name__ == "__main__":
    tap.main()
