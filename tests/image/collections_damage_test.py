#!/usr/bin/python3
"""Collections that are damaged, cut off, or made to harm."""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, tap  # noqa: E402
from tests.support.archives import (  # noqa: E402
    LOG, TREE, CollectionTest, make_tar, make_zip)


class Damaged(CollectionTest):
    def big_tar(self, packing="gz"):
        filler = os.urandom(200_000)
        path = self.folder / f"a.tar.{packing}"
        return make_tar(path, "", {**TREE, "opt/filler": filler, "var/log/cron.1": LOG}, mode=f"w:{packing}")

    def test_truncated(self):
        path = self.big_tar()
        data = path.read_bytes()
        path.write_bytes(data[:len(data) - 50_000])
        self.scan(path, status=3)
        self.assert_log()
        self.assert_warned("archive", "ends too early")
        self.assertNotIn(("root", "/var/log/cron.1"), self.logs())
        self.assertTrue(self.summary["inputs"][0]["damage"])

    def test_truncated_inside_the_log(self):
        plain = make_tar(self.folder / "a.tar", "", mode="w", links={})
        data = plain.read_bytes()
        plain.write_bytes(data[:data.index(LOG[:50]) + 10_000])
        self.scan(plain, status=3)
        self.assertTrue(self.rows)
        self.assert_warned("var/log/cron", "only the first 10000 bytes")

    def test_a_flipped_byte_of_a_gzip_is_not_passed_over(self):
        path = self.big_tar()
        for place in (0.5, 0.9):
            data = bytearray(path.read_bytes())
            data[int(len(data) * place)] ^= 0x10  # in the filler, which is stored: only the CRC knows
            broken = self.folder / "broken.tar.gz"
            broken.write_bytes(data)
            self.scan(broken, status=3)
            self.assert_warned("gzip")
            self.assertTrue(self.logs()["root", "/var/log/cron"]["damage"])

    def test_a_damaged_header_hides_only_its_member(self):
        plain = make_tar(self.folder / "a.tar", "", {"a": b"", "bcd": b"x" * 5000, **TREE}, mode="w")
        data = bytearray(plain.read_bytes())
        data[data.index(b"bcd\0")] ^= 0xFF
        plain.write_bytes(data)
        self.scan(plain, status=3)
        self.assert_log()
        self.assert_warned("header is damaged")

    def test_a_damaged_member_of_a_zip(self):
        path = make_zip(self.folder / "a.zip", "", {"var/log/cron.1": LOG, **TREE})
        data = bytearray(path.read_bytes())
        for i in range(2000, 2040):
            data[i] ^= 0xFF
        path.write_bytes(data)
        self.scan(path, status=3)
        self.assert_log()
        self.assert_warned("var/log/cron.1")

    def test_a_wrong_checksum_of_a_stored_zip_member(self):
        path = make_zip(self.folder / "a.zip", method=zipfile.ZIP_STORED)
        data = path.read_bytes()
        at = data.index(LOG[:60]) + 2000
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
        self.scan(path, status=3)
        self.assert_warned("var/log/cron", "not to be trusted")
        self.assertTrue(self.logs()["root", "/var/log/cron"]["damage"])

    def test_a_truncated_zip(self):
        path = make_zip(self.folder / "a.zip", "", {**TREE, "zz": os.urandom(100_000)})
        path.write_bytes(path.read_bytes()[:-60_000])
        self.scan(path, status=3)
        self.assert_log()
        self.assert_warned("central directory is missing")

    def test_headers_that_disagree(self):
        path = make_zip(self.folder / "a.zip")
        data = path.read_bytes()
        at = data.rindex(b"var/log/cron")  # in the central directory
        path.write_bytes(data[:at] + b"var/log/frob" + data[at + 12:])
        self.scan(path, status=3)
        self.assert_warned("disagree")
        self.assert_log()

    def test_encrypted(self):
        if not shutil.which("zip"):
            self.skipTest("zip is not installed")
        tree = images.write_tree(self.folder / "tree", TREE)
        path = self.folder / "a.zip"
        subprocess.run(["zip", "-q", "-r", "-P", "infected", path, "var", "etc"], cwd=tree, check=True)
        self.scan(path, status=3)
        self.assertEqual(self.rows, [])
        self.assert_warned("var/log/cron", "encrypted")

    def test_nested_archives_are_named(self):
        inner = make_tar(self.folder / "inner.tar.gz").read_bytes()
        path = make_tar(self.folder / "a.tar", "", {"data/inner.tar.gz": inner, "disk.E01": b"x"}, {}, "w")
        self.scan(path, status=3)
        self.assert_warned("data/inner.tar.gz", "not opened")
        self.assert_warned("disk.E01")
        tree = {**TREE, "usr/share/doc/x.tar.gz": inner}
        self.scan(make_tar(path, "", tree, mode="w"))
        self.assertEqual(self.warnings(), [])

    def test_no_log(self):
        for path in (make_zip(self.folder / "a.docx", "", {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<y/>"}),
                     make_zip(self.folder / "a.jar", "", {"META-INF/MANIFEST.MF": b"x", "A.class": b"\xca\xfe"}),
                     make_tar(self.folder / "a.tar", "", {"home/u/x": b"x"}, {}, "w"),
                     make_zip(self.folder / "empty.zip", "", {})):
            with self.subTest(path.name):
                self.scan(path, status=4)
                self.assertIn("no cron log was found", self.err)

    def test_bombs(self):
        # 3 GB of zeros as a log, 1030 to 1: below deflate's limit it is read, and does no harm.
        path = self.folder / "a.tar.xz"
        zeros = self.folder / "zeros"
        with open(zeros, "wb") as out:
            out.truncate(3 << 30)
        tar = subprocess.Popen(["tar", "-C", self.folder, "-c", "--transform", "s,.*,var/log/cron.2,",
                                "zeros"], stdout=subprocess.PIPE)
        with open(path, "wb") as out:
            subprocess.run(["xz", "-0", "-T1"], stdin=tar.stdout, stdout=out, check=True)
        tar.wait()
        self.scan(path, status=3)
        self.assert_warned("made to exhaust its reader")


if __name__ == "__main__":
    tap.main()
