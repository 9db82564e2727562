#!/usr/bin/python3
"""`pidometer when` and `pidometer schedule`."""

import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, program, rows, tap  # noqa: E402


class When(program.ProgramTest):
    def births(self, pid, *arguments):
        run = program.run("when", "--pid", pid, "--json", *program.ZONE, *arguments, program.E01)
        self.assertEqual(run.status, 0, run.err)
        found = [rows.parse(line) for line in run.out.decode("ascii").splitlines()]
        schema = rows.load_schema("birth")
        for row in found:
            self.assertEqual(rows.problems(row, schema), [])
        return found

    def test_processes_of_the_intrusion(self):
        # sshd, named and the last of the rootkit's: 08:50 to 09:00 in Chicago
        for pid in (2871, 2965, 2978):
            with self.subTest(pid):
                [birth] = self.births(pid)
                self.assertEqual(birth["certainty"], "bounded")
                self.assertEqual(birth["window_start"], "2000-11-08T14:50:00.000000+00:00")
                self.assertEqual(birth["window_end"], "2000-11-08T15:00:00.000000+00:00")
                self.assertEqual((birth["first_line"], birth["last_line"]), (503, 504))

    def test_words_for_people(self):
        run = program.run("when", "--pid", 2871, *program.ZONE, program.E01)
        self.assertEqual(run.status, 0, run.err)
        text = run.out.decode()
        self.assertIn("PID 2871 was born between 2000-11-08 08:50:00 and 09:00:00 (-06:00)", text)
        self.assertIn("line 503 of /var/log/cron: root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)", text)

    def test_a_record_is_its_own_birth(self):
        [birth] = self.births(2441)
        self.assertEqual(birth["certainty"], "exact")

    def test_so_is_the_start_of_the_daemon(self):
        [birth] = self.births(390)
        self.assertEqual((birth["certainty"], birth["first_line"]), ("exact", 1))
        self.assertIn("(-06:00)", birth["message"])
        self.assertIn("by its own record", birth["message"])

    def test_outside_of_the_log(self):
        self.assertEqual([birth["certainty"] for birth in self.births(5)], ["before_log"])
        # The daemon's start stands in the log's first line.
        self.assertEqual([birth["certainty"] for birth in self.births(30000)], ["after_log"])

    def test_before_a_log_that_does_not_begin_with_a_boot(self):
        """An earlier round of the counter may have had the PID as well."""
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron"
            log.write_bytes(b"".join(line for line in evidence.LOG.splitlines(True)[1:]))
            os.utime(log, (973743001, 973743001))
            run = program.run("when", "--pid", 30000, "--json", *program.ZONE, log)
            self.assertEqual(run.status, 0, run.err)
            before, after = [rows.parse(line) for line in run.out.decode("ascii").splitlines()]
            self.assertEqual((before["certainty"], after["certainty"]), ("before_log", "after_log"))
            self.assertEqual((before["last_line"], after["first_line"]), (1, 596))
            self.assertEqual(before["caveat"], "if at all: the counter had gone round before the log begins, or the host been booted")
            self.assertIn("before the log's first record", before["message"])
            # Of one that the log itself has nothing else need be thought, where the counter never goes round.
            run = program.run("when", "--pid", 2871, "--json", *program.ZONE, log)
            self.assertEqual(len(run.out.splitlines()), 1)

    def test_above_pid_max_none_is_possible(self):
        [row] = self.births(40000)
        self.assertEqual((row["data_type"], row["certainty"]), ("pidometer:no_birth", "none"))
        self.assertIn("no birth of PID 40000 is possible under this log's pid_max, 32768 (", row["caveat"])
        self.assertIn(row["caveat"], row["message"])
        self.assertEqual(row["window_start"], row["datetime"])
        run = program.run("when", "--pid", 40000, *program.ZONE, program.E01)
        self.assertIn(row["caveat"], run.out.decode())
        self.assertNotIn("was born", run.out.decode())
        [row] = self.births(40000, "--pid-max", 65536)
        self.assertEqual(row["certainty"], "after_log")

    def test_rows_carry_the_caveats_of_the_text(self):
        [row] = self.births(5)
        self.assertEqual(row["caveat"], "if it was born in that boot session at all")
        self.assertIn(row["caveat"], row["message"])
        [row] = self.births(2871)
        self.assertNotIn("caveat", row)

    def test_neither_witnesses_nor_crontabs_are_looked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name in ("var/log", "var/spool/cron", "etc"):
                (root / name).mkdir(parents=True)
            (root / "var/log/cron").write_bytes(evidence.LOG)
            os.utime(root / "var/log/cron", (973743001, 973743001))
            # Who looks for them stumbles over these.
            (root / "var/log/audit").symlink_to("audit")
            (root / "etc/crontab").symlink_to("crontab")
            self.assertIn("too many symbolic links", program.run("scan", *program.ZONE, "--root", root).err)
            for command in (("when", "--pid", 2871), ("schedule",)):
                run = program.run(*command, *program.ZONE, "--root", root)
                self.assertEqual(run.status, 0, run.err)
                self.assertNotIn("symbolic", run.err)

    def test_two_boots_and_the_nearest(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron"
            # The same days once more, a year of a fortnight later: the daemon starts with a small PID.
            later = evidence.LOG.replace(b"(11/", b"(12/")
            log.write_bytes(evidence.LOG + later)
            os.utime(log, (976335001, 976335001))
            found = program.run("when", "--pid", 2871, "--json", *program.ZONE, log)
            self.assertEqual(found.status, 0, found.err)
            self.assertEqual(len(found.out.splitlines()), 2)
            near = program.run("when", "--pid", 2871, "--json", "--near", "2000-12-08T08:55", *program.ZONE, log)
            [birth] = [rows.parse(line) for line in near.out.decode().splitlines()]
            self.assertEqual(birth["boot_session"], 2)

    def test_wrong_words(self):
        for arguments in (("--pid", "0"), ("--pid", "x"), (), ("--pid", "5", "--near", "yesterday")):
            with self.subTest(arguments):
                run = program.run("when", *arguments, program.E01)
                self.assertEqual(run.status, 2)
                self.assertEqual(run.out, b"")

    def test_no_log_is_said(self):
        with tempfile.TemporaryDirectory() as folder:
            run = program.run("when", "--pid", 5, folder)
        self.assertIn(run.status, (1, 4), run.err)
        self.assertEqual(run.out, b"")


class Schedule(program.ProgramTest):
    def test_table(self):
        run = program.run("schedule", *program.ZONE, program.E01)
        self.assertEqual(run.status, 0, run.err)
        lines = run.out.decode().splitlines()
        self.assertEqual(lines[1].split(), ["when", "user", "runs", "of", "due", "PIDs", "usually", "command"])
        self.assertEqual(lines[2].split(), "*/10 * * * * root 508 of 508 2 2 /sbin/rmmod -as".split())
        self.assertEqual(lines[3].split(), "1 * * * * root 85 of 85 5 5 run-parts /etc/cron.hourly".split())
        self.assertIn("every hour in the interval that starts at minute 30: 1.0 PIDs without a line", run.out.decode())

    def test_a_job_whose_time_was_changed_has_two_lines(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron"
            lines = []
            pid = 600
            for day in range(1, 31):
                for minute in range(0, 1440, 30):
                    lines.append((day, minute, pid, "tick"))
                    pid += 2
                    if minute == (60 if day < 16 else 180):
                        lines.append((day, minute, pid, "backup"))
                        pid += 3
            log.write_bytes(b"".join(b"root (11/%02d-%02d:%02d:01-%d) CMD (%s)\n" % (d, m // 60, m % 60, p, c.encode())
                                     for d, m, p, c in lines))
            os.utime(log, (975628800, 975628800))
            run = program.run("schedule", *program.ZONE, log)
            self.assertRegex(run.out.decode(), r"\n  0 1 \* \* \* until 2000-11-15 01:00 +root +15 of 15 .*backup\n"
                                               r"  0 3 \* \* \* since 2000-11-16 03:00 +root +15 of 15 .*backup\n")
            self.assertNotIn("at other times", run.out.decode())
            # In UTC the last run is of the day after.
            self.assertRegex(run.out.decode(), ", 2000-11-01 to 2000-11-30\n")
            run = program.run("schedule", "--crontab", *program.ZONE, log)
            self.assertIn("# until 2000-11-15 01:00:\n# 0 1 * * * root backup\n"
                          "# since 2000-11-16 03:00:\n0 3 * * * root backup\n", run.out.decode())
            self.assertRegex(run.out.decode(), "^# .*, 2000-11-01 to 2000-11-30\n")
            run = program.run("schedule", "--json", *program.ZONE, log)
            [job] = [one for one in rows.parse(run.out.decode())["schedule"] if one["command"] == "backup"]
            self.assertEqual(job["times"], [
                {"fields": "0 1 * * *", "due": 15, "runs": 15, "until": "2000-11-15T07:00:01.000000+00:00"},
                {"fields": "0 3 * * *", "due": 15, "runs": 15, "since": "2000-11-16T09:00:01.000000+00:00"}])

    def test_lines_of_a_crontab(self):
        run = program.run("schedule", "--crontab", *program.ZONE, program.E01)
        lines = [line for line in run.out.decode().splitlines() if not line.startswith("#")]
        self.assertEqual(lines, ["*/10 * * * * root /sbin/rmmod -as",
                                 "1 * * * * root run-parts /etc/cron.hourly",
                                 "2 4 * * * root run-parts /etc/cron.daily"])

    def test_a_crontab_has_no_line_of_a_user_that_is_no_word(self):
        """The user of a record is what anybody wrote into the log; a line of it would be a command."""
        hostile = ("root touch /tmp/pwn;", "root\ttouch /tmp/pwn;", "root;reboot", "-root", "$(reboot)", "a b", "%root", "")
        good = ("root", "www-data", "_apt", "jo.doe", "x1")
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron.log"
            log.write_text("".join(
                f"Nov  {day} {hour:02}:{number:02}:01 web01 CRON[{2000 + day * 1000 + hour * 40 + number}]: ({user}) CMD (job{number} %%)\n"
                for day in range(1, 5) for hour in range(24) for number, user in enumerate(hostile + good)))
            run = program.run("schedule", "--crontab", "-z", "UTC", "-y", "2000", log)
        self.assertEqual(run.status, 0, run.err)
        text = run.out.decode()
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        self.assertEqual(sorted(lines), sorted(f"{number} * * * * {user} job{number} \\%\\%"
                                               for number, user in enumerate(good, len(hostile))))
        self.assertIn("# no crontab can hold this user:\n# 0 * * * * root touch /tmp/pwn; job0", text)

    def test_json(self):
        run = program.run("schedule", "--json", *program.ZONE, program.E01)
        [host] = [rows.parse(line) for line in run.out.decode("ascii").splitlines()]
        self.assertEqual([job["times"][0]["fields"] for job in host["schedule"]],
                         ["*/10 * * * *", "1 * * * *", "2 4 * * *"])

    def test_a_report_s_summary_has_it(self):
        with tempfile.TemporaryDirectory() as folder:
            summary = pathlib.Path(folder) / "summary.json"
            run = program.run("report", *program.ZONE, "-o", os.devnull, "--summary", summary, program.E01)
            self.assertEqual(run.status, 0, run.err)
            told = rows.parse(summary.read_text())
        self.assertEqual(rows.problems(told, rows.load_schema("summary")), [])
        self.assertEqual(len(told["series"][0]["schedule"]), 3)

    def test_commands_are_no_terminal_commands(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron"
            log.write_bytes(evidence.LOG.replace(b"/sbin/rmmod -as", b"/sbin/\x1b[2Jrmmod"))
            os.utime(log, (973743001, 973743001))
            for form in ((), ("--crontab",), ("--json",)):
                run = program.run("schedule", *form, *program.ZONE, log)
                self.assertNotIn(b"\x1b", run.out)
                self.assertIn(b"x1b[2Jrmmod", run.out)


if __name__ == "__main__":
    tap.main()
