#!/usr/bin/python3
"""What is missing, wrong or stale of a volume group is told."""

import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, lvm, tap  # noqa: E402
from tests.support.images import MIB, run, sha256  # noqa: E402
from tests.support.lvm import LOG, SMALL, LvmTest  # noqa: E402


class Faults(LvmTest):
    def pair(self, *options):
        lab = lvm.Lab(self)
        devices = [lab.disk(name, 20 * MIB) for name in ("a.raw", "b.raw")]
        lab.lvm("pvcreate", *options, *devices)
        lab.lvm("vgcreate", "-s", "1M", "vg0", *devices)
        return lab, *lab.devices.values()

    def test_missing_physical_volume(self):
        lab, _, _ = self.pair()
        lab.create("vg0", "both", "-l", "24")
        lab.create("vg0", "other", "-l", "8")
        self.fill(lab, "vg0", "both", LOG)
        self.fill(lab, "vg0", "other", SMALL)
        runs = lab.runs("vg0", "both")
        here = runs[0][1]
        lost = sum(length for length, device, _ in runs if device != here)
        kept = lab.devices[here]
        listing = images.list_logs(kept)
        uuid = next(row["pv_uuid"] for row in lab.report("pvs", "pv_name,pv_uuid")
                    if row["pv_name"] != here)
        messages = listing.messages()
        self.assertEqual(len(messages), 2, messages)
        self.assertIn(f"lvm-vg0-both:: {lost} of {24 * MIB} bytes of the volume are lost: physical "
                      f"volume {uuid} (pv", messages[0] if "both" in messages[0] else messages[1])
        self.assertIn("nothing of the volume is left", listing.volumes["lvm-vg0-other"]["unsupported"])
        self.assertEqual(set(listing.files), {"lvm-vg0-both:/var/log/cron"})
        # ext4 puts the small file into the front, which is there.
        self.assertEqual(self.hashes(listing), {"lvm-vg0-both:/var/log/cron": sha256(LOG)})

    def test_log_on_a_missing_physical_volume_is_damaged(self):
        lab, first, second = self.pair()
        lab.create("vg0", "s", "-i", "2", "-I", "64k", "-l", "24")
        self.fill(lab, "vg0", "s", LOG)
        for path, gone in ((first, 1), (second, 0)):
            listing = images.list_logs(path)
            file = listing.files.get("lvm-vg0-s:/var/log/cron")
            if file is None:  # the directory lies in the other stripe
                self.assertNotEqual(listing.messages(), [])
                continue
            ranges = [damage[:2] for damage in file["damage"]]
            self.assertTrue(ranges)
            want = bytearray(LOG)
            for begin, end in ranges:
                want[begin:end] = bytes(end - begin)
            self.assertEqual(file["sha256"], sha256(bytes(want)))
            self.assertGreater(sum(end - begin for begin, end in ranges), len(LOG) * 0.4, gone)

    def area(self, path, number=0):
        """Offset and size of a metadata area, from the header in the second sector."""
        data = path.read_bytes()[:4096]
        at = 512 + 32 + 40
        while data[at:at + 16] != bytes(16):
            at += 16
        at += 16 + 16 * number
        return [int.from_bytes(data[at + i:at + i + 8], "little") for i in (0, 8)]

    def flip(self, path, offset):
        with open(path, "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 1]))

    def text_at(self, path, number=0, words=b'creation_host = "'):
        """The byte behind `words` in the text; by default of a name that nothing depends on."""
        start, _ = self.area(path, number)
        data = path.read_bytes()
        text = start + int.from_bytes(data[start + 40:start + 48], "little")
        return data.index(words, text) + len(words)

    def test_wrong_checksums(self):
        lab = lvm.Lab(self)
        lab.lvm("pvcreate", "--pvmetadatacopies", "2", lab.disk("a.raw", 24 * MIB))
        lab.lvm("vgcreate", "-s", "1M", "vg0", *lab.devices)
        lab.create("vg0", "v", "-l", "12")
        self.fill(lab, "vg0", "v", LOG)
        original = next(iter(lab.devices.values()))
        start, _ = self.area(original)
        want = {"lvm-vg0-v:/var/log/cron": sha256(LOG)}
        for name, offsets, words in [
            ("label", [512 + 100], ["the LVM2 label has a wrong checksum"]),
            ("area header", [start + 100], ["has a header with a wrong checksum"]),
            ("magic of the area", [start + 5], ["has no header"]),
            ("a text that is none any more", [self.text_at(original, words=b"vg0 ")], ["that cannot be read"]),
            ("one text", [self.text_at(original)], ["holds a text with a wrong checksum"]),
            ("both texts", [self.text_at(original), self.text_at(original, 1)],
             ["wrong checksum", "wrong checksum", "no copy of the metadata"]),
        ]:
            with self.subTest(name):
                path = self.folder() / "image.raw"
                shutil.copy(original, path)
                for offset in offsets:
                    self.flip(path, offset)
                listing = images.list_logs(path)
                self.assertEqual(set(self.hashes(listing).values()), set(want.values()))
                self.assertEqual(len(listing.messages()), len(words), listing.messages())
                for message, word in zip(listing.messages(), words):
                    self.assertIn(word, message)
        with self.subTest("nothing left"):
            path = self.folder() / "image.raw"
            shutil.copy(original, path)
            for number in (0, 1):
                offset, _ = self.area(path, number)
                self.flip(path, offset + 5)
            listing = images.list_logs(path)
            self.assertEqual(listing.files, {})
            self.assertEqual(listing.volumes["whole"]["unsupported"],
                             "LVM2 physical volume: its metadata cannot be read")

    def test_older_metadata_is_not_preferred(self):
        lab, first, second = self.pair()
        lab.create("vg0", "v", "-l", "10", on=list(lab.devices)[:1])
        old = second.read_bytes()
        lab.create("vg0", "w", "-l", "12", on=list(lab.devices)[1:])
        self.fill(lab, "vg0", "v", SMALL)
        self.fill(lab, "vg0", "w", LOG)
        data = bytearray(second.read_bytes())
        data[:MIB] = old[:MIB]
        second.write_bytes(bytes(data))
        for paths in ((first, second), (second, first)):
            listing = images.list_logs(paths[0], f"+{paths[1]}", "cron*")
            self.assertEqual(self.hashes(listing), {"lvm-vg0-v:/var/log/cron": sha256(SMALL),
                                                    "lvm-vg0-w:/var/log/cron": sha256(LOG)})
            self.assertEqual(len(listing.messages()), 1)
            self.assertIn("holds older metadata of the volume group vg0", listing.messages()[0])

    def test_physical_volume_without_metadata(self):
        lab = lvm.Lab(self)
        devices = [lab.disk(name, 20 * MIB) for name in ("a.raw", "b.raw")]
        lab.lvm("pvcreate", devices[0])
        lab.lvm("pvcreate", "--pvmetadatacopies", "0", devices[1])
        lab.lvm("vgcreate", "-s", "1M", "vg0", *devices)
        lab.create("vg0", "v", "-l", "15", on=devices[1:])
        self.fill(lab, "vg0", "v", LOG)
        first, second = lab.devices.values()
        want = {"lvm-vg0-v:/var/log/cron": sha256(LOG)}
        self.assertEqual(self.hashes(images.list_logs(first, f"+{second}", "cron*")), want)
        # The one that comes first holds a part, and no metadata: the other image tells what it is.
        listing = images.list_logs(second, f"+{first}", "cron*")
        self.assertEqual((self.hashes(listing), listing.messages()), (want, []))
        alone = images.list_logs(second)
        self.assertIn("it keeps no metadata", alone.volumes["whole"]["unsupported"])

    def test_copies(self):
        lab, first, second = self.pair()
        lab.create("vg0", "v", "-l", "24")
        self.fill(lab, "vg0", "v", LOG)
        want = {"lvm-vg0-v:/var/log/cron": sha256(LOG)}
        copies = [self.folder() / name for name in ("a2.raw", "b2.raw")]
        for path, copy in zip((first, second), copies):
            shutil.copy(path, copy)
        paths = [first, second, *copies]
        for number, path in enumerate(paths):
            others = [f"-{other}" for other in paths[:number]] + [f"+{other}" for other
                                                                  in paths[number + 1:]]
            listing = images.list_logs(path, *others, "cron*")
            # Both pairs are read, each once and by its first; no pair is mixed.
            self.assertEqual(self.hashes(listing), want if path in (first, copies[0]) else {}, path)
            self.assertEqual(listing.messages(), [])
        disk = self.folder() / "twice.raw"
        single = lvm.Lab(self)
        single.lvm("vgcreate", "-s", "1M", "vg1", single.disk("c.raw", 20 * MIB))
        single.create("vg1", "v", "-l", "12")
        self.fill(single, "vg1", "v", LOG)
        self.need("sgdisk")
        with open(disk, "wb") as out:
            out.truncate(44 * MIB)
        run("sgdisk", "-n", "1:2048:+20M", "-n", "2:43008:+20M", disk)
        with open(disk, "r+b") as out:
            for start in (2048, 43008):
                out.seek(start * 512)
                out.write(next(iter(single.devices.values())).read_bytes())
        listing = images.list_logs(disk)
        self.assertEqual(self.hashes(listing), {"lvm-vg1-v:/var/log/cron": sha256(LOG)})
        self.assertEqual(len(listing.messages()), 1)
        self.assertIn("p2:: LVM2 physical volume: a copy of another one of vg1",
                      listing.messages()[0])

    def test_truncated(self):
        lab = lvm.Lab(self)
        device = lab.disk("a.raw", 40 * MIB)
        lab.lvm("vgcreate", "-s", "1M", "vg0", device)
        lab.create("vg0", "v", "-l", "30")
        self.fill(lab, "vg0", "v", LOG)
        path = lab.detach(device)
        where = path.read_bytes().index(LOG[:1024])
        keep = where + 1_000_000
        with open(path, "r+b") as file:
            file.truncate(keep)
        listing = images.list_logs(path)
        file = listing.files["lvm-vg0-v:/var/log/cron"]
        want = bytearray(LOG)
        for begin, end, reason in file["damage"]:
            want[begin:end] = bytes(end - begin)
            self.assertEqual(reason, "image is truncated")
        self.assertTrue(file["damage"])
        self.assertEqual(file["sha256"], sha256(bytes(want)))


if __name__ == "__main__":
    tap.main()
