#!/usr/bin/python3
"""What --recover does on each kind of input, and that nothing of it appears without it."""

import collections
import datetime
import pathlib
import re
import struct
import subprocess
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, program, recovered_image, rows, tap  # noqa: E402

# Keys that tell a finding of a live log what came back of its window.
BESIDE = ("recovered_lines", "recovered_methods", "recovered_years_inferred")


def plain(row):
    """A live row as it is without the flag."""
    row = {key: value for key, value in row.items() if key not in BESIDE}
    row["message"] = re.split(r"; [0-9]+ recovered lines? (?:is|are) ", row["message"])[0]
    return row


def excesses(found):
    """Alarms, without the gap that the removed night leaves. The carved piece has a job that it saw once,
    which may have taken what is left over beside it: a row, and no alarm."""
    return [row for row in found if row["data_type"] == "pidometer:anomaly:pid_excess"
            and row["level"] not in ("informational", "low")]


class Recover(images.ImageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.image = None

    def setUp(self):
        super().setUp()
        self.need("mkfs.ext4", "debugfs")
        if not program.PROGRAM.exists():
            self.skipTest("pidometer is not built")
        if self.image is None:
            place = pathlib.Path(self.enterClassContext(images.tempfile.TemporaryDirectory()))
            type(self).image, type(self).logs = recovered_image.make(place)
            type(self).bytes = self.image.read_bytes()

    def scan(self, *arguments, status=0):
        """Rows, summary and what was said."""
        path = self.folder() / "summary.json"
        done = program.run("scan", "--summary", path, *arguments)
        self.assertEqual(done.status, status, done.err)
        summary = rows.parse(path.read_text())
        self.assertEqual(rows.problems(summary, rows.load_schema("summary")), [])
        found = rows.split_rows(done.out.decode("ascii"))
        for row in found[::50]:
            self.assertEqual(rows.problems(row, rows.load_schema("row")), [])
        self.assertEqual(rows.timesketch_problems(found), [])
        return found, summary, done.err

    def loose_logs(self):
        folder = self.folder() / "logs"
        folder.mkdir()
        (folder / "cron").write_text("".join(self.logs.live))
        return folder

    def tree(self):
        root = self.folder() / "web01"
        images.write_tree(root, {"/var/log/cron": "".join(self.logs.live).encode(), "/etc/hostname": b"web01\n"})
        return root

    def test_without_the_flag_nothing_recovered_appears(self):
        found, summary, err = self.scan("--records", self.image)
        text = program.run("scan", "--records", "--format", "text", self.image).out.decode()
        self.assertEqual(len(found), len(self.logs.live) + 2)
        self.assertFalse(any("recovered" in key or key == "image_offset" for row in found for key in row))
        self.assertFalse(any("recovered" in row.get("tag", ()) for row in found))
        self.assertNotIn("recovery", summary)
        self.assertFalse(any("recovered" in series for series in summary["series"]))
        for words in (err, text, str(found), str(summary["series"]) + str(summary["logs"])):
            self.assertNotIn("recovered", words)
            self.assertNotIn(recovered_image.IMPLANT, words)

    def test_live_rows_are_those_without_the_flag(self):
        without, _, _ = self.scan("--records", self.image)
        with_it, _, _ = self.scan("--records", "--recover", self.image)
        live = [row for row in with_it if "recovered" not in row]
        self.assertEqual([plain(row) for row in live], without)
        changed = [row for row, old in zip(live, without) if row != old]
        self.assertEqual([row["data_type"] for row in changed], ["pidometer:anomaly:pid_excess", "pidometer:anomaly:record_gap"])

    def test_records_lie_where_their_rows_say(self):
        found, summary, _ = self.scan("--records", "--recover", self.image)
        records = [row for row in found if "recovered" in row and row["data_type"].startswith("syslog:")]
        back = collections.Counter()
        for row in records:
            at = row["image_offset"]
            line = self.bytes[at:self.bytes.index(b"\n", at) + 1].decode()
            self.assertIn(f"[{row['pid']}]: ({row['username']}) CMD ({row['command']})\n", line)
            self.assertIn("recovered", row["tag"])
            back[row["recovered"], line] += 1
        want = {("journal_inode", line) for line in self.logs.rotated}
        want |= {("carved_unallocated", line) for line in [*self.logs.night, self.logs.implant]}
        want |= {("carved_slack", line) for line in self.logs.older}
        self.assertEqual(set(back), want)
        self.assertEqual(set(back.values()), {1}, "a line came back twice")
        searched, = summary["recovery"]
        self.assertEqual((searched["files"], searched["fragments"], searched["problems"]), (1, 2, []))
        repeated = {log["recovered"]: log["duplicate_lines"] for log in summary["logs"] if "recovered" in log}
        self.assertEqual(repeated["carved_unallocated"], len(self.logs.live))

    def test_without_records_there_are_findings_only(self):
        found, _, _ = self.scan("--recover", self.image)
        self.assertEqual([(row["excess_pids"], row.get("recovered")) for row in excesses(found)],
                         [(500, "journal_inode"), (403, None)])
        gap, = [row for row in found if row["data_type"] == "pidometer:anomaly:record_gap"]
        self.assertEqual((gap["cause"], gap["missing_records"], gap["recovered_lines"]),
                         ("records_removed", len(self.logs.night), len(self.logs.night)))

    def test_messages_name_method_and_offset(self):
        found, _, _ = self.scan("--recover", self.image)
        recovered, live = excesses(found)
        self.assertTrue(recovered["message"].endswith(
            "; lines of a file recovered by an old inode in the journal, image byte "
            f"{recovered['image_offset']}"), recovered["message"])
        first = recovered["first_record"].encode()
        self.assertEqual(self.bytes[recovered["image_offset"]:][:len(first)], first)
        self.assertTrue(live["message"].endswith(
            "; 1 recovered line is dated within it and is not counted in (carved from unallocated "
            f"space; image byte {self.bytes.index(self.logs.implant.encode())}; its year is "
            "inferred)"), live["message"])
        self.assertEqual([live[key] for key in BESIDE], [1, ["carved_unallocated"], True])

    def test_a_hole_that_recovered_lines_fill(self):
        _, summary, err = self.scan("--recover", self.image)
        live, recovered = summary["series"]
        hole, = live["unjudged"]
        self.assertEqual([hole[key] for key in BESIDE], [len(self.logs.night), ["carved_unallocated"], True])
        self.assertEqual(hole["end"], "2025-11-20T05:00:01.000000+00:00")
        self.assertTrue(recovered["recovered"])
        self.assertFalse(any(key in stretch for stretch in recovered["unjudged"] for key in BESIDE))
        self.assertIn(f"{len(self.logs.night)} recovered lines are dated within a stretch of the live log that was "
                      "not judged", err)
        self.assertNotIn("recovered lines are", program.run("scan", "--quiet", "--recover", self.image).err)

    def test_the_years_are_certain_where_the_lines_have_one(self):
        # RFC 3339 in place of the syslog's own times.
        place = self.folder()
        old = [line.replace("Nov 19 ", "2025-11-19T").replace(" web01", "+00:00 web01", 1)
               for line in self.logs.before if line.startswith("Nov 19 ")]
        live = [line for line in old if recovered_image.IMPLANT not in line]
        mtime = int(recovered_image.ROTATED.timestamp()) + 2 * 86400
        image = recovered_image.make_plain(place, "disk.raw", {
            "/var/log/cron": "".join(live).encode(), "/var/log/cron.1": "".join(old).encode()}, mtime)
        recovered_image.debugfs(image, ["rm /var/log/cron.1"], place)
        found, _, _ = self.scan("--recover", image)
        live, = excesses(found)
        self.assertEqual((live["excess_pids"], live["recovered_lines"]), (403, 1))
        self.assertNotIn("recovered_years_inferred", live)
        self.assertNotIn("year", live["message"])

    def test_witnesses_where_the_years_are_certain(self):
        with_year = [re.sub(r"^Nov (\d\d) (\S+)", r"2025-11-\1T\2+00:00", line) for line in self.logs.rotated]
        excess = next(line for line in self.logs.rotated if line.startswith("Nov 16 03:30:01"))
        pid = int(excess.split("[")[1].split("]")[0]) + 7
        seen = recovered_image.EXCESS_AT + datetime.timedelta(minutes=2)
        login = struct.pack("<hxxi32s4s32s256s", 7, pid, b"pts/0", b"", b"mallory", b"192.0.2.7")
        login = (login + bytes(8) + struct.pack("<ii", int(seen.timestamp()), 0)).ljust(384, b"\0")
        mtime = int(recovered_image.ROTATED.timestamp())
        files = {"/etc/hostname": b"web01\n"}
        witnesses = {
            "/var/log/auth.log": f"{seen:%Y-%m-%dT%H:%M:%S}+00:00 web01 sshd[{pid}]: Accepted\n".encode(),
            "/var/log/wtmp": login}
        for name, data in witnesses.items():  # of wtmp alone no live log is left
            for lines, want in ((with_year, True), (self.logs.rotated, False)):
                with self.subTest(f"{name} {want}"):
                    place = self.folder()
                    image = recovered_image.make_plain(place, "disk.raw", {
                        **files, "/var/log/cron": "".join(lines).encode(), name: data}, mtime)
                    recovered_image.debugfs(image, ["rm /var/log/cron",
                                                    "symlink /etc/localtime ../usr/share/zoneinfo/Etc/UTC"], place)
                    found, summary, _ = self.scan("--recover", image)
                    row, = excesses(found)
                    self.assertEqual(row["recovered"], "carved_unallocated")
                    self.assertEqual(row["time_certainty"].startswith("year"), not want)
                    told = [(one["filename"], one["pid"], one["relation"]) for one in row.get("witnesses", [])]
                    self.assertEqual(told, [(name, pid, "born_in_window")] if want else [])
                    self.assertEqual("witnesses" in summary, want)
                    self.assertNotIn("witnesses", excesses(self.scan("--recover", "--no-witnesses", image)[0])[0])

    def test_text(self):
        out = program.run("scan", "--format", "text", "--recover", self.image).out.decode()
        for row in excesses(self.scan("--recover", self.image)[0]):
            self.assertIn(f"[{row['excess_pids']}]: {row['first_record']}\n    {row['message']}; PID ", out)
        self.assertIn(f"\n[gap {len(self.logs.night)} records_removed]: ", out)
        self.assertEqual(len(out.splitlines()), 8)
        with_records = program.run("scan", "--format", "text", "--records", "--recover", self.image).out.decode()
        self.assertEqual(with_records.splitlines().count(self.logs.implant.rstrip("\n")), 1)

    def test_rows_can_be_chosen(self):
        for arguments, want in ((("--since", "2025-11-19"), [None]), (("--until", "2025-11-17"), ["journal_inode"]),
                                (("--min-level", "critical"), ["journal_inode", None])):
            found, _, _ = self.scan("--recover", *arguments, self.image)
            self.assertEqual([row.get("recovered") for row in excesses(found)], want, arguments)

    def test_inputs_without_a_volume_give_what_they_give_without_it(self):
        logs, root = self.loose_logs(), self.tree()
        archive = self.folder() / "uac-web01-linux-20251120.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(root, "[root]")
        for name, arguments in (("log", [logs / "cron"]), ("folder", [logs]), ("root", ["--root", root]),
                                ("archive", [archive])):
            with self.subTest(name):
                without, summary, _ = self.scan("--records", "--year", "2025", *arguments)
                found, with_it, _ = self.scan("--records", "--year", "2025", "--recover", *arguments)
                self.assertEqual(len(without), len(self.logs.live) + 2)
                self.assertEqual(found, without)
                self.assertEqual(with_it["series"], summary["series"])
                self.assertEqual(with_it.get("recovery", []), [])
                self.assertTrue(with_it["options"]["recover"])

    def test_only_deleted_logs_are_left(self):
        place = self.folder()
        image = recovered_image.make_plain(place, "disk.raw", {"/var/log/cron": "".join(self.logs.rotated).encode()},
                                           int(recovered_image.ROTATED.timestamp()))
        recovered_image.debugfs(image, ["rm /var/log/cron"], place)
        found, summary, _ = self.scan("--recover", "--records", image)
        self.assertEqual(sum(row["data_type"].startswith("syslog:") for row in found), len(self.logs.rotated))
        self.assertTrue(all(row["recovered"] == "carved_unallocated" for row in found))
        self.assertEqual([series.get("recovered") for series in summary["series"]], [True])
        self.assertEqual(self.scan(image, status=4)[0], [])

    def test_extract(self):
        for flag in ((), ("--recover",)):
            out = self.folder() / "out"
            done = program.run("extract", *flag, self.image, "-d", out)
            self.assertEqual(done.status, 0, done.err)
            self.assertEqual((out / "whole/var/log/cron").read_text(), "".join(self.logs.live))
            subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out, check=True)
            if not flag:
                self.assertFalse((out / "whole/recovered").exists())
                continue
            texts = {}
            for path in (out / "whole/recovered").iterdir():
                offset, _, method = path.name.partition("-")
                texts[method] = path.read_text()
                self.assertEqual(self.bytes[int(offset):][:50], path.read_bytes()[:50])
                self.assertIn(path.name, (out / "SHA256SUMS").read_text())
            self.assertEqual(texts, {"journal_inode-cron.1": "".join(self.logs.rotated),
                                     "carved_unallocated": "".join(self.logs.before),
                                     "carved_slack": "".join(self.logs.older)})

    def test_extract_of_two_images_keeps_them_apart(self):
        other = self.folder() / "other.img"
        other.write_bytes(self.bytes)
        out = self.folder() / "out"
        done = program.run("extract", "--recover", self.image, other, "-d", out)
        self.assertEqual(done.status, 0, done.err)
        folders = sorted(out.glob("*/whole/recovered"))
        self.assertEqual(len(folders), 2)
        names = [sorted(path.name for path in folder.iterdir()) for folder in folders]
        self.assertEqual(names[0], names[1])
        self.assertEqual(len(names[0]), 3)

    def test_help_names_the_flag_in_both_commands(self):
        for command in ("scan", "extract"):
            self.assertIn("--recover", program.run(command, "--help").out.decode())


if __name__ == "__main__":
    tap.main()
