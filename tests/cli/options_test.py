#!/usr/bin/python3
"""What each option does, and what is refused with exit status 2."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, program, rows, tap  # noqa: E402

# name, arguments, words on stderr
USAGE = [
    ("no_command", [], ["error: ", "help: "]),
    ("unknown_command", ["sacn", "x"], ["error: "]),
    ("no_input", ["scan"], ["error: "]),
    ("unknown_option", ["scan", "--frobnicate", program.RAW], ["error: ", "--frobnicate"]),
    ("unknown_format", ["scan", "--format", "xml", program.RAW], ["error: ", "xml"]),
    ("unknown_level", ["scan", "--min-level", "loud", program.RAW], ["error: ", "loud"]),
    ("unknown_color", ["scan", "--color", "mauve", program.RAW], ["error: ", "mauve"]),
    ("unknown_kind", ["scan", "--as", "tape", program.RAW], ["error: ", "tape"]),
    ("unknown_zone", ["scan", "--timezone", "Mars/Olympus", program.RAW], ["error: ", "Mars"]),
    ("zone_that_is_a_path", ["scan", "--timezone", "../../etc/passwd", program.RAW], ["error: "]),
    ("year_in_words", ["scan", "--year", "last", program.RAW], ["error: "]),
    ("year_of_two_digits", ["scan", "--year", "99", program.RAW], ["error: "]),
    ("since_in_words", ["scan", "--since", "yesterday", program.RAW], ["error: ", "yesterday"]),
    # a variable that was not set: it would leave out what somebody counts on
    *((f"empty_{flag}_{len(words)}", [command, *words, program.RAW], ["error: ", f"--{flag}", "empty"])
      for command, flags in (("scan", ("output", "report", "output-dir", "summary", "timezone", "since", "until", "known", "host", "case-id", "root",
                                       "case", "evidence")),
                             ("when", ("near",)), ("merge", ("left-out",)), ("extract", ("examiner", "case", "evidence", "directory")))
      for flag in flags
      for words in ((f"--{flag}", ""), (f"--{flag}=",))),
    # the word behind it would be its value
    *((f"nothing_behind_{flag}", ["scan", f"--{flag}=", program.RAW, program.RAW], ["error: ", f"--{flag}", "empty"])
      for flag in ("format", "year", "pid-max", "min-level", "as", "jobs", "step-limit", "color")),
    ("end_of_a_command", ["scan", program.RAW, "++"], ["error: ", "./++"]),
    ("empty_input", ["scan", ""], ["error: ", "empty"]),
    ("extract_without_folder", ["extract", program.RAW], ["error: "]),
]


class Usage(program.ProgramTest):
    def test_table(self):
        for name, arguments, words in USAGE:
            with self.subTest(name):
                run = program.run(*arguments)
                self.assertEqual(run.status, 2, run.err)
                self.assertEqual(run.out, b"")
                for word in words:
                    self.assertIn(word, run.err)

    def test_help_leads_with_examples(self):
        for arguments in (["--help"], ["scan", "--help"], ["extract", "--help"]):
            run = program.run(*arguments)
            self.assertEqual((run.status, run.err), (0, ""))
            self.assertIn("Examples:", run.out.decode()[:200])
            self.assertGreaterEqual(run.out.decode().count("  pidometer "), 2)

    def test_help_fits_the_terminal(self):
        for arguments in (["--help"], *([command, "--help"] for command in ("scan", "report", "when", "schedule", "extract", "explain", "merge"))):
            words = set()
            for columns in ("60", "80", "200"):
                with self.subTest(arguments, columns=columns):
                    run = subprocess.run([program.PROGRAM, *arguments], capture_output=True, text=True, check=True,
                                         env={**os.environ, "COLUMNS": columns})
                    long = [line for line in run.stdout.splitlines() if len(line) > int(columns)]
                    self.assertEqual([line for line in long if not line.startswith("  pidometer ")], [])
                    words.add(" ".join(run.stdout.split()))
            self.assertEqual(len(words), 1, "nothing is lost")

    def test_help_that_cannot_be_written(self):
        for arguments in (["--help"], ["scan", "--help"], ["--version"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([program.PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, check=False)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn(b"No space left on device", done.stderr)

    def test_version_names_the_libraries(self):
        run = program.run("--version")
        self.assertEqual(run.status, 0)
        self.assertRegex(run.out.decode(), r"pidometer \d+\.\d+\.\d+")
        for library in ("libtsk", "libewf"):
            self.assertRegex(run.out.decode(), library + r" \d+")


class Scan(program.ProgramTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def scan(self, *arguments, status=0, env=None):
        run = program.run("scan", *program.ZONE, *arguments, program.RAW, env=env)
        self.assertEqual(run.status, status, run.err)
        return run

    def found(self, *arguments):
        return rows.split_rows(self.scan(*arguments).out.decode("ascii"))

    def test_output_goes_to_the_file(self):
        output = self.folder / "rows.jsonl"
        run = self.scan("-o", output)
        self.assertEqual(run.out, b"")
        self.assertEqual(output.read_bytes(), self.scan().out)
        self.assertEqual(os.listdir(self.folder), ["rows.jsonl"])

    def test_output_is_not_overwritten(self):
        for option in ("-o", "--summary"):
            with self.subTest(option):
                path = self.folder / f"kept{option}"
                path.write_text("kept")
                run = program.run("scan", *program.ZONE, option, path, program.RAW)
                self.assertEqual(run.status, 2)
                self.assertIn("--force", run.err)
                self.assertEqual(path.read_text(), "kept")
                self.scan(option, path, "--force")
                self.assertNotEqual(path.read_text(), "kept")

    def test_output_into_no_folder(self):
        run = program.run("scan", *program.ZONE, "-o", self.folder / "no" / "rows", program.RAW)
        self.assertEqual(run.status, 1)
        self.assertIn("error: ", run.err)

    def test_output_over_an_input(self):
        copy = self.folder / "copy.raw"
        copy.write_bytes(program.RAW.read_bytes())
        run = program.run("scan", "-o", copy, "--force", copy)
        self.assertEqual(run.status, 2)
        self.assertEqual(copy.read_bytes(), program.RAW.read_bytes())

    def test_output_over_an_input_that_cannot_be_read(self):
        picture = self.folder / "photo.png"
        picture.write_bytes(evidence.PNG)
        for option in ("-o", "--summary"):
            with self.subTest(option):
                run = program.run("scan", option, picture, "--force", picture)
                self.assertEqual(run.status, 2)
                self.assertEqual(picture.read_bytes(), evidence.PNG)

    def test_min_level_keeps_what_is_at_or_above(self):
        order = ["informational", "low", "medium", "high", "critical"]
        everything = self.found()
        self.assertEqual(len(self.found("--min-level", "informational")), len(everything))
        for index, level in enumerate(order):
            with self.subTest(level):
                want = [row for row in everything if order.index(row["level"]) >= index]
                self.assertEqual(self.found("--min-level", level), want)
        self.assertNotEqual(len(self.found("--min-level", "medium")), len(everything))

    def test_since_and_until_are_local_times(self):
        for arguments, want in (
                (("--since", "2000-11-08T20:00:00"), [22, 5, 4, 2]),
                (("--until", "2000-11-05T10:50:00"), [3]),
                (("--since", "2000-11-08T08:50:00", "--until", "2000-11-08T09:00:00"), [18, 842]),
                (("--since", "2000-11-08T14:51:00Z", "--until", "2000-11-08T15:00:00Z"), [842])):
            with self.subTest(arguments):
                self.assertEqual([row["excess_pids"] for row in self.found(*arguments)
                                  if row["data_type"] != "pidometer:activity"], want)

    def test_records_are_added_not_exchanged(self):
        both = self.found("--records")
        self.assertEqual([row for row in both if row["data_type"].startswith("pidometer:")],
                         self.found())
        self.assertEqual(sum(row["data_type"].startswith("syslog:") for row in both), 597)

    def test_quiet_says_nothing(self):
        self.assertEqual(self.scan("--quiet").err, "")
        self.assertRegex(self.scan().err, re.compile(
            r"^1 volume, 1 log, 597 records, \d+ warnings?, 14 findings, 2 activities of several in \d+\.\d s$", re.M))

    def test_color_only_when_asked(self):
        self.assertNotIn(b"\x1b", self.scan("--format", "text").out)
        self.assertNotIn(b"\x1b", self.scan("--format", "text", "--color", "never").out)
        self.assertIn(b"\x1b", self.scan("--format", "text", "--color", "always").out)
        self.assertNotIn(b"\x1b", self.scan("--format", "text", env={"NO_COLOR": "1"}).out)

    def test_zone_decides_the_instant(self):
        run = program.run("scan", "--timezone", "+02:00", program.RAW)
        first = rows.split_rows(run.out.decode())[0]
        self.assertEqual(first["window_start"], "2000-11-05T07:40:00.000000+00:00")
        run = program.run("scan", program.RAW)
        first = rows.split_rows(run.out.decode())[0]
        self.assertEqual(first["window_start"], "2000-11-05T09:40:00.000000+00:00")
        self.assertIn("assumed", first["time_certainty"])

    def test_year_of_the_last_line_wins(self):
        for year, want in (("2001", "2001-11-05T15:40:00.000000+00:00"),
                           # Daylight saving still held on 5 November 2010.
                           ("2010", "2010-11-05T14:40:00.000000+00:00")):
            self.assertEqual(self.found("--year", year)[0]["window_start"], want)

    def test_as_overrides_the_content(self):
        # An image read as a log: no filesystem in the rows, and the lines in its blocks found.
        run = program.run("scan", *program.ZONE, "--year", "2000", "--as", "log", "--records",
                          program.RAW)
        self.assertNotEqual(run.status, 2, run.err)
        self.assertNotIn(b'"type_indicator":"EXT"', run.out)
        self.assertIn(b"Cron ran: ", run.out)

    def test_pid_max_is_the_users_word(self):
        summary = self.folder / "summary.json"
        self.scan("--pid-max", "57344", "--summary", summary)
        series, = rows.parse(summary.read_text())["series"]
        self.assertEqual((series["pid_max"], series["pid_max_basis"]), (57344, "--pid-max"))

    def test_a_pid_max_below_the_logs_pids_is_named(self):
        log = self.folder / "cron.log"
        log.write_text("".join(f"Nov  5 {i // 6:02}:{i % 6 * 10:02}:01 web01 CRON[{32700 + 7 * i}]: (root) CMD (job)\n"
                               for i in range(144)))
        for pid_max, warned in ((32768, True), (40000, False), (33702, False)):
            summary = self.folder / f"summary{pid_max}.json"
            run = program.run("scan", "--timezone", "UTC", "--year", "2000", "--pid-max", str(pid_max),
                              "--summary", summary, log)
            self.assertEqual(run.status, 0, run.err)
            told = rows.parse(summary.read_text())
            self.assertEqual(rows.problems(told, rows.load_schema("summary")), [])
            self.assertEqual([w["kind"] for w in told["warnings"]], ["wrong_pid_max"] if warned else [])
            if warned:
                self.assertIn(f"{log}: line 11: PID 32770 is not below --pid-max 32768", run.err)
                self.assertIn("133 other lines", run.err)
                self.assertIn("leave --pid-max out", run.err)


class Names(program.ProgramTest):
    """Names with brackets, commas and braces are names."""

    NAMES = ("[a]", "[a,b]", "{}")

    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def run_here(self, *arguments):
        return program.run(*arguments, cwd=self.folder)

    def write_logs(self):
        for name in self.NAMES:
            (self.folder / name).write_bytes(evidence.LOG)
            os.utime(self.folder / name, (973743001, 973743001))
        (self.folder / "a").write_text("not asked for")

    def test_on_the_command_line(self):
        self.write_logs()
        for name in self.NAMES:
            run = self.run_here("scan", *program.ZONE, "-s", "summary", "--force", name)
            self.assertEqual(run.status, 0, run.err)
            summary = rows.parse((self.folder / "summary").read_text())
            self.assertEqual([one["name"] for one in summary["inputs"]], [name])

    def test_in_a_fleet_and_its_case_file(self):
        self.write_logs()
        case = [{"segments": name} for name in self.NAMES]
        (self.folder / "case.json").write_text(json.dumps(case))
        for out, given in (("given", self.NAMES), ("listed", ("--case", "case.json"))):
            run = self.run_here("scan", *program.ZONE, "-d", out, *given)
            self.assertEqual(run.status, 0, run.err)
            status = rows.parse((self.folder / out / "status.json").read_text())
            self.assertEqual([[os.path.basename(file["path"]) for file in image["files"]] for image in status["images"]],
                             [[name] for name in self.NAMES])
            self.assertEqual({image["state"] for image in status["images"]}, {"complete"})

    def test_in_a_merge(self):
        row = '{"datetime": "2026-01-01T00:00:00+00:00", "timestamp_desc": "x", "message": "%s"}\n'
        for name in self.NAMES:
            (self.folder / name).write_text(row % name)
        run = self.run_here("merge", *self.NAMES)
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(sorted(found["message"] for found in rows.split_rows(run.out.decode())), sorted(self.NAMES))

    def test_as_folders_that_are_never_written_to(self):
        for name in self.NAMES:
            (self.folder / name).mkdir()
            (self.folder / name / "cron").write_bytes(evidence.LOG)
            for given in ((name,), ("--root", name), (f"--root={name}",)):
                run = self.run_here("scan", "-o", f"{name}/new.csv", *given)
                self.assertEqual(run.status, 2, run.err)
                self.assertIn("evidence is never written", run.err)
            self.assertEqual(os.listdir(self.folder / name), ["cron"])


class Extract(program.ProgramTest):
    def test_log_comes_out_byte_for_byte(self):
        with tempfile.TemporaryDirectory() as folder:
            for image in (program.RAW, program.E01):
                out = pathlib.Path(folder) / image.name
                run = program.run("extract", image, "-d", out)
                self.assertEqual(run.status, 0, run.err)
                log, = (path for path in out.rglob("*") if path.name == "cron")
                self.assertEqual(log.relative_to(out).parts[1:], ("var", "log", "cron"))
                self.assertEqual(log.read_bytes(), evidence.LOG)
                self.assertEqual(log.stat().st_mtime, 973743001)
                sums = (out / "SHA256SUMS").read_text()
                self.assertRegex(sums, rf"^[0-9a-f]{{64}}  {log.relative_to(out)}$")


class Contradictions(program.ProgramTest):
    """What is given and what the evidence says of itself."""

    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def warnings(self, *arguments):
        run = program.run("scan", *arguments)
        self.assertIn(run.status, (0, 4), run.err)
        return [line for line in run.err.splitlines() if line.startswith("warning: ")]

    def test_a_zone_that_the_lines_own_offsets_contradict(self):
        log = self.folder / "cron.log"
        log.write_text("".join(f"2026-03-05T{i // 6:02}:{i % 6 * 10:02}:01+01:00 web01 CRON[{600 + 2 * i}]: (root) CMD (job)\n"
                               for i in range(140)))
        self.assertEqual(self.warnings("--timezone", "Europe/Berlin", log), [])
        self.assertEqual(self.warnings(log), [])
        [words] = self.warnings("--timezone", "America/Chicago", log)
        self.assertIn("--timezone America/Chicago has the offset -06:00 then, and the line itself has +01:00: "
                      "what the lines have is taken", words)

    def test_a_zone_that_the_host_contradicts(self):
        root = self.folder / "root"
        (root / "var/log").mkdir(parents=True)
        (root / "etc").mkdir()
        (root / "var/log/cron").write_bytes(evidence.LOG)
        os.utime(root / "var/log/cron", (973743001, 973743001))
        (root / "etc/localtime").write_bytes(pathlib.Path("/usr/share/zoneinfo/America/Chicago").read_bytes())
        self.assertEqual(self.warnings("--root", root), [])
        self.assertEqual(self.warnings("--timezone", "-06:00", "--root", root), [], "the same clock by another name")
        [words] = self.warnings("--timezone", "America/New_York", "--root", root)
        self.assertIn("--timezone America/New_York has the offset -05:00 then, and the host's own zone, ", words)
        self.assertIn("has -06:00: the zone given is taken", words)

    def test_a_log_of_which_nothing_can_be_judged(self):
        log = self.folder / "cron.log"
        log.write_text("2026-03-05T01:00:01Z web01 CRON[600]: (root) CMD (job)\n")
        run = program.run("scan", log)
        self.assertEqual((run.status, run.out), (0, b""), run.err)
        self.assertIn("nothing was judged: 1 reading of the counter, and no two follow one another in one boot session", run.err)
        log.write_text("".join(f"2026-03-05T0{i}:00:01Z web01 CRON[{600 + 2 * i}]: (root) CMD (job)\n" for i in range(9)))
        self.assertNotIn("judged", program.run("scan", log).err)

    def test_lines_behind_a_prefix_of_another_program(self):
        """They look like cron's; what is refused says what to do."""
        log = self.folder / "cron.log"
        log.write_text("".join(f"web01|2026-03-05T{i // 6:02}:{i % 6 * 10:02}:01+01:00 web01 CRON[{600 + 2 * i}]: (root) CMD (job)\n"
                               for i in range(140)))
        run = program.run("scan", log)
        self.assertEqual(run.status, 4, run.err)
        self.assertIn(f"140 lines of {log} look like cron's and could not be read", run.err)
        self.assertIn("sed 's/^PREFIX//' LOG > COPY", run.err)
        copy = self.folder / "copy.log"
        copy.write_bytes(subprocess.run(["sed", "s/^web01|//", log], capture_output=True, check=True).stdout)
        self.assertEqual(program.run("scan", copy).status, 0)


if __name__ == "__main__":
    tap.main()
