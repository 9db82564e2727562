#!/usr/bin/python3
"""Collections: extracted trees and archives in the layouts that responders' tools make."""

import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, program, rows, tap  # noqa: E402
from tests.support.archives import (  # noqa: E402
    LINKS, LOG, MTIME, TREE, ZONE, CollectionTest, make_tar, make_zip, member, same_rows)


class Layouts(CollectionTest):
    """name, how it is made, volume of the host"""

    def check(self, path, volume="root", name=None):
        found = self.scan(path)
        self.assert_log(volume)
        self.assertEqual(self.summary["inputs"][0]["kind"], "archive")
        self.assertEqual({row["hostname"] for row in found}, {"web01"})
        self.assertTrue(all(row.get("time_basis", "/etc/localtime").find("/etc/localtime") >= 0
                            for row in found))
        if name:
            self.assertEqual(found[0]["pathspec"]["location"], name)
            self.assertTrue(found[0]["display_name"].endswith(name))
        return found

    def test_uac(self):
        extra = [member("uac.log", b"uac\n"), member("live_response/process/ps.txt", b"ps\n"),
                 member("bodyfile/bodyfile.txt", b"0|/|\n")]
        path = make_tar(self.folder / "uac-web01-linux-20001108.tar.gz", "[root]/", extra=extra)
        found = self.check(path, "[root]", "/[root]/var/log/cron")
        spec = found[0]["pathspec"]
        self.assertEqual([spec["type_indicator"], spec["parent"]["type_indicator"],
                          spec["parent"]["parent"]["type_indicator"]], ["TAR", "GZIP", "OS"])
        self.assertEqual(spec["parent"]["parent"]["location"], str(path))

    def test_rows_are_those_of_the_tree_and_of_the_image(self):
        tree = images.write_tree(self.folder / "tree", TREE, LINKS)
        os.utime(tree / "var/log/cron", (MTIME, MTIME))
        image = images.make_ext(self.folder / "disk.raw", tree)
        want = same_rows(self.scan(image))
        self.assertGreater(len(want), 500)
        self.assertEqual(same_rows(self.scan("--root", tree)), want)
        uac = make_tar(self.folder / "uac.tar.gz", "[root]/")
        self.assertEqual(same_rows(self.scan(uac)), want)
        velociraptor = make_zip(self.folder / "v.zip", "uploads/auto/",
                                {**TREE, "etc/localtime": ZONE.read_bytes(), "etc/timezone":
                                 b"America/Chicago\n"})
        self.assertEqual(same_rows(self.scan(velociraptor)), want)

    def test_plain_names(self):
        for prefix in ("", "./", "/", "//", "web01/", "fs/$rootfs$/", "sosreport-web01-2000-11-08-abc/"):
            with self.subTest(prefix):
                path = make_tar(self.folder / "a.tar.gz", prefix)
                name = prefix + "var/log/cron"
                self.check(path, prefix.strip("./") or "root", name if name[0] == "/" else "/" + name)

    def test_velociraptor(self):
        tree = {**TREE, "etc/localtime": ZONE.read_bytes(), "etc/timezone": b"America/Chicago\n"}
        tree["var/log/cron-2000%2D11"] = LOG
        extra = {"results/Generic.json": b"{}", "uploads.json": b"{}", "uploads.json.index": b""}
        path = self.folder / "Collection-web01.zip"
        make_zip(path, "", {**{f"uploads/auto/{name}": data for name, data in tree.items()}, **extra})
        self.check(path, "uploads/auto", "/uploads/auto/var/log/cron")
        self.assertIn(("uploads/auto", "/var/log/cron-2000-11"), self.logs())
        escaped = {f"uploads/file/%2F{name.replace('/', '%2F')}": data for name, data in tree.items()}
        self.check(make_zip(self.folder / "escaped.zip", "", escaped), "uploads/file")

    def test_several_hosts(self):
        other = LOG.replace(b"rmmod", b"other")
        path = self.folder / "hosts.tar.gz"
        tree = {f"hostA/{name}": data for name, data in TREE.items()}
        tree |= {"hostB/var/log/cron": other, "hostB/etc/hostname": b"db01\n"}
        make_tar(path, "", tree, {"hostA/etc/localtime": LINKS["etc/localtime"]})
        found = self.scan(path)
        self.assert_log("hostA")
        self.assert_log("hostB", data=other)
        self.assertEqual({row["hostname"] for row in found}, {"web01", "db01"})
        self.assertEqual(len(self.summary["series"]), 2)
        self.assertEqual(len(self.summary["volumes"]), 2)

    def test_logs_alone(self):
        for prefix, volume, name in (("", "root", "/cron"), ("logs/", "logs", "/cron"),
                                     ("log/", "root", "/log/cron")):
            with self.subTest(prefix):
                path = make_tar(self.folder / "l.tar", prefix, {"cron": LOG}, {}, "w")
                self.scan(path)
                self.assert_log(volume, name)

    def test_formats_and_packings(self):
        tree = images.write_tree(self.folder / "tree", TREE, LINKS)
        os.utime(tree / "var/log/cron", (MTIME, MTIME))
        plain = self.folder / "a.tar"
        subprocess.run(["tar", "-C", tree, "-cf", plain, "."], check=True)
        made = [plain]
        for packer, end in (("gzip", "gz"), ("bzip2", "bz2"), ("xz", "xz"), ("zstd", "zst"), ("lz4", "lz4")):
            if shutil.which(packer):
                packed = self.folder / f"a.tar.{end}"
                packed.write_bytes(subprocess.run([packer, "-c", plain], check=True,
                                                  capture_output=True).stdout)
                made.append(packed)
        for form in ("v7", "oldgnu", "gnu", "ustar", "posix"):
            made.append(self.folder / f"{form}.tar")
            subprocess.run(["tar", "-C", tree, f"--format={form}", "-cf", made[-1], "var", "etc", "usr"],
                           check=True)
        if shutil.which("cpio"):
            made.append(self.folder / "a.cpio")
            names = "\n".join([*TREE, *LINKS])
            made[-1].write_bytes(subprocess.run(["cpio", "-o", "-H", "newc"], cwd=tree, check=True,
                                                input=names.encode(), capture_output=True).stdout)
        if shutil.which("bsdtar"):
            made.append(self.folder / "a.7z")
            subprocess.run(["bsdtar", "-C", tree, "--format=7zip", "-cf", made[-1], "var", "etc", "usr"],
                           check=True)
        if shutil.which("zip"):
            made.append(self.folder / "a.zip")
            subprocess.run(["zip", "-q", "-r", "-y", made[-1], "var", "etc", "usr"], cwd=tree, check=True)
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            made.append(make_zip(self.folder / f"m{method}.zip", "", {
                **TREE, "etc/localtime": ZONE.read_bytes(), "etc/timezone": b"America/Chicago\n"},
                method))
        want = None
        for path in made:
            with self.subTest(path.name):
                found = same_rows(self.check(path))
                want = want or found
                self.assertEqual(found, want)

    def test_rotations_packed_inside(self):
        half = LOG.rindex(b"\n", 0, len(LOG) // 2) + 1
        tree = {**TREE, "var/log/cron": LOG[half:], "var/log/cron.1.gz": gzip.compress(LOG[:half])}
        found = self.scan(make_tar(self.folder / "a.tar.xz", "", tree, mode="w:xz"))
        self.assert_log(path="/var/log/cron.1.gz", data=tree["var/log/cron.1.gz"])
        self.assertEqual(sum(log["records"] for log in self.summary["logs"]), 597)
        spec = next(row["pathspec"] for row in found if row["filename"].endswith(".gz"))
        self.assertEqual([spec["type_indicator"], spec["parent"]["type_indicator"]], ["GZIP", "TAR"])

    def test_extract(self):
        path = make_tar(self.folder / "uac.tar.gz", "[root]/")
        out = self.folder / "out"
        run = program.run("extract", "--all-logs", path, "-d", out)
        self.assertEqual(run.status, 0, run.err)
        copy = out / "[root]/var/log/cron"
        self.assertEqual(copy.read_bytes(), LOG)
        self.assertEqual(int(copy.stat().st_mtime), MTIME)
        self.assertTrue((out / "SHA256SUMS").exists())
        tree = images.write_tree(self.folder / "tree", TREE, LINKS)
        run = program.run("extract", "--root", tree, "-d", self.folder / "out2")
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual((self.folder / "out2/root/var/log/cron").read_bytes(), LOG)


class Odd(CollectionTest):
    def test_links(self):
        tree = {"srv/logs/any-name": LOG, "etc/hostname": b"web01\n"}
        links = {"var/log": "../srv/logs", "srv/logs/cron": "any-name"}
        self.scan(make_tar(self.folder / "a.tar.gz", "h/", tree, links))
        self.assert_log("h")
        # The link comes first, and what it leads to has no log's name: a second pass finds it.
        with tarfile.open(self.folder / "b.tar", "w") as archive:
            archive.addfile(*member("var/log/cron", kind=tarfile.SYMTYPE, link="/data/x"))
            archive.addfile(*member("data/x", LOG))
        self.scan(self.folder / "b.tar")
        self.assert_log()

    def test_links_do_not_lead_out(self):
        for target in ("/etc/passwd", "../../../../../../../../etc/passwd"):
            path = make_tar(self.folder / "a.tar.gz", "", {"etc/hostname": b"web01\n"},
                            {"var/log/cron": target})
            self.scan(path, status=3)
            self.assertEqual(self.rows, [])
            self.assert_warned("/var/log/cron", "leads to nothing")
        path = make_tar(self.folder / "a.tar.gz", "h/", {"etc/hostname": b"web01\n"}, {"var": "../.."},
                        extra=[member("cron", b"root:x:0:0\n")])
        self.scan(path, status=3)
        self.assertEqual(self.rows, [])
        self.assert_warned("/var/log", "leads to nothing")

    def test_a_link_does_not_hide_what_lies_below_it(self):
        with tarfile.open(self.folder / "a.tar", "w") as archive:
            archive.addfile(*member("var", kind=tarfile.SYMTYPE, link="/nowhere"))
            archive.addfile(*member("var/log/cron", LOG))
        self.scan(self.folder / "a.tar")
        self.assert_log()

    def test_hard_links(self):
        path = make_tar(self.folder / "a.tar", "", {"srv/x": LOG}, {}, "w",
                        [member("var/log/cron", kind=tarfile.LNKTYPE, link="srv/x")])
        self.scan(path)
        self.assert_log()
        path = make_tar(self.folder / "b.tar", "", {"var/log/cron": LOG}, {}, "w",
                        [member("var/log/cron.1", kind=tarfile.LNKTYPE, link="var/log/cron")])
        self.scan(path)
        self.assertEqual(len(self.summary["logs"]), 1)
        path = make_tar(self.folder / "c.tar", "", {}, {}, "w",
                        [member("var/log/cron", kind=tarfile.LNKTYPE, link="gone")])
        self.scan(path, status=3)
        self.assert_warned("/var/log/cron", "hard link")

    def test_of_two_members_the_last_counts(self):
        path = self.folder / "a.tar"
        with tarfile.open(path, "w") as archive:
            archive.addfile(*member("var/log/cron", b"old\n"))
            archive.addfile(*member("var/log/cron", LOG))
        self.scan(path)
        self.assert_log()
        self.assert_warned("var/log/cron", "more than once")

    def test_names_that_lead_out_stay_inside(self):
        for name in ("../../var/log/cron", "/../var/log/cron", "x/../../var/log/cron"):
            with self.subTest(name):
                path = make_tar(self.folder / "a.tar", "", {name: LOG}, {}, "w")
                self.scan(path)
                self.assert_log()

    def test_names_that_are_not_utf8(self):
        for form in (tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT):
            with tarfile.open(self.folder / "a.tar", "w", format=form, encoding="latin-1") as archive:
                archive.addfile(*member("h\xf6st/var/log/cron", LOG))
            found = self.scan(self.folder / "a.tar")
            self.assertEqual(found[0]["pathspec"]["location"], "/h\\xf6st/var/log/cron")
        with tarfile.open(self.folder / "b.tar", "w", format=tarfile.PAX_FORMAT) as archive:
            archive.addfile(*member("h\xf6st/var/log/cron", LOG))
        found = self.scan(self.folder / "b.tar")
        self.assertEqual(found[0]["pathspec"]["location"], "/h\xf6st/var/log/cron")

    def test_times_out_of_range_are_none(self):
        lines = LOG.splitlines(keepends=True)
        for mtime in ("9300000000000", "18446741073709", "-99999999999999"):
            info, data = member("var/log/cron", b"".join(lines))
            info.pax_headers = {"mtime": mtime}
            with tarfile.open(self.folder / "a.tar", "w", format=tarfile.PAX_FORMAT) as archive:
                archive.addfile(info, data)
            done = program.run("scan", self.folder / "a.tar", "--records", *program.ZONE, "--year", "2001")
            self.assertEqual({row["datetime"][:4] for row in rows.split_rows(done.out.decode())}, {"2001"})

    def test_long_names(self):
        prefix = "/".join(["d" * 100] * 20) + "/"
        for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
            self.scan(make_tar(self.folder / "a.tar", prefix, mode="w", form=form))
            self.assert_log(prefix[:-1])

    def test_sparse(self):
        tree = self.folder / "tree"
        (tree / "var/log").mkdir(parents=True)
        log = tree / "var/log/cron"
        with open(log, "wb") as out:
            out.write(LOG)
            out.seek(9 << 20)
            out.write(LOG[-400:])
            out.truncate(12 << 20)
        for form in ("gnu", "posix"):
            subprocess.run(["tar", "-C", tree, "-S", f"--format={form}", "-czf",
                            self.folder / "a.tar.gz", "var"], check=True)
            self.scan(self.folder / "a.tar.gz", status=3)  # the hole at its end is damage
            self.assert_log(data=log.read_bytes())
            self.assertRegex(self.err, r"the log ends in [0-9]+ bytes that are no text")

    def test_backslashes_of_a_windows_zip(self):
        path = self.folder / "a.zip"
        make_zip(path, "", {name.replace("/", "\\"): data for name, data in TREE.items()})
        self.scan(path)
        self.assert_log()

    def test_zip64(self):
        path = self.folder / "a.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("var/log/cron", "w", force_zip64=True) as out:
                out.write(LOG)
        self.scan(path)
        self.assert_log()

    def test_dos_times_have_no_zone(self):
        path = make_zip(self.folder / "a.zip", extra=b"")
        for zone in ("UTC", "Asia/Tokyo"):
            run = program.run("scan", "--records", "--summary", self.folder / f"{zone[:3]}.json", path,
                              env={"TZ": zone})
            self.assertEqual(run.status, 0, run.err)
            self.assertIn("wall clock", run.err)
            log = json.loads((self.folder / f"{zone[:3]}.json").read_text())["logs"][0]
            self.assertEqual(log["modified"][:19], "2000-11-08T10:13:20")

    def test_many_members_go_to_the_scratch_file(self):
        big = images.log_text(40 << 20)
        path = make_tar(self.folder / "a.tar", "", {"var/log/cron": big, "var/log/cron.1": LOG}, mode="w")
        out = self.folder / "out"
        run = program.run("extract", path, "-d", out)  # rows of so many records would take minutes
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual((out / "root/var/log/cron").read_bytes(), big)
        self.assertEqual((out / "root/var/log/cron.1").read_bytes(), LOG)


class Roots(CollectionTest):
    def tree(self):
        return images.write_tree(self.folder / "tree", TREE, LINKS)

    def test_a_systems_folder_is_taken_for_one(self):
        tree = self.tree()
        self.scan(tree)
        self.assertIn("note: ", self.err)
        self.assertEqual(self.summary["inputs"][0]["kind"], "tree")
        self.assert_log()
        self.scan("--as", "folder", tree, options=program.ZONE)
        self.assertEqual(self.summary["inputs"][0]["kind"], "folder")

    def test_several_roots(self):
        tree = self.tree()
        other = images.write_tree(self.folder / "other", {"var/log/cron": LOG, "etc/hostname": b"db01\n"})
        found = self.scan("--root", tree, "--root", other)
        self.assertEqual({row["hostname"] for row in found}, {"web01", "db01"})
        self.assertEqual([one["kind"] for one in self.summary["inputs"]], ["tree", "tree"])

    def test_links_stay_inside(self):
        tree = self.tree()
        (tree / "var/log/cron.1").symlink_to("/etc/passwd")
        (tree / "var/log/cron.2").symlink_to("../../../../../../../../../etc/passwd")
        self.scan("--root", tree, status=3)
        self.assertEqual(list(self.logs()), [("root", "/var/log/cron")])
        self.assert_warned("cron.1", "leads to nothing")

    def test_denied(self):
        if os.geteuid() != 0 or shutil.which("setpriv") is None:
            self.skipTest("needs root, to become somebody else")
        tree = self.tree()
        os.chmod(self.folder, 0o755)
        os.chmod(tree / "var/log", 0o700)
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                               program.PROGRAM, "scan", "--root", tree], capture_output=True, check=False)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(b"Permission denied", done.stderr)

    def test_usage(self):
        log = self.folder / "log"
        log.write_bytes(LOG)
        self.scan("--root", log, status=1)
        self.assertIn("is no folder", self.err)
        self.scan("--root", self.folder / "none", status=1)

    def test_nothing_is_written_into_it(self):
        tree = self.tree()
        run = program.run("scan", "-o", tree / "rows.jsonl", "--root", tree)
        self.assertEqual(run.status, 2)
        def times():
            # Of folders the access time is that of this look itself.
            return {path: (path.stat().st_atime_ns, path.stat().st_mtime_ns)
                    for path in tree.rglob("*") if path.is_file() and not path.is_symlink()}
        before = times()
        self.scan("--root", tree)
        self.assertEqual(times(), before)


if __name__ == "__main__":
    tap.main()
