#!/usr/bin/python3
"""Mirrors of Linux md are read from their best member; everything else of md is named."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, lvm, md, tap  # noqa: E402
from tests.support.images import MIB, log_text, make_ext, run, sha256  # noqa: E402

SIZE = 12 * MIB
LOG = log_text(3_000_098)
OLD = log_text(2_500_000, seed=9)


def made(version, **options):
    size = options.pop("size", SIZE)
    return md.super_0(size, **options) if version == "0.90" else md.super_1(
        size, version=version, **options)


class MdTest(images.ImageTest):
    def setUp(self):
        super().setUp()
        self.need("mkfs.ext4")

    def ext(self, log, size=10 * MIB):
        folder = self.folder()
        tree = images.write_tree(folder / "tree", {"/var/log/cron": log})
        return make_ext(folder / "ext", tree, size=f"{size // 1024}k").read_bytes()

    def write(self, data, name="disk.raw"):
        path = self.folder() / name
        path.write_bytes(data)
        return path

    def hashes(self, listing):
        return {name: file.get("sha256") for name, file in listing.files.items()}

    def examine(self, path):
        self.need("mdadm")
        return run("mdadm", "--examine", path).decode()

    def disk(self, *parts):
        """A GPT disk with the parts from 1 MiB on, one after another."""
        self.need("sgdisk")
        sectors = [len(part) // 512 for part in parts]
        path = self.write(bytes(sum(map(len, parts)) + 3 * MIB))
        start, options, places = 2048, [], []
        for number, count in enumerate(sectors, 1):
            options += ["-n", f"{number}:{start}:{start + count - 1}"]
            places.append(start)
            start += (count + 2047) // 2048 * 2048
        run("sgdisk", *options, path)
        with open(path, "r+b") as out:
            for place, part in zip(places, parts):
                out.seek(place * 512)
                out.write(part)
        return path


class Mirror(MdTest):
    def test_one_member_of_each_version(self):
        content = self.ext(LOG)
        for version in ("0.90", "1.0", "1.1", "1.2"):
            with self.subTest(version):
                member = md.member(SIZE, content, made(version, number=1))
                path = self.write(member)
                shown = self.examine(path)
                self.assertIn("correct", next(line for line in shown.splitlines() if "Checksum" in line))
                self.assertIn("raid1", shown)
                listing = images.list_logs(path)
                name = "md-00000001" if version == "0.90" else "md-root"
                self.assertEqual(self.hashes(listing), {f"{name}:/var/log/cron": sha256(LOG)})
                self.assertEqual(listing.messages(), [])
                volume = listing.volumes[name]
                offset = made(version)[1]
                self.assertEqual((volume["start"], volume["size"]), (offset, made(version)[2]))
                self.assertIn(f"(metadata {version}), 1 of 2 members: whole", volume["description"])
                self.assertEqual(listing.volumes["whole"]["file_system"], "md RAID member")
                self.assertEqual(listing.volumes["whole"]["unsupported"], "")
                spec = listing.files[f"{name}:/var/log/cron"]["path_spec"]
                self.assertEqual(spec[1], {"type": "DATA_RANGE", "location": "",
                                           "start_offset": offset})
                disk = self.disk(member)
                listing = images.list_logs(disk)
                self.assertEqual(self.hashes(listing), {f"{name}:/var/log/cron": sha256(LOG)})
                self.assertEqual(list(listing.volumes), ["p1", name])
                self.assertEqual(listing.volumes[name]["start"], MIB + offset)

    def test_grub_reads_the_same(self):
        self.need("grub-fstest")
        content = self.ext(LOG)
        for version in ("0.90", "1.0", "1.1", "1.2"):
            paths = [self.write(md.member(SIZE, content, made(version, number=number)))
                     for number in (0, 1)]
            listed = subprocess.run([images.tool("grub-fstest"), *paths, "-c", "2", "ls"],
                                    capture_output=True, check=True).stdout.decode()
            device = next(word for word in listed.split() if word.startswith("(md"))
            out = subprocess.run([images.tool("grub-fstest"), *paths, "-c", "2", "cat",
                                  f"{device}/var/log/cron"], capture_output=True, check=True)
            self.assertEqual(sha256(out.stdout), sha256(LOG), version)

    def test_best_of_two(self):
        new, old = self.ext(LOG), self.ext(OLD)
        for version in ("0.90", "1.0", "1.2"):
            for stale in (0, 1):
                with self.subTest(version, stale=stale):
                    members = [md.member(SIZE, old if number == stale else new,
                                         made(version, number=number,
                                              events=50 if number == stale else 100))
                               for number in (0, 1)]
                    listing = images.list_logs(self.disk(*members))
                    self.assertEqual(set(self.hashes(listing).values()), {sha256(LOG)})
                    self.assertEqual(len(listing.messages()), 1, listing.messages())
                    self.assertIn(f"p{stale + 1}:: md RAID member of ", listing.messages()[0])
                    self.assertIn("stale, its event count is 50 and that of "
                                  f"p{2 - stale} is 100: not read", listing.messages()[0])

    def test_several_images(self):
        content = self.ext(LOG)
        for version in ("0.90", "1.2"):
            paths = [self.write(md.member(SIZE, content, made(version, number=number)))
                     for number in (0, 1)]
            first = images.list_logs(paths[0], f"+{paths[1]}", "cron*")
            self.assertEqual(set(self.hashes(first).values()), {sha256(LOG)})
            second = images.list_logs(paths[1], f"-{paths[0]}", "cron*")
            self.assertEqual(second.files, {})
            self.assertIn(f", read with {paths[0]}", second.volumes["whole"]["description"])
            self.assertEqual(first.messages() + second.messages(), [])

    def test_damage_is_mended_from_the_other(self):
        content = self.ext(LOG)
        for clean in (md.MAX, 0):
            whole = [md.member(SIZE, content, made("1.2", number=number, resync_offset=clean))
                     for number in (0, 1)]
            cut = whole[0].index(LOG[:1024]) + 100_000
            first, second = self.write(whole[0][:cut]), self.write(whole[1], "b.raw")
            alone = images.list_logs(first)
            self.assertTrue(alone.files["md-root:/var/log/cron"]["damage"])
            self.assertNotEqual(self.hashes(alone), {"md-root:/var/log/cron": sha256(LOG)})
            listing = images.list_logs(first, f"+{second}", "cron*")
            file = listing.files["md-root:/var/log/cron"]
            self.assertEqual((file["sha256"], file["damage"]), (sha256(LOG), []))
            words = [message for message in listing.messages() if "read from whole of" in message]
            self.assertTrue(words, listing.messages())
            for message in words:
                self.assertIn("image is truncated", message)
                self.assertEqual("not in sync" in message, clean != md.MAX)

    def test_members_that_have_not_everything(self):
        content = self.ext(LOG)
        start = content.index(LOG[:1024])
        kept = (start + 500_000) // 512 * 512
        listing = images.list_logs(self.write(md.member(SIZE, content, made(
            "1.2", features=2, recovery_offset=kept // 512))))
        file = listing.files["md-root:/var/log/cron"]
        self.assertEqual([damage[0] for damage in file["damage"]], [kept - start])
        self.assertIn("not yet rebuilt", file["damage"][0][2])
        self.assertEqual(file["sha256"], sha256(LOG[:kept - start] + bytes(len(LOG) - kept + start)))
        bad = (MIB + start) // 512 + 64
        listing = images.list_logs(self.write(md.member(SIZE, content, made(
            "1.2", bad_blocks=[(bad, 16)]))))
        file = listing.files["md-root:/var/log/cron"]
        begin = bad * 512 - MIB - start
        self.assertEqual([damage[:2] for damage in file["damage"]], [[begin, begin + 8192]])
        self.assertIn("bad blocks", file["damage"][0][2])
        spare = images.list_logs(self.write(md.member(SIZE, content, made(
            "1.2", number=2, roles=(0, 1, md.SPARE)))))
        self.assertEqual(spare.files, {})
        self.assertIn("none of the members found has a place in the array",
                      spare.volumes["whole"]["unsupported"])

    def test_wrong_checksum_is_told(self):
        content = self.ext(LOG)
        for version, at in (("0.90", SIZE // 65536 * 65536 - 65536 + 600), ("1.2", 4096 + 250)):
            data = bytearray(md.member(SIZE, content, made(version)))
            data[at] ^= 1
            listing = images.list_logs(self.write(bytes(data)))
            self.assertEqual(set(self.hashes(listing).values()), {sha256(LOG)})
            self.assertEqual(listing.messages(), ["whole:: the md superblock has a wrong checksum; it "
                                                  "is used all the same"])


class Above(MdTest):
    def test_partitions_on_an_array(self):
        self.need("sfdisk")
        inner = self.write(bytes(11 * MIB))
        run("sfdisk", "-q", inner, stdin=b"label: dos\nstart=2048,size=16384,type=83\n")
        with open(inner, "r+b") as out:
            out.seek(2048 * 512)
            out.write(self.ext(LOG, 8 * MIB))
        content = inner.read_bytes()
        for version in ("0.90", "1.0", "1.2"):
            with self.subTest(version):
                size = 13 * MIB
                listing = images.list_logs(self.write(md.member(size, content, made(version, size=size))))
                name = "md-00000001-p1" if version == "0.90" else "md-root-p1"
                self.assertEqual(self.hashes(listing), {f"{name}:/var/log/cron": sha256(LOG)})
                self.assertEqual(listing.messages(), [])
                self.assertEqual(listing.volumes[name]["start"], made(version)[1] + MIB)
                self.assertEqual(list(listing.volumes), ["whole", name])

    def test_lvm_on_an_array(self):
        lab = lvm.Lab(self)
        lab.lvm("vgcreate", "-s", "1M", "vg0", lab.disk("pv.raw", 14 * MIB))
        lab.create("vg0", "var", "-l", "12")
        lab.write("vg0", "var", self.ext(LOG, 12 * MIB))
        content = next(iter(lab.devices.values())).read_bytes()
        size = 16 * MIB
        for version in ("0.90", "1.0", "1.1", "1.2"):
            with self.subTest(version):
                members = [md.member(size, content, made(version, size=size, number=number))
                           for number in (0, 1)]
                listing = images.list_logs(self.disk(*members))
                self.assertEqual(self.hashes(listing), {"lvm-vg0-var:/var/log/cron": sha256(LOG)})
                self.assertEqual(listing.messages(), [])
                self.assertEqual([layer["type"] for layer in
                                  listing.files["lvm-vg0-var:/var/log/cron"]["path_spec"]],
                                 ["EXT", "LVM", "DATA_RANGE", "TSK_PARTITION", "RAW", "OS"])

    def test_last_partition_at_the_end_of_the_disk(self):
        """Its superblock 0.90 lies where one of the whole disk would lie."""
        self.need("sfdisk")
        member = md.member(SIZE, self.ext(LOG), made("0.90"))
        path = self.write(bytes(MIB) + member)
        run("sfdisk", "-q", path, stdin=f"label: dos\nstart=2048,size={SIZE // 512},type=fd\n".encode())
        listing = images.list_logs(path)
        self.assertEqual(list(listing.volumes), ["p1", "md-00000001"])
        self.assertEqual(self.hashes(listing), {"md-00000001:/var/log/cron": sha256(LOG)})


class Named(MdTest):
    def test_what_is_not_read_is_named(self):
        content = self.ext(OLD, 9 * MIB)
        cases = [(version, dict(level=level, disks=3), f"{words}, array")
                 for version in ("0.90", "1.0", "1.2")
                 for level, words in ((-4, "multipath"), (-1, "linear"), (0, "RAID0"), (4, "RAID4"),
                                      (5, "RAID5"), (6, "RAID6"), (10, "RAID10"))]
        cases += [("1.2", dict(features=4), "it was being reshaped"),
                  ("1.2", dict(features=64), "it was being reshaped"),
                  ("0.90", dict(minor=91), "it was being reshaped"),
                  ("0.90", dict(order=">"), "written by a big-endian host")]
        for version, options, words in cases:
            with self.subTest(version, **options):
                listing = images.list_logs(self.write(md.member(SIZE, content, made(version, **options))))
                self.assertEqual(listing.files, {})
                self.assertEqual(listing.volumes["whole"]["file_system"], "md RAID member")
                self.assertEqual(len(listing.messages()), 1, listing.messages())
                self.assertIn(words, listing.messages()[0])


if __name__ == "__main__":
    tap.main()
