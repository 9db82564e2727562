#!/usr/bin/python3
"""Witnesses beside the findings, from made-up evidence; and those of the 2001 case where it is present."""

import bz2
import datetime
import json
import os
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images, program, recovered_image, rows, systemd_journals, tap  # noqa: E402

UTC = datetime.timezone.utc
START = datetime.datetime(2025, 11, 15, tzinfo=UTC)
EXCESS_AT = datetime.datetime(2025, 11, 16, 3, 30, 1, tzinfo=UTC)  # of 500 PIDs
WINDOW = "2025-11-16T03:30:01.000000+00:00"
# 24 + 3.5 hours of 13 jobs an hour, three PIDs each.
FIRST_PID = 1000 + 3 * (27 * 13 + 7)
CASE = program.SHARED / "evidence" / "honeynet-2001" / "honeypot.hda7.dd.bz2"

# What the issue of the case names: (PID, path on the volume, local time of the window, relation).
NAMED = [
    (680, "/log/secure", "11-05T10:50", "born_in_window"),
    (973, "/log/secure", "11-06T02:50", "born_in_window"),
    (2077, "/log/secure", "11-08T00:01", "born_in_window"),
    (2078, "/log/secure", "11-08T00:01", "born_in_window"),
    (2871, "/run/sshd.pid", "11-08T08:50", "born_in_window"),
    (2965, "/run/named.pid", "11-08T08:50", "born_in_window"),
    (2387, "/log/wtmp", "11-08T08:20", "born_in_window"),
    (2388, "/run/utmp", "11-08T08:20", "born_in_window"),
    (2423, "/run/utmp", "11-08T08:40", "born_in_window"),
    (683, "/log/wtmp", "11-05T10:50", "born_in_window"),
    (683, "/log/wtmp", "11-08T20:30", "seen_in_window"),
]


def login(kind, pid, line, user, time):
    record = struct.pack("<hxxi32s4s32s256s", kind, pid, line, b"", user, b"192.0.2.7")
    return (record + bytes(8) + struct.pack("<ii", int(time.timestamp()), 0)).ljust(384, b"\0")


def at(minutes):
    return EXCESS_AT + datetime.timedelta(minutes=minutes)


def syslog(time, text):
    return f"{time:%b} {time.day:2} {time:%H:%M:%S} web01 {text}\n".encode()


def evidence():
    """Of a host on UTC; the excess is a log-in, a daemon and a package."""
    cron = "".join(recovered_image.lines(START, 2, events=[(EXCESS_AT, 500, None)])).encode()
    auth = b"".join([
        syslog(at(-600), "sshd[810]: Server listening on 0.0.0.0 port 22."),
        syslog(at(1), f"sshd[{FIRST_PID + 2}]: Connection from 192.0.2.7 port 50022"),
        syslog(at(2), "sshd[810]: Received SIGHUP; restarting."),
        syslog(at(3), "sudo:    anna : TTY=pts/0 ; USER=root ; COMMAND=/bin/sh"),
        b"\xff\xfe no line\n",
        syslog(at(600), f"sshd[{FIRST_PID + 2}]: Disconnected from 192.0.2.7"),
    ])
    return {
        "/var/log/cron": cron,
        "/var/log/auth.log": auth,
        "/var/log/wtmp": login(7, FIRST_PID + 9, b"pts/0", b"anna", at(1)),
        "/var/log/dpkg.log": f"{at(4):%Y-%m-%d %H:%M:%S} install gcc:amd64 <none> 12.2\n".encode(),
        "/etc/hostname": b"web01\n",
    }


class Witnesses(images.ImageTest):
    def setUp(self):
        super().setUp()
        if not program.PROGRAM.exists():
            self.skipTest("pidometer is not built")
        self.place = self.folder()

    def tree(self, files=None):
        root = images.write_tree(self.place / "tree", files or evidence(),
                                 {"/etc/localtime": "/usr/share/zoneinfo/Etc/UTC"})
        (root / "run").mkdir(exist_ok=True)
        return root

    def image(self, files=None):
        self.need("mkfs.ext4")
        return images.make_ext(self.place / "disk.raw", self.tree(files), size="8M")

    def scan(self, *arguments, status=0):
        summary = self.place / "summary.json"
        run = program.run("scan", "--force", "--summary", summary, *arguments, cwd=self.place)
        self.assertEqual(run.status, status, run.err)
        self.summary = json.loads(summary.read_text())
        found = rows.split_rows(run.out.decode("ascii"))
        schema = rows.load_schema("row")
        for row in found:
            self.assertEqual(rows.problems(row, schema), [])
        self.assertEqual(rows.problems(self.summary, rows.load_schema("summary")), [])
        return found

    def excess(self, *arguments, status=0):
        return next(row for row in self.scan(*arguments, status=status)
                    if row["window_start"] == WINDOW and row["data_type"].endswith("pid_excess"))

    @staticmethod
    def told(row):
        return [(one.get("pid"), one["filename"].rpartition("/")[2], one["relation"])
                for one in row.get("witnesses", [])]

    WANT = [
        (FIRST_PID + 2, "auth.log", "born_in_window"),
        (FIRST_PID + 9, "wtmp", "born_in_window"),
        (810, "auth.log", "seen_in_window"),
        (None, "auth.log", "seen_in_window"),
        (None, "dpkg.log", "seen_in_window"),
        (FIRST_PID + 2, "auth.log", "born_in_window"),
    ]

    def test_an_image_has_them(self):
        row = self.excess(self.image())
        self.assertEqual(row["first_pid"], FIRST_PID)
        self.assertEqual(self.told(row), self.WANT)
        self.assertEqual(row["witnesses_total"], 6)
        self.assertEqual(row["witnesses"][0]["line"], 2)
        self.assertEqual(row["narrowed_start"], f"{at(1):%Y-%m-%dT%H:%M:%S}.000000+00:00")
        self.assertNotIn("narrowed_end", row)
        auth = next(one for one in self.summary["witnesses"] if one["filename"] == "/var/log/auth.log")
        self.assertEqual((auth["lines"], auth["dated"], auth["matched"], auth["not_taken"]),
                         (6, 5, 4, {"no syslog line": 1}))

    def test_a_journal_beside_text_logs(self):
        systemd_journals.needed()
        entries = [(at(1), "sshd", FIRST_PID + 2, "Connection from 192.0.2.7 port 50022"),  # in auth.log too
                   (at(2), "kernel", None, "usb 1-1: new device"),
                   (at(2), "python3", FIRST_PID + 5, "serving on port 4444"),
                   (at(3), "CRON", FIRST_PID + 6, "pam_unix(cron:session): session closed for user root"),
                   (at(900), "sshd", 810, "of no window")]
        exported = "".join(
            f"__REALTIME_TIMESTAMP={int(time.timestamp()) * 1_000_000 + 250_000}\n"
            f"_BOOT_ID={systemd_journals.BOOTS[0]}\n_HOSTNAME=web01\nSYSLOG_IDENTIFIER={program_}\n"
            + (f"_PID={pid}\n" if pid else "") + f"MESSAGE={text}\n\n" for time, program_, pid, text in entries)
        journal = systemd_journals.make(self.place / "made.journal", exported.encode())
        path = f"/var/log/journal/{systemd_journals.MACHINE}/system.journal"
        self.need("mkfs.ext4")
        image = images.make_ext(self.place / "disk.raw", self.tree({**evidence(), path: journal}), size="32M")
        row = self.excess(image)
        told = self.told(row)
        want = [one for one in self.WANT if one != (FIRST_PID + 2, "auth.log", "born_in_window")]
        want += [(FIRST_PID + 2, "system.journal", "born_in_window"),
                 (FIRST_PID + 2, "auth.log", "born_in_window"),  # its log-out, ten hours later
                 (None, "system.journal", "seen_in_window"),
                 (FIRST_PID + 5, "system.journal", "born_in_window")]
        self.assertEqual(sorted(told, key=str), sorted(want, key=str))
        self.assertEqual(row["narrowed_start"], f"{at(1):%Y-%m-%dT%H:%M:%S}.250000+00:00")
        counts = {one["filename"]: one for one in self.summary["witnesses"]}
        self.assertEqual((counts[path]["source"], counts[path]["lines"], counts[path]["not_taken"]),
                         ("journal", 5, {"a cron record": 1}))
        self.assertEqual(counts["/var/log/auth.log"]["not_taken"]["stands in a journal too"], 1)
        # its text forms, beside the log
        (self.place / "tree" / path[1:]).unlink()
        (self.place / "tree/var/log/web01.json").write_text("{}\n")
        (self.place / "tree/var/log/web01.export").write_bytes(exported.encode())
        loose = self.told(self.excess("--timezone", "UTC", self.place / "tree/var/log"))
        self.assertEqual(sorted(loose, key=str),
                         sorted(((pid, name.replace("system.journal", "web01.export"), relation)
                                 for pid, name, relation in told), key=str))

    def test_root_folder_and_folder_of_logs(self):
        root = self.tree()
        self.assertEqual(self.told(self.excess("--root", root)), self.WANT)
        self.assertEqual(self.told(self.excess("--timezone", "UTC", root / "var/log")), self.WANT)

    def test_a_file_of_a_run_beside_a_folder_of_logs(self):
        root = self.tree()
        pid_file = root / "var/run/x.pid"
        pid_file.parent.mkdir()
        pid_file.write_text(f"{FIRST_PID + 100}\n")
        os.utime(pid_file, (at(3).timestamp(),) * 2)
        want = (FIRST_PID + 100, "x.pid", "born_in_window")
        self.assertIn(want, self.told(self.excess("--root", root)))
        self.assertIn(want, self.told(self.excess("--timezone", "UTC", root / "var")))

    def test_an_archive_has_them_and_no_other_host(self):
        self.need("tar")
        root = self.tree()
        (root / "var/log/apt").mkdir()
        (root / "var/log/apt/history.log").write_text(
            f"Start-Date: {at(4):%Y-%m-%d  %H:%M:%S}\nCommandline: apt install gcc\n")
        images.run("tar", "-C", self.place, "-cf", self.place / "tree.tar", "tree")
        told = self.told(self.excess(self.place / "tree.tar"))
        self.assertEqual([one for one in told if one[1] != "history.log"], self.WANT)
        self.assertEqual(len(told), len(self.WANT) + 2)
        self.assertEqual([volume["name"] for volume in self.summary["volumes"]], ["tree"])

    def test_a_loose_log_has_none_by_default(self):
        log = self.tree() / "var/log/cron"
        self.assertNotIn("witnesses", self.excess("--timezone", "UTC", log))
        self.assertNotIn("witnesses", self.summary)

    def test_a_loose_log_is_its_own_witness(self):
        files = evidence()
        # Of no host's clock but its own: both kinds of lines are of one wall clock.
        log = self.place / "messages"
        log.write_bytes(files["/var/log/cron"] + files["/var/log/auth.log"])
        os.utime(log, (images.MTIME,) * 2)
        self.assertNotIn("witnesses", self.excess(log))
        told = self.told(self.excess("--witnesses", log))
        self.assertEqual(told, [(pid, "messages", relation) for pid, name, relation in self.WANT
                                if name == "auth.log"])

    def test_no_witnesses_leaves_the_same_findings(self):
        image = self.image()
        without = self.scan("--no-witnesses", image)
        self.assertNotIn("witnesses", self.summary)
        with_them = self.scan(image)
        for row in with_them:
            for key in ("witnesses", "witnesses_total", "narrowed_start", "narrowed_end"):
                row.pop(key, None)
        self.assertEqual(with_them, without)

    def test_text_has_a_line_each(self):
        run = program.run("scan", "--format", "text", self.image())
        lines = [line for line in run.out.decode().splitlines() if line.startswith("        ")]
        self.assertEqual(len(lines), len(self.WANT) + 1)
        self.assertTrue(lines[1].startswith(f"        born in window: {at(1):%Y-%m-%dT%H:%M:%S}"), lines)

    def test_without_a_zone_wtmp_says_nothing(self):
        root = self.tree()
        (root / "etc/localtime").unlink()
        self.assertNotIn("wtmp", [one[1] for one in self.told(self.excess("--root", root))])
        wtmp = next(one for one in self.summary["witnesses"] if one["source"] == "wtmp")
        self.assertIn("--timezone", wtmp["not_used"])

    def test_junk_costs_nothing(self):
        files = evidence()
        files.update({"/var/log/wtmp": b"\xff" * 5000, "/var/log/auth.log": bytes(range(256)) * 50,
                      "/var/log/dpkg.log": b"\0" * 4096, "/var/log/maillog-1.gz": b"\x1f\x8b\x08junk"})
        root = self.tree(files)
        (root / "var/run").symlink_to("/nowhere/run")
        image = images.make_ext(self.place / "disk.raw", root, size="8M")
        self.assertNotIn("witnesses", self.excess(image))
        warned = [one.get("path") for one in self.summary["warnings"]]
        self.assertIn("/var/log/wtmp", warned)
        self.assertIn("/var/log/maillog-1.gz", warned)

    def test_the_case_of_2001(self):
        if not CASE.exists():
            self.skipTest("the shared evidence is not present")
        image = self.place / "hda7.dd"
        image.write_bytes(bz2.decompress(CASE.read_bytes()))
        found = self.scan("--timezone", "America/Chicago", image)
        told = set()
        for row in found:
            start = datetime.datetime.fromisoformat(row["window_start"]) - datetime.timedelta(hours=6)
            for one in row.get("witnesses", []):
                told.add((one.get("pid"), one["filename"], f"{start:%m-%dT%H:%M}", one["relation"]))
        for named in NAMED:
            self.assertIn(named, told)
        # Of these PIDs nothing else is said to be born in any window.
        born = {(pid, window) for pid, _, window, relation in told if relation == "born_in_window"}
        self.assertEqual(born, {(pid, window) for pid, _, window, relation in NAMED
                                if relation == "born_in_window"})
        ftp = next(row for row in found if row["excess_pids"] == 1 and "witnesses" in row)
        self.assertEqual(ftp["narrowed_start"], ftp["narrowed_end"])


if __name__ == "__main__":
    tap.main()
