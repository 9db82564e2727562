#!/usr/bin/python3
"""Input files under uuid names, in any order -> the images that they are."""

import gzip
import pathlib
import random
import struct
import sys
import tempfile
import tracemalloc
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from integrations.openrelik.tests import lab  # noqa: E402
from src import evidence_groups  # noqa: E402
from tests.support import evidence, program, tap  # noqa: E402

EWF_BEGIN = b"EVF\x09\x0d\x0a\xff\x00\x01"
DESCRIPTOR = b'# Disk DescriptorFile\nversion=1\nRW 2048 FLAT "web-flat.vmdk" 0\nRW 2048 SPARSE "web-s002.vmdk"\n'
MAP = b"# Mapfile. Created by GNU ddrescue version 1.27\n0x0 + 1\n"
RAW = b"\xeb\x3c\x90" + bytes(2000)
LOG = b"Nov  8 08:50:00 web CROND[2441]: (root) CMD (/sbin/rmmod -as)\n" * 200
# A superblock: checksum, identifier, place, flags, mark.
BTRFS = (random.Random(5).randbytes(48) + struct.pack("<QQ", 65_536, 1) + b"_BHRfS_M").ljust(4096, b"\0")
EXT = bytes(1024 + 56) + b"\x53\xef" + bytes(4000) + LOG


def segment(number, identifier=bytes(16), kind=b"data", sectors=2048):
    """An E01 segment's header and the section that carries what all segments of a set repeat."""
    header = EWF_BEGIN + struct.pack("<HH", number, 0)
    section = struct.pack("<16sQQ40sI", kind, 13, 76 + 1052, bytes(40), 0)
    geometry = struct.pack("<IIIIQ", 1, 32, 64, 512, sectors)
    return header + section + geometry.ljust(64, b"\0") + identifier + bytes(1052 - 80)


ONE, TWO = bytes(range(16)), bytes(range(1, 17))

# (name, display names and contents in the order given, groups of display names that are wanted)
CASES = [
    ("nothing", [], []),
    ("each alone", [("a.raw", RAW), ("cron", b"text"), ("b.qcow2", b"QFI\xfb")], [["a.raw"], ["cron"], ["b.qcow2"]]),
    ("segments backwards", [("d.E03", segment(3, ONE)), ("d.E02", segment(2, ONE)), ("d.E01", segment(1, ONE))],
     [["d.E01", "d.E02", "d.E03"]]),
    ("the header's number is the truth", [("d.E01", segment(2, ONE)), ("d.E02", segment(1, ONE))],
     [["d.E02", "d.E01"]]),
    ("names that say nothing", [("c41d", segment(2, ONE)), ("9ab0", segment(1, ONE))], [["9ab0", "c41d"]]),
    ("two images of one name", [("d.E01", segment(1, ONE)), ("d.E01", segment(1, TWO)), ("d.E02", segment(2, TWO))],
     [["d.E01"], ["d.E01", "d.E02"]]),
    ("no identifier", [("a.E01", segment(1)), ("b.E01", segment(1)), ("b.E02", segment(2)), ("A.E02", segment(2))],
     [["a.E01"], ["b.E01", "b.E02"], ["A.E02"]]),
    ("no identifier, and one name", [("a.E01", segment(1)), ("a.E02", segment(2)), ("a.E01", segment(1, sectors=9))],
     [["a.E01", "a.E02"], ["a.E01"]]),
    ("copies of a segment", [("a.E01", segment(1, ONE)), ("a.E02", segment(2, ONE)), ("a.E02", segment(2, ONE))],
     [["a.E01", "a.E02", "a.E02"]]),
    ("images of one segment and one name", [("d.E01", segment(1)), ("d.E01", segment(1)), ("d.E01", b"\0" * 500)],
     [["d.E01"], ["d.E01"], ["d.E01"]]),
    ("a damaged header beside a whole one", [("a.E01", segment(1, ONE)), ("a.E01", b"\0" * 500)], [["a.E01"], ["a.E01"]]),
    ("a segment cut in its head", [("a.E02", segment(2)[:90]), ("a.E01", segment(1, ONE, b"volume"))],
     [["a.E01", "a.E02"]]),
    ("a damaged header", [("a.E02", b"\0" * 500), ("a.E01", segment(1, ONE)), ("a.E03", segment(3, ONE))],
     [["a.E01", "a.E02", "a.E03"]]),
    ("the hundredth segment", [("a.EAA", segment(100)), ("a.E99", segment(99)), ("a.EAB", b"")],
     [["a.E99", "a.EAA", "a.EAB"]]),
    ("a chain that turns back", [("a.E01", EWF_BEGIN + struct.pack("<HH16sQQ", 1, 0, b"header", 13, 0))],
     [["a.E01"]]),
    ("a cut header", [("a.E01", EWF_BEGIN), ("b.E01", b"")], [["a.E01"], ["b.E01"]]),
    ("names like a segment's", [("setup.exe", b"MZ"), ("setup.eml", b"From"), ("setup.E02", b"?")],
     [["setup.exe"], ["setup.eml"], ["setup.E02"]]),
    ("split raw", [("d.dd.003", b"c"), ("d.dd.001", RAW), ("e.001", RAW), ("d.dd.002", b"b")],
     [["d.dd.001", "d.dd.002", "d.dd.003"], ["e.001"]]),
    ("logs of two years", [("cron.2025", LOG), ("cron.2024", LOG)], [["cron.2025"], ["cron.2024"]]),
    ("rotated logs", [("cron.001", LOG), ("cron.002", LOG), ("cron.003", b"")], [["cron.001"], ["cron.002"], ["cron.003"]]),
    ("logs, an empty one first", [("cron.000", b""), ("cron.001", LOG)], [["cron.000"], ["cron.001"]]),
    ("logs, one of them torn", [("cron.001", bytes(8190) + LOG), ("cron.002", LOG)], [["cron.001"], ["cron.002"]]),
    ("logs, torn at length", [("cron.001", bytes(90_000) + LOG * 9), ("cron.002", LOG)], [["cron.001"], ["cron.002"]]),
    ("logs of two hosts", [("cron.001", LOG), ("cron.001", LOG), ("cron.002", LOG)],
     [["cron.001"], ["cron.001"], ["cron.002"]]),
    ("packed logs", [(f"cron.00{place}", gzip.compress(LOG)) for place in (1, 2)], [["cron.001"], ["cron.002"]]),
    ("a packed archive in parts", [("u.tgz.001", gzip.compress(LOG)), ("u.tgz.002", b"\x9e\n\1" * 99)], [["u.tgz.001", "u.tgz.002"]]),
    ("a log and noise", [("cron.001", LOG), ("cron.002", random.Random(1).randbytes(5000))], [["cron.001"], ["cron.002"]]),
    ("journals", [("system.001", b"LPKSHHRH" + bytes(200)), ("system.002", b"LPKSHHRH")], [["system.001"], ["system.002"]]),
    ("disks of two years", [("web.2019", RAW), ("web.2020", RAW)], [["web.2019"], ["web.2020"]]),
    ("a disk whose later parts begin with text", [("d.001", EXT), ("d.002", LOG), ("d.003", gzip.compress(LOG))],
     [["d.001", "d.002", "d.003"]]),
    ("a disk with zeros first", [("d.000", bytes(65_536) + BTRFS + LOG), ("d.001", LOG)], [["d.000", "d.001"]]),
    ("a disk of zeros", [("d.001", bytes(200_000)), ("d.002", b"b")], [["d.001", "d.002"]]),
    ("parts without the first", [("d.002", RAW), ("d.003", LOG)], [["d.002", "d.003"]]),
    ("a thousand parts", [("d.1000", LOG), ("d.001", RAW), ("d.999", b"")], [["d.001", "d.999", "d.1000"]]),
    ("parts whose first is gone", [("d.001", None), ("d.002", RAW)], [["d.001", "d.002"]]),
    ("vmdk", [("web-flat.vmdk", RAW), ("web.vmdk", DESCRIPTOR), ("db-flat.vmdk", RAW), ("web-s002.vmdk", b"KDMV")],
     [["web.vmdk", "web-flat.vmdk", "web-s002.vmdk"], ["db-flat.vmdk"]]),
    ("vmdk that names itself", [("web-flat.vmdk", DESCRIPTOR)], [["web-flat.vmdk"]]),
    ("a map by its name", [("a.raw", RAW), ("b.map", MAP), ("b.raw", RAW)], [["a.raw"], ["b.raw", "b.map"]]),
    ("a map of the only image", [("rescue.log", MAP), ("b.raw", RAW)], [["b.raw", "rescue.log"]]),
    ("a map of none", [("x.map", MAP), ("a.raw", RAW), ("b.raw", RAW)], [["a.raw"], ["b.raw"], ["x.map"]]),
    ("gone", [("a.raw", None), ("b.E01", None)], [["a.raw"], ["b.E01"]]),
]

# Two hosts whose files have the same names: (name, kinds of files, orders in which they come).
DISK = DESCRIPTOR.replace(b"web-s002", b"other").replace(b"web", b"disk")
MIXED = [
    ("split raw", [("disk.001", RAW), ("disk.002", b"b")]),
    ("E01 without an identifier", [("disk.E01", segment(1)), ("disk.E02", segment(2))]),
    ("E01 of one name, without an identifier", [("disk.E01", segment(1)), ("disk.E01", segment(2))]),
    ("vmdk", [("disk.vmdk", DISK), ("disk-flat.vmdk", RAW)]),
]

# (display name, name of the link)
NAMES = [("web01.E01", "web01.E01"), ("../../etc/shadow", "shadow"), ("-o", "_-o"), ("--output=x", "_--output=x"),
         ("", "c0ffee"), (None, "c0ffee"), ("..", "c0ffee"), ("a\nb\x1b", "a_b_"), ("a\\b", "a_b"),
         ("\u00fc" * 300, "\u00fc" * 100), ("\udcff.raw", "?.raw")]


class Groups(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.store = lab.Store(holder.name)

    def names(self, input_files):
        return [[file.name for file in group.files] for group in evidence_groups.group_evidence(input_files)]

    def test_cases(self):
        for name, files, want in CASES:
            with self.subTest(name):
                self.assertEqual(self.names([self.store.add(content, shown) for shown, content in files]), want)

    def test_segments_of_real_images(self):
        with tempfile.TemporaryDirectory() as folder:
            segments = [path.read_bytes() for path in evidence.segmented_e01(folder)]
        self.assertGreater(len(segments), 3)
        images = [segments, [program.E01.read_bytes()]]
        files = [self.store.add(content, f"x.E{number:02}") for image in images
                 for number, content in enumerate(image, 1)]
        want = sorted([one["path"] for one in files[:len(segments)]]), [files[-1]["path"]]
        random.Random(1).shuffle(files)
        groups = evidence_groups.group_evidence(files)
        found = [[file.path for file in group.files] for group in groups]
        self.assertEqual(sorted(sorted(group) for group in found), sorted(want))
        long, = [group for group in groups if len(group.files) > 1]
        self.assertEqual([pathlib.Path(file.path).read_bytes() for file in long.files], segments)

    def test_hosts_of_the_same_names_are_not_mixed(self):
        for name, parts in MIXED:
            for order in ((0, 1, 0, 1), (0, 0, 1, 1), (1, 0, 0, 1)):
                with self.subTest(name, order=order):
                    files = [self.store.add(parts[one][1], parts[one][0]) for one in order]
                    group, = evidence_groups.group_evidence(files)
                    self.assertCountEqual([file.path for file in group.files], [file["path"] for file in files])
                    self.assertIn(parts[0][0], group.problem)

    def test_a_disk_of_the_same_name_without_extents_of_its_own(self):
        files = [self.store.add(DISK, "disk.vmdk"), self.store.add(DISK, "disk.vmdk"),
                 self.store.add(RAW, "disk-flat.vmdk"), self.store.add(DESCRIPTOR, "web.vmdk"),
                 self.store.add(RAW, "web-flat.vmdk")]
        groups = evidence_groups.group_evidence(files)
        self.assertEqual([(len(group.files), bool(group.problem)) for group in groups], [(3, True), (2, False)])

    def test_what_is_held_of_files_does_not_grow_with_them(self):
        files = [self.store.add(bytes(evidence_groups.MAX_TEXT), f"{number}.raw") for number in range(64)]
        files.append(self.store.add(DESCRIPTOR.ljust(evidence_groups.MAX_TEXT), "web.vmdk"))
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        groups = evidence_groups.group_evidence(files)
        held, peak = tracemalloc.get_traced_memory()
        self.assertEqual(len(groups), 65)
        # One descriptor at a time, with its matches, and some hundred bytes of each file.
        self.assertLess(held, len(files) * 4096)
        self.assertLess(peak, 4 * evidence_groups.MAX_TEXT)

    def test_a_file_given_twice_is_taken_once(self):
        one = self.store.add(RAW, "a.raw")
        self.assertEqual(self.names([one, dict(one)]), [["a.raw"]])

    def test_display_names_are_no_paths_and_no_options(self):
        for shown, want in NAMES:
            with self.subTest(shown):
                self.assertEqual(evidence_groups.plain_name(shown, "/store/c0ffee"), want)


if __name__ == "__main__":
    tap.main()
