#!/usr/bin/python3
"""Crontabs beside the log that they made, out of made-up images, root folders and archives."""

import datetime
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import copies, images, program, rows, tap  # noqa: E402

UTC = datetime.timezone.utc
START = datetime.datetime(2025, 11, 15, tzinfo=UTC)
DAYS = 8
BEFORE = datetime.datetime(2025, 11, 10, tzinfo=UTC)  # crontabs' times
WRITTEN = datetime.datetime(2025, 11, 23, tzinfo=UTC)  # the log's
BEACON = "/tmp/.x/beacon"


def log():
    """A job every five minutes, one an hour, one a night with a `%` in its line, one that is gone."""
    out, pid = [], 1000
    for step in range(DAYS * 288):
        time = START + datetime.timedelta(minutes=5 * step, seconds=1)
        jobs = [("root", "/usr/lib/sa/sa1 1 1")]
        if time.minute == 0:
            jobs.append(("root", "run-parts /etc/cron.hourly"))
        if (time.hour, time.minute) == (3, 10):
            jobs.append(("anna", "backup --day $(date +%F)"))
        if time.minute == 30 and time.day >= 20:
            jobs.append(("root", BEACON))
        for user, command in jobs:
            out.append(f"{time:%b} {time.day:2} {time:%H:%M:%S} web01 CROND[{pid}]: ({user}) CMD ({command})\n")
            pid += 3
    return "".join(out).encode()


def evidence():
    return {
        "/var/log/cron": log(),
        "/etc/hostname": b"web01\n",
        "/etc/crontab": b"SHELL=/bin/sh\n# the system's\n*/5 * * * * root /usr/lib/sa/sa1 1 1\n"
                        b"17 * * * * root /opt/never\n-*/5 * * * * root /opt/unlogged\n",
        "/etc/cron.d/0hourly": b"0 * * * * root run-parts /etc/cron.hourly\n",
        "/etc/cron.d/.placeholder": b"# keeps the folder\n",
        "/var/spool/cron/anna": b"10 3 * * * backup --day $(date +\\%F)%for%input\n0 5 1 * * monthly\n",
    }


class Crontabs(images.ImageTest):
    def setUp(self):
        super().setUp()
        if not program.PROGRAM.exists():
            self.skipTest("pidometer is not built")
        self.place = self.folder()

    def tree(self, files):
        root = images.write_tree(self.place / "tree", files,
                                 {"/etc/localtime": "/usr/share/zoneinfo/Etc/UTC"})
        (root / "var/spool/cron").mkdir(parents=True, exist_ok=True)
        for path in files:
            time = (WRITTEN if path == "/var/log/cron" else BEFORE).timestamp()
            os.utime(root / path.lstrip("/"), (time, time))
        return root

    def image(self, files, changed=BEFORE):
        """Of files whose inodes were made and changed when the crontabs were written."""
        self.need("mkfs.ext4", "debugfs")
        image = images.make_ext(self.place / "disk.raw", self.tree(files), size="8M")
        orders = "".join(
            f"sif {path} {field} {changed:%Y%m%d%H%M%S}\n"
            for path in files if path != "/var/log/cron" for field in ("ctime", "crtime"))
        images.run("debugfs", "-w", "-f", "-", image, stdin=orders.encode())
        return image

    def scan(self, *arguments, status=0):
        summary = self.place / "summary.json"
        run = program.run("scan", "--force", "--summary", summary, *arguments, cwd=self.place)
        self.assertEqual(run.status, status, run.err)
        self.summary = json.loads(summary.read_text())
        self.assertEqual(rows.problems(self.summary, rows.load_schema("summary")), [])
        found = rows.split_rows(run.out.decode("ascii"))
        schema = rows.load_schema("row")
        for row in found:
            self.assertEqual(rows.problems(row, schema), [])
        return [row for row in found if row["data_type"] == "pidometer:anomaly:schedule_mismatch"]

    def report(self):
        self.assertEqual(len(self.summary["crontabs"]), 1)
        return self.summary["crontabs"][0]

    @staticmethod
    def told(found):
        return [(row["mismatch"], row.get("missing_command", row["command"]), row["level"]) for row in found]

    def test_an_image(self):
        found = self.scan(self.image(evidence()))
        self.assertEqual(self.told(found), [("line_without_job", "/opt/never", "low"),
                                            ("job_without_line", BEACON, "low")])
        line, job = found
        self.assertEqual((line["crontab_filename"], line["crontab_line"], line["crontab_text"]),
                         ("/etc/crontab", 4, "17 * * * * root /opt/never"))
        self.assertEqual(line["due"], DAYS * 24)
        self.assertEqual(line["crontab_since"], f"{BEFORE:%Y-%m-%dT%H:%M:%S}.000000+00:00")
        self.assertEqual((job["runs"], job["username"]), (3 * 24, "root"))
        self.assertNotIn("crontab_volume", line)
        self.assertEqual(job["window_start"], "2025-11-20T00:30:01.000000+00:00")
        report = self.report()
        self.assertEqual([one["filename"] for one in report["files"]],
                         ["/etc/cron.d/.placeholder", "/etc/cron.d/0hourly", "/etc/crontab",
                          "/var/spool/cron/anna"])
        self.assertEqual((report["jobs"], report["jobs_with_line"], report["jobs_without_line"]), (4, 3, 1))
        self.assertEqual((report["entries"], report["entries_that_ran"], report["entries_that_never_ran"]),
                         (6, 3, 1))
        self.assertEqual(sum(report["entries_not_judged"].values()), 2)

    def test_a_root_folder_and_an_archive_have_no_change_times(self):
        self.need("tar")
        root = self.tree(evidence())
        want = [("line_without_job", "/opt/never", "informational"), ("job_without_line", BEACON, "low")]
        self.assertEqual(self.told(self.scan("--root", root)), want)
        images.run("tar", "-C", self.place, "-cf", self.place / "tree.tar", "tree")
        self.assertEqual(self.told(self.scan(self.place / "tree.tar")), want)
        self.assertEqual([volume["name"] for volume in self.summary["volumes"]], ["tree"])

    def ext(self, files):
        root = images.write_tree(self.folder(), files)
        for path in files:
            time = (WRITTEN if path.endswith("/log/cron") else BEFORE).timestamp()
            os.utime(root / path.lstrip("/"), (time, time))
        return images.make_ext(self.folder() / "part.raw", root, size="16M")

    def split(self, *more, below=None):
        """A /var volume of its own, and below its mount point an older spool."""
        files = evidence()
        root = {path: data for path, data in files.items() if path.startswith("/etc/")}
        root["/etc/localtime"] = copies.zone_file("UTC", 0)
        root["/etc/fstab"] = b"/dev/sda1 / ext4 defaults 0 1\n/dev/sda2 /var ext4 defaults 0 2\n"
        root.update(below or {})
        root["/var/spool/cron/mallory"] = f"30 * * * * {BEACON}\n".encode()
        var = {path[4:]: data for path, data in files.items() if path.startswith("/var/")}
        return copies.disk(self.place / "split.raw", [self.ext(root), self.ext(var), *map(self.ext, more)])

    def test_a_var_volume_of_its_own(self):
        self.need("mkfs.ext4", "sfdisk")
        found = self.scan(self.split())
        # the images' inodes are younger than the log
        self.assertEqual(self.told(found), [("job_without_line", BEACON, "informational")])
        self.assertEqual([one["filename"] for one in self.report()["files"]],
                         ["/etc/cron.d/.placeholder", "/etc/cron.d/0hourly", "/etc/crontab", "/spool/cron/anna"])

    def test_a_crontab_of_another_volume_is_named_with_it(self):
        self.need("mkfs.ext4", "sfdisk")
        root = {"/etc/cron.d/beacon.rpmsave": f"30 * * * * root {BEACON}\n".encode(),
                "/etc/cron.d/typo": b"61 * * * * root x\n"}
        found = self.scan(self.split(below=root))
        logs = self.report()["volume"]
        volumes = {one["filename"]: one["volume"] for one in self.report()["files"]}
        self.assertEqual(volumes["/spool/cron/anna"], logs)
        other = volumes["/etc/cron.d/beacon.rpmsave"]
        self.assertNotEqual(other, logs)
        self.assertEqual([(row["crontab_volume"], row["crontab_filename"]) for row in found],
                         [(other, "/etc/cron.d/beacon.rpmsave")])
        self.assertIn(f"line 1 of {other}:/etc/cron.d/beacon.rpmsave", found[0]["message"])
        self.assertEqual([(one["volume"], one["path"]) for one in self.summary["warnings"]
                          if one["kind"] == "unparsed_line"], [(other, "/etc/cron.d/typo")])

    def test_of_two_roots_none_is_picked(self):
        self.need("mkfs.ext4", "sfdisk")
        other = {path: data for path, data in evidence().items() if path.startswith("/etc/")}
        other["/etc/localtime"] = copies.zone_file("UTC", 0)
        other["/etc/fstab"] = b"/dev/sda3 / ext4 defaults 0 1\n"
        self.assertEqual(self.scan(self.split(other)), [])
        self.assertIn("several volumes", self.report()["not_compared"])

    def test_loose_logs_have_none(self):
        root = self.tree(evidence())
        self.assertEqual(self.scan("--timezone", "UTC", root / "var/log/cron"), [])
        self.assertNotIn("crontabs", self.summary)
        self.assertEqual(self.scan("--timezone", "UTC", root / "var/log"), [])
        self.assertNotIn("crontabs", self.summary)

    def test_no_witnesses_does_not_mean_no_crontabs(self):
        self.assertEqual(len(self.scan("--no-witnesses", self.image(evidence()))), 2)

    def test_a_crontab_that_changed_behind_the_log_explains_all(self):
        found = self.scan(self.image(evidence(), changed=WRITTEN))
        self.assertEqual(self.told(found), [("job_without_line", BEACON, "informational")])

    def test_an_empty_spool_is_an_answer_and_a_missing_one_is_none(self):
        files = evidence()
        del files["/var/spool/cron/anna"]
        told = self.told(self.scan("--root", self.tree(files)))
        self.assertIn(("job_without_line", "backup --day $(date +%F)", "low"), told)
        (self.place / "tree/var/spool/cron").rmdir()
        told = self.told(self.scan("--root", self.place / "tree"))
        self.assertEqual([one for one in told if one[0] == "job_without_line"], [])
        self.assertEqual(self.report()["jobs_without_line"], 0)
        self.assertEqual(sum(self.report()["jobs_not_judged"].values()), 2)

    def test_lines_that_are_not_understood_are_told_and_accuse_nobody(self):
        files = evidence()
        files["/etc/crontab"] += f"61 * * * * root {BEACON}\n".encode() + b"\xff\x00\n"
        found = self.scan("--root", self.tree(files))
        self.assertEqual(self.told(found), [("line_without_job", "/opt/never", "informational")])
        warned = [(one["path"], one["line"]) for one in self.summary["warnings"] if one["kind"] == "unparsed_line"]
        self.assertEqual(warned, [("/etc/crontab", 6), ("/etc/crontab", 7)])

    def test_a_link_to_nothing_may_hold_anything(self):
        root = self.tree(evidence())
        (root / "etc/cron.d/more").symlink_to("/opt/not/here")
        found = self.scan("--root", root, status=0)
        self.assertEqual([one[0] for one in self.told(found)], ["line_without_job"])

    def test_a_file_that_cron_passes_over_is_named(self):
        files = evidence()
        files["/etc/cron.d/beacon.rpmsave"] = f"30 * * * * root {BEACON}\n".encode()
        found = [row for row in self.scan("--root", self.tree(files)) if row["mismatch"] == "job_without_line"]
        self.assertEqual([row["crontab_filename"] for row in found], ["/etc/cron.d/beacon.rpmsave"])
        self.assertIn("cron passes over", found[0]["message"])

    def test_anacron_and_the_scripts_of_run_parts(self):
        files = evidence()
        lines = []
        for day in range(16, 22):
            def say(minute, text):
                lines.append(f"Nov {day} 04:{minute}:30 web01 {text}\n")
            say("02", "anacron[3901]: Job `cron.daily' started")
            say("02", "run-parts[3902]: (/etc/cron.daily) starting logrotate")
            say("03", "run-parts[3903]: (/etc/cron.daily) finished logrotate")
            say("03", "run-parts[3904]: (/etc/cron.daily) starting gone")
            say("04", "run-parts[3905]: (/etc/cron.weekly) starting unknown")
            say("05", "anacron[3906]: Job `cron.gone' started")
            say("06", "anacron[3906]: Job `cron.gone' terminated")
        files["/var/log/cron"] = b"".join(sorted(
            files["/var/log/cron"].splitlines(True) + "".join(lines).encode().splitlines(True),
            key=lambda line: line[:15]))
        files["/etc/anacrontab"] = b"1 5 cron.daily nice run-parts /etc/cron.daily\n7 25 never nice x\n"
        files["/etc/cron.daily/logrotate"] = b"#!/bin/sh\n* * * * * root is no crontab\n"
        found = self.scan("--root", self.tree(files))
        told = {(row["mismatch"], row["first_record"].partition("]: ")[2], row["level"]) for row in found
                if row["mismatch"] != "line_without_job"}
        self.assertEqual(told - {("job_without_line", f"(root) CMD ({BEACON})", "low")},
                         {("job_without_line", "Job `cron.gone' started", "low"),
                          ("job_without_script", "(/etc/cron.daily) starting gone", "informational")})
        report = self.report()
        self.assertEqual((report["jobs"], report["jobs_with_line"], report["jobs_without_line"]), (9, 5, 3))
        self.assertEqual(report["jobs_not_judged"],
                         {"its script's folder is not in the evidence, or not all of it": 1})
        self.assertEqual({one["filename"]: one["entries"] for one in report["files"]}["/etc/cron.daily"], 1)
        self.assertEqual(self.summary["warnings"], [])

    def test_a_log_of_another_host_is_not_compared(self):
        files = evidence()
        files["/var/log/cron"] += files["/var/log/cron"].replace(b" web01 ", b" db02 ")
        self.scan("--root", self.tree(files))
        told = {one["hostname"]: one.get("not_compared") for one in self.summary["crontabs"]}
        self.assertIsNone(told["web01"])
        self.assertIn("another host", told["db02"])


if __name__ == "__main__":
    tap.main()
