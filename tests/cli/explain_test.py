#!/usr/bin/python3
"""What `pidometer explain` shows of one finding: enough to redo it by hand."""

import datetime
import math
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, rows, tap  # noqa: E402


class Explain(program.ProgramTest):
    def setUp(self):
        super().setUp()
        run = program.run("scan", *program.ZONE, program.RAW)
        self.found = rows.split_rows(run.out.decode("ascii"))

    def explain(self, finding, *arguments):
        return program.run("explain", finding, *program.ZONE, *(arguments or (program.RAW,)))

    def of(self, excess):
        row, = [row for row in self.found if row.get("excess_pids") == excess and "finding_id" in row]
        return row

    def test_the_mean_of_an_interval_can_be_redone(self):
        """From the comparable intervals that are listed, and those of the other minutes of the hour."""
        for excess in (842, 42, 22, 5):
            with self.subTest(excess):
                text = self.explain(self.of(excess)["finding_id"]).out.decode()
                q = {name: float(value) for name, value in re.findall(r"^ {6}(\w+) = (\S+): ", text, re.M)}
                costs = [int(cost) for cost in re.findall(r"line [0-9]+: [0-9]+ - [0-9]+ = ([0-9]+)\n", text)]
                own = int(re.search(r"^    handed out: \d+ - \d+ = (\d+) PIDs", text, re.M).group(1))
                # Without what is far out, as it says.
                used = int(re.search(r"minute_mean = \S+: of the (\d+) ", text).group(1))
                core = sorted(costs + [own])[:used]
                self.assertAlmostEqual(q["minute_mean"], sum(core) / used, places=5)
                squares = sum((cost - q["minute_mean"]) ** 2 for cost in core)
                pooled = float(re.search(r"\+ 10 \* (\S+), the variance within", text).group(1))
                self.assertAlmostEqual(q["s2"], (squares + 10 * pooled) / (used - 1 + 10), places=5)
                self.assertAlmostEqual(q["standard_error"], (max(q["s2"], 0.5 / used) / used) ** 0.5, places=5)
                shift = q["minute_mean"] - q["group_mean"]
                self.assertAlmostEqual(q["share"], max(0, 1 - q["standard_error"] ** 2 / shift ** 2), places=3)
                self.assertAlmostEqual(q["mean"], q["group_mean"] + q["share"] * shift, places=5)
                mean, variance, vary = map(float, re.search(
                    r"expected: (\S+) by the baseline, variance (\S+), of which (\S+) PIDs can vary", text).groups())
                self.assertAlmostEqual(q["mean"], mean, places=4)
                self.assertAlmostEqual(q["can_vary"], vary, places=4)
                least, skewed = re.search(r"mean - (\d+) \(the least of them\), min\(variance, 0.3\) and, by the log's skewness, (\S+) \*", text).groups()
                self.assertAlmostEqual(vary, max(mean - int(least), min(variance, 0.3), min(mean, float(skewed) * variance)), places=4)

    def test_an_id_may_be_typed_off_in_capitals(self):
        finding = self.of(842)["finding_id"]
        self.assertNotEqual(finding, finding.upper())
        run = self.explain(finding.upper())
        self.assertEqual((run.status, run.out), (0, self.explain(finding).out), run.err)

    def test_the_arithmetic_of_an_excess(self):
        row = self.of(842)
        run = self.explain(row["finding_id"])
        self.assertEqual(run.status, 0, run.err)
        text = run.out.decode()
        self.assertIn(row["message"], text)
        self.assertIn(f"handed out: {row['last_pid']} - {row['first_pid']} = {row['observed_pids']} PIDs", text)
        # every comparable interval with both of its lines, and their subtraction is right
        compared = re.findall(r"line [0-9]+: ([0-9]+) - ([0-9]+) = ([0-9]+)\n {8}(.+)\n {8}(.+)\n", text)
        self.assertEqual(len(compared), row["baseline_samples"] - 1)
        self.assertIn(f"comparable: {len(compared)} other intervals", text)
        for last, first, advance, first_line, last_line in compared:
            self.assertEqual(int(last) - int(first), int(advance))
            self.assertIn(f"-{first})", first_line)
            self.assertIn(f"-{last})", last_line)
        costs = dict(re.findall(r"([0-9]+) PIDs ([0-9]+) times?", text))
        self.assertEqual(sum(map(int, costs.values())), len(compared))
        score, = re.findall(r"^ {4}score = (\S+)  ", text, re.M)
        self.assertAlmostEqual(float(score), row["score"], places=2)

    def test_an_empty_id_is_no_finding(self):
        run = self.explain("")
        self.assertEqual(run.status, 2)
        self.assertEqual(run.out, b"")
        self.assertIn("FINDING_ID", run.err)
        self.assertIn("empty", run.err)

    def test_no_number_is_minus_nought(self):
        for row in self.found:
            if "finding_id" in row:
                self.assertNotRegex(self.explain(row["finding_id"]).out.decode(), r"= -0  ")

    def test_says_where_the_score_is_a_bound(self):
        """842 on a host that spends 2: the exact chance is below 1e-200."""
        text = self.explain(self.of(842)["finding_id"]).out.decode()
        q = {name: float(value) for name, value in re.findall(r"^ {4}(\w+) = (\S+)  ", text, re.M)}
        self.assertGreater(q["count_score"], 200)
        self.assertRegex(text, r"count_score = \S+  Chernoff's bound, since P\(X >= m \+ R\)")
        self.assertIn("this small or smaller", text)
        x, m, k = q["m"] + q["R"], q["m"], q.get("k", 0)
        rest = (x + k) * math.log((x + k) / (m + k)) if k else q["R"]
        self.assertAlmostEqual((x * math.log(x / m) - rest) / math.log(10), q["count_score"], delta=1e-5 * q["count_score"])
        text = self.explain(self.of(18)["finding_id"]).out.decode()
        self.assertRegex(text, r"count_score = \S+  -log10 P\(X >= m \+ R\)")

    def test_each_finding_can_be_explained(self):
        for row in self.found:
            finding = row.get("finding_id", row.get("activity_id"))
            with self.subTest(row["data_type"], finding=finding):
                run = self.explain(finding)
                self.assertEqual(run.status, 0, run.err)
                text = run.out.decode()
                self.assertTrue(text.startswith("["), text)
                # an activity with its findings, of others the one that was asked for
                more = len(row["parts"]) if row["data_type"] == "pidometer:activity" else 0
                self.assertEqual(text.count("\n["), more)
                self.assertEqual(text.count("How it was reckoned"), 1 + more)
                self.assertIn("The arithmetic, step by step", text)
                if row["data_type"] != "pidometer:activity":
                    self.assertIn("> ", text)
                    self.assertIn(row["first_record"], text)
                    self.assertIn(row["last_record"], text)

    def test_an_activity_shows_its_findings_and_their_sum(self):
        activity, *_ = [row for row in self.found if row["data_type"] == "pidometer:activity"]
        text = self.explain(activity["activity_id"]).out.decode()
        own, = [part for part in text.split("\n[") if "R_1 = " in part]
        steps = dict(re.findall(r"^ {4}(\w+) = (\S+)  ", own, re.M))
        parts = [float(value) for name, value in steps.items() if re.fullmatch("R_[0-9]+", name)]
        self.assertEqual(len(parts), len(activity["parts"]))
        self.assertAlmostEqual(sum(parts), activity["excess_pids"], delta=0.6)
        self.assertAlmostEqual(float(steps["excess_low"]), activity["excess_low"], delta=0.6)

    def test_the_same_in_whatever_container(self):
        finding = self.of(842)["finding_id"]
        raw, e01 = self.explain(finding), self.explain(finding, program.E01)
        self.assertEqual(e01.out, raw.out)

    def gap_of(self, lines, *arguments):
        """(rows of the log, its gap's row, what explain prints of that, the numbers in it by name)"""
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron"
            log.write_text("\n".join(lines) + "\n")
            found = rows.split_rows(program.run("scan", *arguments, log).out.decode())
            gap, = [row for row in found if row["data_type"] == "pidometer:anomaly:record_gap"]
            run = program.run("explain", gap["finding_id"], *arguments, log)
        self.assertEqual(run.status, 0, run.err)
        text = run.out.decode()
        return found, gap, text, {name: float(v) for name, v in re.findall(r"^ {4}(\w+) = (\S+)  ", text, re.M)}

    def test_a_gap_shows_what_its_cause_was_told_from(self):
        start, pid, lines = datetime.datetime(2024, 3, 4), 9000, []
        for tick in range(6 * 24 * 8):
            time = start + datetime.timedelta(minutes=10 * tick)
            pid += 5
            if not 700 <= tick < 712:
                lines.append(f"{time:%b %e %H:%M:%S} web01 CROND[{pid}]: (root) CMD (/usr/lib64/sa/sa1)")
        _, gap, _, q = self.gap_of(lines, "--timezone", "UTC", "--year", "2024")
        self.assertEqual(q["observed"], gap["observed_pids"])
        self.assertEqual(gap["cause"], "records_removed")
        self.assertAlmostEqual(q["intervals"] + q["level"] + q["elsewhere"], q["scheduled"], places=5)
        self.assertAlmostEqual(q["background"] + q["jobs"], q["scheduled"], places=5)
        self.assertAlmostEqual(q["background"] - q["first"], q["beyond_rate"], places=5)
        self.assertAlmostEqual(q["observed"] - q["first"], q["spent"], places=5)
        self.assertAlmostEqual(4 * math.hypot(q["noise"], 0.1 * q["beyond_rate"]), q["clear"], places=4)
        self.assertGreaterEqual(q["jobs"], q["clear"])
        self.assertGreater(q["spent"], q["beyond_rate"] + q["jobs"] / 2)
        jobs, off = q["scheduled"] - q["first"], max(1, q["noise"], abs(q["observed"] - q["scheduled"]))
        self.assertAlmostEqual(math.log((jobs + off) / (jobs - off)) / math.log(10000), q["burst_chance"], places=4)
        self.assertLessEqual(q["burst_chance"], 0.05)

    def test_a_line_that_is_missing_beside_others(self):
        start, pid, lines = datetime.datetime(2024, 3, 4), 9000, []
        for tick in range(6 * 24 * 8):
            time = start + datetime.timedelta(minutes=10 * tick)
            for job, cost in (("sa1", 3), ("report", 7), ("sync", 5))[:1 if tick % 6 else 3]:
                if (tick, job) != (702, "sync"):
                    lines.append(f"{time:%b %e %H:%M:%S} web01 CROND[{pid + 1}]: (root) CMD (/opt/{job})")
                pid += cost
        found, row, _, q = self.gap_of(lines, "--timezone", "UTC", "--year", "2024")
        self.assertEqual(found, [row])
        self.assertEqual((row["cause"], row["level"]), ("records_removed", "low"))
        self.assertEqual((row["missing_command"], row["missing_records"], row["observed_pids"]), ("/opt/sync", 1, 15))
        self.assertGreaterEqual(row["missing_seen"], 32)
        self.assertEqual((q["observed"], q["seen"]), (row["observed_pids"], row["missing_seen"]))
        self.assertAlmostEqual(max((q["with_job"] + q["without_job"]) / 2, q["without_job"] + 4 * q["noise"]),
                               q["least"], places=4)
        self.assertAlmostEqual(q["with_job"] + 2 * q["noise"], q["most"], places=4)
        self.assertTrue(q["least"] <= q["observed"] <= q["most"])

    def test_what_is_assumed_where_the_clock_was_set(self):
        start, pid, lines = datetime.datetime(2024, 3, 4), 9000, []
        for tick in range(6 * 24 * 8):
            time = start + datetime.timedelta(minutes=10 * tick)
            if 700 <= tick < 712:
                time += datetime.timedelta(days=1)
            pid += 505 if tick == 712 else 5
            lines.append(f"{time:%Y-%m-%dT%H:%M:%S}+00:00 web01 CROND[{pid}]: (root) CMD (/usr/lib64/sa/sa1)")
        _, gap, text, q = self.gap_of(lines)
        self.assertIn("where the clock was set, which is taken to have lasted 10 min", gap["message"])
        self.assertEqual((gap["missing_records"], gap["observed_pids"]), (0, 505))
        self.assertRegex(text, r"seconds = 600  +assumed, the clock was set")
        self.assertEqual(q["observed"], gap["observed_pids"])
        self.assertAlmostEqual(q["intervals"] + q["level"] + q["elsewhere"], q["scheduled"], places=5)
        self.assertAlmostEqual(q["observed"] - q["scheduled"], q["surplus"], places=5)
        self.assertAlmostEqual(q["surplus"], gap["excess_pids"], delta=0.6)

    def test_an_id_that_is_not_there(self):
        run = self.explain("0123456789abcdef")
        self.assertEqual((run.status, run.out), (1, b""))
        self.assertIn("no finding has the id 0123456789abcdef", run.err)

    def test_arguments(self):
        for arguments in ((), ("0123456789abcdef",)):
            run = program.run("explain", *arguments)
            self.assertEqual(run.status, 2, run.err)
            self.assertIn("pidometer", run.err)

    def test_a_log_without_findings(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron"
            log.write_text("Nov  8 14:50:00 web01 CROND[2441]: (root) CMD (a)\n")
            run = self.explain("0123456789abcdef", log)
            self.assertEqual(run.status, 1, run.err)


if __name__ == "__main__":
    tap.main()
