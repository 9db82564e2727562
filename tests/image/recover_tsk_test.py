#!/usr/bin/python3
"""Deleted logs of NTFS, FAT and exFAT: by their names where those still say where they lay, else carved.

ntfs-3g (through FUSE) and mtools make the evidence. Nothing that another file owns now may come back as a
deleted log's.
"""

import os
import pathlib
import random
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import mounts, tap  # noqa: E402
from tests.support.images import run, sha256  # noqa: E402
from tests.support.recovery import RecoveryTest, Scan, append_slowly, cron_lines  # noqa: E402


def bitmap_place(data):
    """Where $Bitmap, record 6 of the MFT, begins: its first run, which is all of it on a new volume."""
    record = int.from_bytes(data[48:56], "little") * 4096 + 6 * 1024
    at = record + int.from_bytes(data[record + 20:record + 22], "little")
    while data[at] != 0x80:
        at += int.from_bytes(data[at + 4:at + 8], "little")
    run = at + int.from_bytes(data[at + 32:at + 34], "little")
    length, offset = data[run] & 15, data[run] >> 4
    return int.from_bytes(data[run + 1 + length:run + 1 + length + offset], "little") * 4096


class NtfsRecovery(RecoveryTest):
    def make(self, size="48M"):
        self.need("mkntfs", "ntfs-3g")
        image = self.folder() / "image.raw"
        run("truncate", "-s", size, image)
        run("mkntfs", "-q", "-F", image)
        return image

    def mounted(self, image, *options):
        return mounts.mounted(image, *options, kind="ntfs-3g")

    def test_removed(self):
        image = self.make()
        live, gone = cron_lines(10, first_day=61), cron_lines(40)
        with self.mounted(image) as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            append_slowly(log / "cron", live)
            append_slowly(log / "cron.1", gone)
            os.sync()
            (log / "cron.1").unlink()
        scan = Scan(self, image)
        self.assertEqual(scan.status, 0, scan.err)
        self.check("removed, NTFS", scan, set(gone), 1.0)
        self.assertEqual(scan.methods(), {"deleted_name"})
        self.assertEqual(len(scan.live), len(live))
        place = image.read_bytes().find("".join(gone[:50]).encode())
        self.assertEqual(self.extracted(image), {f"{place}-deleted_name-cron.1": "".join(gone).encode()})

    def test_resident(self):
        """A small log lies in its record, whose sectors' last two bytes were moved elsewhere."""
        image = self.make()
        gone = cron_lines(1)[:5]
        with self.mounted(image) as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            (log / "cron.1").write_text("".join(gone))
            os.sync()
            (log / "cron.1").unlink()
        text = "".join(gone).encode()
        data = image.read_bytes()
        place = data.find(text[:50])
        self.assertNotEqual(data[place:place + len(text)], text)
        self.assertEqual(self.extracted(image), {f"{place}-deleted_name-cron.1": text})
        scan = Scan(self, image)
        self.assertEqual(scan.status, 0, scan.err)
        self.assertEqual(scan.offsets, [place + text.find(line.encode()) for line in gone])
        self.assertEqual(scan.methods(), {"deleted_name"})

    def test_a_record_that_was_used_again(self):
        image = self.make()
        gone = cron_lines(40)
        with self.mounted(image) as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            (log / "cron.1").write_text("".join(gone))
            number = os.stat(log / "cron.1").st_ino
            os.sync()
            (log / "cron.1").unlink()
            # Other files take the record; the last to have it lies in another folder.
            other = pathlib.Path(root) / "other"
            other.mkdir()
            for i in range(8):
                (other / f"cron.{i}").write_bytes(random.Random(i).randbytes(9000))
            taken = {os.stat(path).st_ino: path for path in other.iterdir()}
            self.assertIn(number, taken)
            os.sync()
            taken[number].unlink()
        scan = Scan(self, image)
        self.assertEqual([name for name in self.extracted(image) if "deleted_name" in name], [])
        self.assertEqual(scan.methods() - {"carved_unallocated"}, set())
        self.check("record used again, NTFS", scan, set(gone), 0.5, gone)

    def test_clusters_that_belong_to_another_file(self):
        image = self.make()
        gone, other = cron_lines(40), "".join(cron_lines(20, first_day=50, seed=2)).encode()
        with self.mounted(image) as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            (log / "cron.1").write_text("".join(gone))
            os.sync()
            (log / "cron.1").unlink()
        # Every other run of sixteen clusters gets an owner and its bytes, but for the first of them.
        data = bytearray(image.read_bytes())
        whole = "".join(gone).encode()
        place = data.find(whole[:5000])
        self.assertEqual(data[place:place + len(whole)], whole)
        bitmap = bitmap_place(data)
        taken = [at for at in range(0, len(whole) // 4096 * 4096, 4096) if at // 65536 % 2]
        for at in taken:
            cluster = (place + at) // 4096
            data[bitmap + cluster // 8] |= 1 << cluster % 8
            data[place + at:place + at + 4096] = (other + other)[at:at + 4096]
        image.write_bytes(data)
        text = set(bytes(data).split(b"\n"))
        left = {line for line in gone if line.encode()[:-1] in text}
        scan = Scan(self, image)
        self.assertFalse(set(scan.lines) & set(other.decode().splitlines(True)))
        self.check("clusters used again, NTFS", scan, left, 0.98, gone)
        found = self.extracted(image)
        self.assertEqual(list(found), [f"{place}-deleted_name-cron.1"])
        rest = bytearray(whole)
        for at in taken:  # damage, for which zeros stand in
            rest[at:at + 4096] = bytes(4096)
        self.assertEqual(sha256(found[f"{place}-deleted_name-cron.1"]), sha256(rest))

    def test_compressed(self):
        image = self.make()
        gone = cron_lines(40)
        with self.mounted(image, "compression") as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            # FILE_ATTRIBUTE_COMPRESSED of the folder: its files are compressed from then on.
            os.setxattr(log, "system.ntfs_attrib_be", struct.pack(">I", 0x800))
            (log / "cron").write_text("".join(gone))
            os.sync()
            (log / "cron").unlink()
        self.assertNotIn(gone[5000].encode(), image.read_bytes())
        scan = Scan(self, image)
        self.assertEqual(scan.status, 3)
        self.assertIn("the deleted file cron is compressed", scan.summary_text)
        self.assertLessEqual(set(scan.lines), set(gone))

    def test_slack(self):
        image = self.make()
        live, behind = cron_lines(1), cron_lines(1, first_day=30)
        with self.mounted(image) as root:
            log = pathlib.Path(root) / "var/log"
            log.mkdir(parents=True)
            (log / "cron").write_text("".join(live))
            os.sync()
        # Another system's driver leaves what was in memory: the file ends in the middle of a cluster.
        data = bytearray(image.read_bytes())
        text = "".join(live).encode()
        end = data.find(text) + len(text)
        room = -len(text) % 4096
        self.assertGreater(room, 800)
        slack = b"\n" + "".join(behind).encode()[:room - 2]
        slack = slack[:slack.rfind(b"\n") + 1]
        data[end:end + len(slack)] = slack
        image.write_bytes(data)
        scan = Scan(self, image)
        self.check("slack, NTFS", scan, set(slack.decode()[1:].splitlines(True)), 1.0)
        self.assertEqual(scan.methods(), {"carved_slack"})
        self.assertEqual(len(scan.live), len(live))


class FatRecovery(RecoveryTest):
    def make(self, kind):
        self.need("mkfs.vfat", "mcopy", "mmd", "mdel")
        image = self.folder() / "image.raw"
        run("truncate", "-s", "40M" if kind == 32 else "12M", image)
        run("mkfs.vfat", "-F", str(kind), image)
        run("mmd", "-i", image, "::/var", "::/var/log")
        return image

    def copy(self, image, name, lines):
        source = self.folder() / "lines"
        source.write_text("".join(lines))
        run("mcopy", "-m", "-i", image, source, f"::/var/log/{name}")

    def test_removed(self):
        for kind in (12, 16, 32):
            with self.subTest(kind):
                image = self.make(kind)
                names = {"cron": cron_lines(20), "cron-20011101.old": cron_lines(20, first_day=30, seed=2),
                         "messages": ["Sep  1 00:00:01 web01 kernel: a line of another log\n"] * 500}
                for name, lines in names.items():
                    self.copy(image, name, lines)
                for name in names:
                    run("mdel", "-i", image, f"::/var/log/{name}")
                scan = Scan(self, image)
                gone = names["cron"] + names["cron-20011101.old"]
                self.check(f"removed, FAT{kind}", scan, set(gone), 1.0)
                self.assertEqual(scan.methods(), {"deleted_name"})
                found = {name.split("-", 1)[1]: data for name, data in self.extracted(image).items()}
                self.assertEqual(found["deleted_name-_ron"], "".join(names["cron"]).encode())
                self.assertEqual(found["deleted_name-cron-20011101.old"], "".join(names["cron-20011101.old"]).encode())

    def test_first_cluster_is_another_files(self):
        image = self.make(16)
        gone = cron_lines(40)
        self.copy(image, "cron", gone)
        run("mdel", "-i", image, "::/var/log/cron")
        data = image.read_bytes()
        place = data.find("".join(gone[:20]).encode())
        other = cron_lines(3, first_day=70, seed=4)
        # mtools takes the first free clusters.
        for i in range(20):
            self.copy(image, f"x{i}", other)
            if image.read_bytes()[place:place + 50] != data[place:place + 50]:
                break
        data = set(image.read_bytes().split(b"\n"))
        left = {line for line in gone if line.encode()[:-1] in data}
        self.assertLess(len(left), len(gone))
        scan = Scan(self, image)
        self.assertFalse(set(scan.lines) & set(other))
        self.check("FAT16, first clusters used again", scan, left, 0.98, gone)

    def test_two_logs_in_turns(self):
        """The clusters that follow the first are not all the file's own: no line is made of two files'."""
        image = self.make(16)
        pick, ours = random.Random(3), cron_lines(20)
        others = [f"Nov  1 00:{i // 60 % 60:02}:{i % 60:02} web01 kernel: {'x' * pick.randrange(60)} {i}\n"
                  for i in range(7000)]
        run("mcopy", "-i", image, self.written(ours), "::/var/log/cron")
        run("mcopy", "-i", image, self.written(others), "::/other")
        data = bytearray(image.read_bytes())
        one, two = data.find("".join(ours[:9]).encode()), data.find("".join(others[:9]).encode())
        cluster = data[13] * 512
        size = min(len("".join(ours)), len("".join(others))) // cluster // 2 * cluster
        for at in range(0, size, 2 * cluster):  # every second cluster changes places: two logs grown together
            a, b = one + at, two + at
            data[a:a + cluster], data[b:b + cluster] = data[b:b + cluster], data[a:a + cluster]
        image.write_bytes(data)
        run("mdel", "-i", image, "::/var/log/cron", "::/other")
        scan = Scan(self, image)
        self.check("FAT16, two logs in turns", scan, set(ours), 0.9, ours)
    def written(self, lines):
        source = self.folder() / "lines"
        source.write_text("".join(lines))
        return source

    def test_size_of_zero(self):
        image = self.make(32)
        gone = cron_lines(20)
        self.copy(image, "cron", gone)
        run("mdel", "-i", image, "::/var/log/cron")
        data = bytearray(image.read_bytes())
        entry = data.find(b"\xe5RON       ")
        data[entry + 26:entry + 32] = bytes(6)  # first cluster and size
        image.write_bytes(data)
        scan = Scan(self, image)
        self.assertEqual(scan.status, 0, scan.err)
        self.check("FAT32, no size", scan, set(gone), 0.98)
        self.assertEqual(scan.methods(), {"carved_unallocated"})


if __name__ == "__main__":
    tap.main()
