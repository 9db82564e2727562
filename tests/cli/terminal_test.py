#!/usr/bin/python3
"""What a scan says to a person: when, in which width, with which characters and colours."""

import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import evidence, program, rows, tap  # noqa: E402

ESCAPE = re.compile(rb"\x1b\[[0-9;]*m")
UTF8 = {"LC_ALL": "C.UTF-8", "TERM": "xterm"}
EXPLAINED = re.compile(r"\b[0-9a-f]{16}$", re.M)


def columns(text):
    """As a terminal counts them."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def on_terminal(*arguments, width=80, env=None, stderr=subprocess.DEVNULL):
    """Bytes that reach a terminal of that width, and the exit status."""
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("NO_COLOR", "COLUMNS", "LANG", "LC_CTYPE", "LC_ALL", "TERM")}
    environment.update(UTF8 if env is None else env)
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    settings = termios.tcgetattr(follower)
    settings[1] &= ~termios.OPOST  # newlines stay what they are
    termios.tcsetattr(follower, termios.TCSANOW, settings)
    process = subprocess.Popen([program.PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL,
                               stdout=follower, stderr=stderr, env=environment)
    os.close(follower)
    said = b""
    while True:
        try:
            block = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        said += block
    os.close(leader)
    return said, process.wait(timeout=program.TIMEOUT_SECONDS)


class Terminal(program.ProgramTest):
    def scan(self, *arguments, **how):
        said, status = on_terminal("scan", *program.ZONE, *arguments, program.RAW, **how)
        self.assertEqual(status, 0)
        return said

    def plain(self, *arguments, **how):
        return ESCAPE.sub(b"", self.scan(*arguments, **how)).decode()

    def piped(self, *arguments, env=None):
        run = program.run("scan", *program.ZONE, *arguments, program.RAW, env=env)
        self.assertEqual(run.status, 0, run.err)
        return run.out

    def test_nothing_is_glued_to_the_progress(self):
        said, status = on_terminal("scan", *program.ZONE, "-f", "text", program.RAW, stderr=subprocess.STDOUT)
        self.assertEqual(status, 0)
        self.assertIn(b"MB of log", said)
        shown = [line.rpartition(b"\r\x1b[K")[2] for line in said.split(b"\n")]
        self.assertFalse([line for line in shown if b"MB of log" in line])
        dumb, _ = on_terminal("scan", *program.ZONE, "-f", "text", program.RAW, stderr=subprocess.STDOUT,
                              env={"LC_ALL": "C.UTF-8", "TERM": "dumb"})
        self.assertNotIn(b"\r", dumb)
        self.assertNotIn(b"\x1b", dumb)

    def test_a_terminal_gets_the_summary_and_a_pipe_the_rows(self):
        said = self.plain()
        self.assertIn("Night of 7 to 8 Nov 2000 (-06:00): 936 unexplained PIDs\n", said)
        self.assertRegex(said, r"critical  08:50 to 09:00  842 unexplained PIDs +[0-9a-f]{16}\n")
        self.assertTrue(self.piped().startswith(b"{"))
        self.assertEqual(self.piped("-f", "summary", env={**UTF8, "COLUMNS": "80"}).decode(), said)

    def test_a_gap_is_of_its_own_log(self):
        with tempfile.TemporaryDirectory() as folder:
            evidence.write_nameless_hosts(pathlib.Path(folder, "two"))
            run = program.run("scan", "-f", "summary", "--timezone", "UTC", "--year", "2000", "two", cwd=folder)
        said = run.out.decode()
        self.assertIn("Unexplained PIDs a day of two:two/a, at most 700 on 7 Nov 2000\n", said)
        self.assertIn("Unexplained PIDs a day of two:two/b: none\n", said)

    def test_a_zone_that_nobody_knows_is_told(self):
        run = program.run("scan", "-f", "summary", program.RAW)
        self.assertIn(b"Night of 8 to 9 Nov 2000 (UTC by assumption)", run.out)

    def test_whoever_asks_for_rows_gets_them(self):
        rows_asked = self.piped()
        self.assertEqual(self.scan("-f", "jsonl"), rows_asked)
        self.assertEqual(self.scan("-r"), self.piped("-r"))
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder, "rows")
            self.assertEqual(self.scan("-o", output), b"")
            self.assertEqual(output.read_bytes(), rows_asked)
            self.assertEqual(self.scan("-f", "summary", "-o", output, "--force"), b"")
            self.assertIn("Night of 7 to 8 Nov 2000", output.read_text())
        self.assertEqual(self.scan("-o", "-"), rows_asked)

    def test_no_line_is_wider_than_the_terminal(self):
        for width in (60, 80, 100, 300):
            with self.subTest(width):
                findings = self.plain(width=width).partition("\nNext\n")[0]
                widest = max(columns(line) for line in findings.splitlines())
                self.assertLessEqual(widest, min(width, 120))
                self.assertGreaterEqual(widest, min(width, 120) - 20)
                self.assertEqual(len(EXPLAINED.findall(findings)), 13)

    def test_what_is_cut_says_so(self):
        """Every line of a finding on a narrow terminal is that of a wide one, or its beginning and an ellipsis."""
        ids = re.compile(r"^(.*\S) +([0-9a-f]{16})$", re.M)
        lines = [f"2026-03-{1 + i // 144:02}T{i // 6 % 24:02}:{i % 6 * 10:02}:01+00:00 web01 CRON[{600 + 3 * i}]: (root) CMD (job)\n"
                 for i in range(31 * 144)]
        pids = 0
        for i in (2000, 2001, 2002, 2003):  # an activity of 4 findings and 4,800 PIDs
            pids += 1200
            end = i + 1 if i < 2003 else len(lines)
            lines[i + 1:end + 1] = [re.sub(r"CRON\[([0-9]+)\]", lambda m: f"CRON[{int(m[1]) + pids}]", line)
                                    for line in lines[i + 1:end + 1]]
        del lines[3000:3020]
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder, "cron.log")
            log.write_text("".join(lines))
            cut = 0
            said = {width: on_terminal("scan", "--color", "never", log, width=width)[0].decode() for width in (60, 70, 80, 120)}
        whole = {found[1]: found[0] for found in ids.findall(said[120])}
        self.assertGreater(len(whole), 4)
        for width in (60, 70, 80):
            narrow = {found[1]: found[0] for found in ids.findall(said[width])}
            self.assertEqual(narrow.keys(), whole.keys())
            for finding, words in narrow.items():
                if words != whole[finding]:
                    self.assertTrue(words.endswith("…") and whole[finding].startswith(words[:-1]), words)
                    cut += 1
        self.assertGreater(cut, 0)

    def test_each_sum_says_what_it_counts(self):
        """Findings, activities and rows are counted apart, and the three sums of PIDs are told apart."""
        said, status = on_terminal("scan", *program.ZONE, program.RAW, stderr=subprocess.STDOUT)
        self.assertEqual(status, 0)
        text = re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", said.decode()))
        found = rows.split_rows(self.piped().decode())
        activities = sum(row["data_type"] == "pidometer:activity" for row in found)
        self.assertIn(f", {len(found) - activities} findings, {activities} activities of several in ", text)
        self.assertIn("A line that sums findings up is none itself", text)
        self.assertIn("a night's its findings of these levels; an activity's its findings of all levels, and what lies "
                      "beside them; a day's all its intervals, less what others took fewer.", text)

    def test_ascii_where_nothing_else_is_sure(self):
        for env in ({"LC_ALL": "C", "TERM": "xterm"}, {"LANG": "de_DE.ISO-8859-1", "TERM": "xterm"},
                    {"TERM": "xterm"}, {**UTF8, "TERM": "linux"}, {**UTF8, "TERM": "dumb"}):
            with self.subTest(env):
                self.scan(env=env).decode("ascii")
        self.assertIn("█", self.plain(env={"LANG": "de_DE.utf8", "TERM": "xterm"}))

    def test_colour(self):
        self.assertIn(b"\x1b[1;31mcritical\x1b[0m", self.scan())
        for arguments, env in (((), {**UTF8, "NO_COLOR": "1"}), ((), {**UTF8, "TERM": "dumb"}),
                               (("--color", "never"), UTF8)):
            self.assertNotIn(b"\x1b", self.scan(*arguments, env=env))
        self.assertIn(b"\x1b", self.scan("--color", "always", env={**UTF8, "NO_COLOR": "1"}))
        self.assertNotIn(b"\x1b", self.piped("-f", "summary"))
        self.assertIn(b"\x1b", self.piped("-f", "summary", "--color", "always"))

    def test_what_it_tells_to_do_next_works(self):
        commands = re.findall(r"^    (pidometer .*)$", self.plain().partition("\nNext\n")[2], re.M)
        self.assertEqual([command.split()[1] for command in commands], ["explain", "report", "scan"])
        with tempfile.TemporaryDirectory() as folder:
            for command in commands:
                done = subprocess.run(["sh", "-c", command.replace("pidometer", str(program.PROGRAM), 1)],
                                      cwd=folder, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(sorted(os.listdir(folder)), ["findings.jsonl", "report.html"])
            found = rows.load_rows(pathlib.Path(folder, "findings.jsonl"))
        known = {row.get("finding_id") or row["activity_id"] for row in found}
        self.assertLessEqual(set(EXPLAINED.findall(self.plain())), known)

    def test_hostile_names_and_commands(self):
        """Wide, combining and controlling characters of the evidence break no column and run nothing."""
        lines, pid = [], 2000
        for minute in range(0, 4 * 24 * 60, 10):
            day, rest = divmod(minute, 1440)
            pid += 3
            lines.append(f"Nov  {1 + day} {rest // 60:02}:{rest % 60:02}:00 web01 CRON[{pid}]: (root) CMD (job)\n")
            if minute == 5000:
                for command in ("/tmp/日本語のコマンドがとても長いので切られるはずです", "/tmp/a\u0301\u0302" * 12,
                                "/tmp/\x1b[2J\x1b]0;owned\x07"):
                    # A PID that its neighbours do not allow: a forged line.
                    lines.append(f"Nov  {1 + day} {rest // 60:02}:{rest % 60:02}:00 web01 CRON[{pid + 9000}]: "
                                 f"(root) CMD ({command})\n")
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder, "cron it's 日本\x1b[31m")
            log.write_text("".join(lines))
            for env in (UTF8, {"LC_ALL": "C", "TERM": "xterm"}):
                said, status = on_terminal("scan", "--year", "2020", "--color", "never", log, env=env)
                self.assertEqual(status, 0)
                text = said.decode()
                self.assertNotIn("\x1b", text)
                findings, _, after = text.partition("\nNext\n")
                shown = [line for line in findings.splitlines() if line.startswith("  ") and EXPLAINED.search(line)]
                self.assertGreaterEqual(len(shown), 1, text)
                for line in shown:
                    self.assertEqual(columns(line), 80, line)
                command = re.search(r"^    pidometer scan (.*) -o ", after, re.M).group(1)
                name = subprocess.run(["bash", "-c", f"printf '%s\\n' {command}"], capture_output=True,
                                      text=True).stdout
                self.assertEqual(name, f"--year\n2020\n{log}\n")

    def test_nothing_found(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder, "cron")
            log.write_text("".join(f"Nov  1 {h:02}:{m:02}:00 web01 CRON[{1000 + 6 * h + m // 10}]: (root) CMD (job)\n"
                                   for h in range(24) for m in range(0, 60, 10)))
            said, status = on_terminal("scan", "--year", "2020", log)
        self.assertEqual(status, 0)
        self.assertIn("No finding of level medium or above.", ESCAPE.sub(b"", said).decode())
        self.assertNotIn(b"pidometer explain", said)


if __name__ == "__main__":
    tap.main()
