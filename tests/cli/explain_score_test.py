#!/usr/bin/python3
"""Redoes by hand what `pidometer explain` shows: the printed numbers alone give score and score_log."""

import datetime
import gzip
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import program, rows, tap  # noqa: E402
from tests.support.score_steps import LEVELS, final_score, own_score, parts_score, score_over_log, t_tail, tail_if_known, tail_score  # noqa: E402


class Arithmetic(program.ProgramTest):
    def redo(self, row, run):
        self.assertEqual(run.status, 0, run.err)
        text = run.out.decode()
        q = {name: float(value) for name, value in re.findall(r"^ {4}(\w+) = (\S+)  ", text, re.M)}
        # from the intervals' own numbers to the sums
        means = [float(x) for x in re.findall(r"expected: (\S+) by the baseline", text)]
        handed = [int(x) for x in re.findall(r"handed out: [-+ 0-9]+ = ([0-9]+) PIDs", text)]
        for sum_, result in re.findall(r"(?:handed out|line [0-9]+): ([-+ 0-9]+) = (-?[0-9]+)", text):
            self.assertEqual(sum(int(part) for part in re.findall(r"[-+]?[0-9]+", sum_.replace(" ", ""))), int(result), sum_)
        variances = [float(x) for x in re.findall(r"by the baseline, variance ([0-9.e+-]+),", text)]
        vary = [float(x) for x in re.findall(r"of which (\S+) PIDs can vary", text)]
        self.assertEqual(len(means), q["width"])
        self.assertEqual(sum(handed), q["observed"])
        near = dict(rel=1e-5, slack=1e-3)
        self.near(sum(means), q["expected"], **near)
        self.near(sum(variances), q["variance"], **near)
        self.near(sum(vary), q["can_vary"], **near)
        self.redo_table(q, text, row)
        self.near(max(q["hours"] + q["level_rate"] * q["seconds"], -q["can_fall"]), q["level"], **near)
        # and from these on
        self.near(q["observed"] - q["expected"] - q["level"], q["R"], **near)
        variance = q["variance"]
        if "usual_variance" in q:
            variance = q["usual_variance"] * q["level_factor"] + q["foreign_variance"]
        self.near(q["spread"] * variance, q["V"], **near)
        if row["data_type"].endswith("deficit"):
            score = t_tail(-q["R"] / math.sqrt(q["V"]), q["degrees"])
        else:
            self.near(q["can_vary"] + max(-q["can_vary"] / 2, q["level"]), q["M"], **near)
            self.near(min(q["M"], q["V"]), q["m"], **near)
            score = final_score(q)
        self.near(score, row["score"], rel=2e-3, slack=2e-3)
        self.near(score_over_log(score, q["looks"]), row["score_log"], rel=2e-3, slack=2e-3)
        self.near(-q["looks"] * math.log1p(-min(0.999999, 10 ** -score)) * 30 / q["days"], q["in_month"], rel=0.02,
                  slack=0.02)
        level = sum(q["in_month"] < bound for bound in (10, 0.1, 1e-4, 1e-8))
        level = max(level, q.get("least_level", 0))
        level = min([level] + [most for name, most in q.items() if name.startswith("most_level")])
        self.assertEqual(level, q["row_level"])
        self.assertEqual(LEVELS[int(level)], row["level"])
        self.assertAlmostEqual(q["stretch_R"], row["excess_pids"], delta=0.51)
        self.redo_range(q, row)
        self.near(q["excess_low"], row["excess_low"], slack=0.51)
        self.near(q["excess_high"], row["excess_high"], slack=0.51)
        for name in ("baseline_samples", "baseline_low", "baseline_high"):
            self.assertEqual(q[name], row[name])
        return q

    def redo_range(self, q, row):
        deviations = 1.645
        if "stretch_degrees" in q:
            share = min(1, q["stretch_few"] / q["stretch_V"])
            of_few = (q["range_deviations"] - (1 - share) * 1.645) / max(share, 1e-9)
            if share > 0.01:
                self.near(t_tail(of_few, q["stretch_degrees"]), -math.log10(0.05), slack=0.01)
            deviations = q["range_deviations"]
        self.near(q["range_deviations"], deviations, slack=0.001)
        low = q["stretch_R"] - deviations * math.sqrt(q["stretch_V"])
        high = q["stretch_R"] + deviations * math.sqrt(q["stretch_V"]) + q.get("start_cost", 0)
        self.near(low, row["excess_low"], slack=0.51)
        self.near(high, row["excess_high"], slack=0.51)

    TABLED = re.compile(r"^ {2} +(> )?([0-9]+) +([0-9]+) +([0-9.]+) +(-?[0-9]+) +([0-9]+) +(-|-?[0-9]+(?: to -?[0-9]+)?)"
                        r" +(-|-?[0-9.]+) +(-|-?[0-9]+(?: to -?[0-9]+)?) +([-0-9.e+]+) +([-0-9.e+]+)$", re.M)

    def redo_table(self, q, text, row):
        """Of a window of several intervals each has a line, and their sums are those of the arithmetic."""
        lines = [match.groups() for match in self.TABLED.finditer(text)]
        self.assertEqual(len(lines), q["width"] if q["width"] > 1 else 0)
        if not lines:
            return
        [(handed, mean, over)] = re.findall(r"^ +sum +([0-9]+) +(\S+) +(\S+)$", text, re.M)
        self.assertEqual(int(handed), q["observed"])
        self.near(float(mean), q["expected"], rel=1e-5, slack=1e-3)
        self.near(float(over), q["R"] + q["level"], rel=1e-5, slack=2e-3)
        self.assertEqual(sum(int(line[4]) for line in lines), q["observed"])
        self.near(sum(float(line[3]) for line in lines), q["seconds"], slack=1e-3)
        self.near(sum(float(line[9]) for line in lines), q["expected"], rel=1e-5, slack=1e-3)
        stretch = [line for line in lines if line[0]]
        self.assertEqual(len(stretch), row["intervals"])
        for place, name in ((0, "baseline_low"), (-1, "baseline_high")):
            self.assertEqual(sum(int(line[8].split(" to ")[place]) for line in stretch if line[8] != "-"), row[name])
        # of the row's own stretch the lists stand above, and say the same
        counts = [dict((int(pids), int(times)) for pids, times in re.findall(r"([0-9]+) PIDs ([0-9]+) time", words))
                  for words in re.findall(r"^ {4}they cost: (.+)$", text, re.M)]
        for line, count in zip([line for line in stretch if line[5] != "0"], counts, strict=True):
            costs = sorted(pids for pids, times in count.items() for _ in range(times))
            self.assertEqual(len(costs), int(line[5]))
            self.assertEqual((costs[0], costs[-1]), tuple(int(line[6].split(" to ")[place]) for place in (0, -1)))
            self.assertEqual((costs[(len(costs) - 1) // 2] + costs[len(costs) // 2]) / 2, float(line[7]))

    def near(self, mine, theirs, rel=0.0, slack=0.0):
        self.assertLessEqual(abs(mine - theirs), slack + rel * abs(theirs), f"{mine} is not {theirs}")

    def test_the_scores_of_the_reference_case(self):
        found = rows.split_rows(program.run("scan", *program.ZONE, program.RAW).out.decode("ascii"))
        done = 0
        for row in found:
            if not row["data_type"].startswith("pidometer:anomaly:pid_"):
                continue
            with self.subTest(excess=row["excess_pids"]):
                self.redo(row, program.run("explain", row["finding_id"], *program.ZONE, program.RAW))
                done += 1
        self.assertGreater(done, 5)

    def test_what_a_start_of_the_daemon_cost_widens_the_range(self):
        lines, pid = [], 2000
        for tick in range(10 * 288):
            time = f"Mar {1 + tick // 288:2d} {tick % 288 // 12:02d}:{tick % 12 * 5:02d}"
            pid += 2
            lines.append(f"{time}:01 web01 CROND[{pid}]: (root) CMD (job)")
            pid += 3 + tick * 7 % 3
            if tick == 1400:
                lines.append(f"{time[:-1]}{int(time[-1]) + 1}:30 web01 crond[{pid + 60}]: (CRON) STARTUP (1.5.7)")
                pid += 400
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron.log"
            log.write_text("\n".join(lines) + "\n")
            options = ("--timezone", "UTC", "--year", "2024", log)
            found = rows.split_rows(program.run("scan", *options).out.decode("ascii"))
            excesses = [row for row in found if row["data_type"] == "pidometer:anomaly:pid_excess"]
            row = max(excesses, key=lambda row: row["score"])
            q = self.redo(row, program.run("explain", row["finding_id"], *options))
        self.assertGreater(q["start_cost"], 50)

    def redo_made_up(self, *arguments):
        """Of made-up logs; returns the names of all quantities and why levels are held low."""
        seen, reasons = set(), set()
        with tempfile.TemporaryDirectory() as folder:
            tool = program.SOURCE_ROOT / "tests" / "eval" / "make_logs.py"
            subprocess.run([sys.executable, tool, folder, *arguments], check=True)
            for log in sorted(pathlib.Path(folder).glob("*.log.gz")):
                plain = log.with_suffix("")
                plain.write_bytes(gzip.decompress(log.read_bytes()))
                meta = json.loads(log.with_suffix("").with_suffix(".truth.jsonl").read_text().splitlines()[0])
                options = ("--timezone", meta["timezone"], "--year", str(meta["year"]), plain)
                found = rows.split_rows(program.run("scan", *options).out.decode("ascii"))
                scored = [row for row in found if row["data_type"].startswith("pidometer:anomaly:pid_")]
                scored.sort(key=lambda row: row["score"])
                held = [row for row in scored if "most_level" in row]
                for row in scored[::max(1, len(scored) // 6)] + held[:2]:
                    with self.subTest(log=log.name, window=row["window_start"]):
                        q = self.redo(row, program.run("explain", row["finding_id"], *options))
                        self.assertEqual("most_level" in row, "most_level" in q)
                        if row.get("most_level_reason") in ("unknown_job", "odd_minute"):
                            tail = tail_if_known(q)
                            self.near(tail, q["tail_if_known"], rel=1e-3)
                            self.near(tail * q["shrink"] - q["price"], q["score_if_known"], rel=1e-3)
                        seen |= set(q)
                        reasons.add(row.get("most_level_reason"))
        return seen, reasons

    def test_the_scores_of_made_up_hosts(self):
        """Levels, bursts, habits, windows of many intervals."""
        seen, _ = self.redo_made_up("--seed", "1", "--scenario", "attack")
        self.assertLessEqual({"usual_variance", "burst_score", "k"}, seen, sorted(seen))

    def test_times_of_a_fraction(self):
        """rsyslog's own form has microseconds: an interval is as long as its records say."""
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron.log"
            log.write_text("".join(
                f"2026-03-{1 + i // 144:02}T{i // 6 % 24:02}:{i % 6 * 10:02}:01.{i * 7919 % 1000:03}000+00:00 web01 "
                f"CRON[{600 + 3 * i + (i >= 500) * 90}]: (root) CMD (job)\n" for i in range(5 * 144)))
            [row] = [row for row in rows.split_rows(program.run("scan", log).out.decode("ascii"))
                     if row["data_type"] == "pidometer:anomaly:pid_excess"]
            run = program.run("explain", row["finding_id"], log)
            q = self.redo(row, run)
        # from :01.581 to :01.500
        self.assertEqual(q["seconds"], 599.919)
        self.assertRegex(run.out.decode(), r"\n  Interval 1, 599\.919 s\n")

    def test_an_activity_of_several_windows(self):
        """Its findings' windows, interval by interval, and from these to its sum."""
        pids = [600]
        for i in range(1, 12 * 144):
            pids.append(pids[-1] + 3 + (200 if 700 <= i < 709 and i % 3 == 0 else 0))
        with tempfile.TemporaryDirectory() as folder:
            log = self.log_of(folder, pids, {})
            found = rows.split_rows(program.run("scan", log).out.decode("ascii"))
            [activity] = [row for row in found if row["data_type"] == "pidometer:activity"]
            text = program.run("explain", activity["activity_id"], log).out.decode()
        [own] = [part for part in text.split("\n[") if "R_1 = " in part]
        q = {name: float(value) for name, value in re.findall(r"^ {4}(\w+) = (\S+)  ", own, re.M)}
        lines = [match.groups() for match in self.TABLED.finditer(own)]
        [(handed, mean, _)] = re.findall(r"^ +sum +([0-9]+) +(\S+) +(\S+)$", own, re.M)
        self.assertGreater(len(activity["parts"]), 1)
        self.assertEqual(sum(int(line[4]) for line in lines), int(handed))
        for n in range(1, 1 + len(activity["parts"])):
            of_part = [line for line in lines if int(line[1]) == n]
            self.assertEqual(sum(int(line[4]) for line in of_part), q[f"observed_{n}"])
            self.near(sum(float(line[9]) for line in of_part), q[f"expected_{n}"], rel=1e-5, slack=1e-3)
            self.near(q[f"observed_{n}"] - q[f"expected_{n}"] - q[f"level_{n}"], q[f"R_{n}"], rel=1e-5, slack=1e-3)
        self.near(sum(q[f"R_{n}"] for n in range(1, 1 + len(activity["parts"]))), activity["excess_pids"], slack=0.51)

    def log_of(self, folder, pids, lines):
        """A line of a job every ten minutes with these PIDs, and other lines by their places."""
        log = pathlib.Path(folder) / "cron.log"
        log.write_text("".join(
            lines.get(i, "") + f"2026-03-{1 + i // 144:02}T{i // 6 % 24:02}:{i % 6 * 10:02}:01+00:00 web01 CRON[{pid}]: (root) CMD (job)\n"
            for i, pid in enumerate(pids)))
        return log

    def test_an_interval_in_which_the_counter_wrapped(self):
        pids = [600]
        for i in range(1, 5 * 144):
            pid = pids[-1] + 400 + i % 3 + (1500 if i == 500 else 0)
            pids.append(pid if pid < 32768 else pid - 32768 + 300)
        with tempfile.TemporaryDirectory() as folder:
            log = self.log_of(folder, pids, {})
            [row] = [row for row in rows.split_rows(program.run("scan", log).out.decode("ascii"))
                     if row["data_type"] == "pidometer:anomaly:pid_excess" and row["excess_pids"] > 1000]
            run = program.run("explain", row["finding_id"], log)
            self.redo(row, run)
            text = run.out.decode()
            self.assertRegex(text, r"line [0-9]+: [0-9]+ \+ 32768 - 300 - [0-9]+ = 40[0-9]\n")

    def test_what_was_handed_out_beyond_the_cost_of_a_gap(self):
        """An hour that a late line made longer: what a minute may cost is known from few, the hour is not."""
        draw = random.Random(1)
        pid, lines = 900, []
        start = datetime.datetime(2026, 3, 2, 0, 1, 1)
        for hour in range(14 * 24):
            late = datetime.timedelta(seconds=75 if hour == 246 else 0)
            pid += 300 if hour == 246 else 0
            lines.append(f"{(start + datetime.timedelta(hours=hour) + late).isoformat()}+00:00 web01 CRON[{pid}]: (root) CMD (job)\n")
            pid += 3 + sum(draw.random() < 0.3 for _ in range(600))
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron.log"
            log.write_text("".join(lines))
            [row] = [row for row in rows.split_rows(program.run("scan", log).out.decode("ascii"))
                     if row["data_type"] == "pidometer:anomaly:record_gap"]
            self.assertEqual(row["level"], "medium")
            run = program.run("explain", row["finding_id"], log)
        self.assertEqual(run.status, 0, run.err)
        q = {name: float(value) for name, value in re.findall(r"^ {4}(\w+) = (\S+)  ", run.out.decode(), re.M)}
        near = dict(rel=1e-4, slack=1e-3)
        self.near(q["observed"] - q["scheduled"], q["R"], **near)
        self.near(q["noise"] ** 2, q["V"], **near)
        self.near(q["V"] - q["few_variance"], q["rest_variance"], **near)
        self.near(q["M"] * q["rest_variance"] / q["V"], q["rest_mean"], **near)
        bursty = min(1, (q["V"] / q["M"] - 1.5) / 1.5) if "count_share" in q else 0
        for mine, theirs in zip(parts_score(q, q["R"], bursty, q["few_share"]),
                                (q["known_score"], q["few_score"], q["parts_score"])):
            self.near(mine, theirs, **near)
        self.assertGreater(q["parts_score"], t_tail(q["R"] / math.sqrt(q["V"]), q["degrees"]) + 0.5)
        self.near(own_score(q, q["R"]), row["score"], rel=2e-3, slack=2e-3)
        self.near(score_over_log(own_score(q, q["R"]), q["looks"]), row["score_log"], rel=2e-3, slack=2e-3)
        self.assertEqual(sum(q["in_month"] < bound for bound in (10, 0.1, 1e-4, 1e-8)), q["least_level"])
        self.assertEqual(q["row_level"], LEVELS.index(row["level"]))

    def test_a_line_put_into_the_midst_of_work(self):
        """Two halves of an hour, of which nobody knows what they cost, and which cost no more than two hours."""
        draw = random.Random(2)
        pid, lines = 900, []
        start = datetime.datetime(2026, 3, 2, 0, 17, 1)
        for hour in range(6 * 24):
            time = start + datetime.timedelta(hours=hour)
            lines.append(f"{time.isoformat()}+00:00 web01 CRON[{pid}]: (root) CMD (job)\n")
            pid += 8 + sum(draw.random() < 0.5 for _ in range(600))
            if hour == 80:
                time += datetime.timedelta(minutes=22, seconds=45)
                lines.append(f"{time.isoformat()}+00:00 web01 CRON[{pid + 60}]: (root) CMD (job)\n")
                pid += 480
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "cron.log"
            log.write_text("".join(lines))
            found = [row for row in rows.split_rows(program.run("scan", log).out.decode("ascii"))
                     if row["data_type"] == "pidometer:anomaly:pid_excess" and row["level"] in LEVELS[2:]]
            self.assertGreater(len(found), 0)
            for row in found:
                q = self.redo(row, program.run("explain", row["finding_id"], log))
                self.assertGreater(q["most_score"], max(q["t_score"], q.get("parts_score", 0)))

    def test_a_level_that_something_bounds_says_what(self):
        """The daemon's start, where the host may have been booted; the same work without it is an alarm."""
        pids = [600 + 3 * i + (1000 if i >= 500 else 0) for i in range(5 * 144)]
        start = "2026-03-04T11:15:01+00:00 web01 cron[2200]: (CRON) STARTUP (fork ok)\n"
        for name, lines, known, level, words in (
                ("plain", {}, None, "critical", ""),
                ("boot", {500: start}, None, "low",
                 "most_level_by_boot = 1  low at most: the host may have been booted in it, and its counter have come as far again"),
                ("known", {}, "begin,end,reason\n2026-03-04T11:00:00Z,2026-03-04T12:00:00Z,upgrade\n", "high",
                 "known = 1  levels lower: it lies wholly in work that is known (--known)")):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                log = self.log_of(folder, pids, lines)
                arguments = [log]
                if known:
                    (pathlib.Path(folder) / "known.csv").write_text(known)
                    arguments += ["--known", pathlib.Path(folder) / "known.csv"]
                [row] = [row for row in rows.split_rows(program.run("scan", *arguments).out.decode("ascii"))
                         if row["data_type"] == "pidometer:anomaly:pid_excess" and row["excess_pids"] > 500]
                self.assertEqual(row["level"], level)
                run = program.run("explain", row["finding_id"], *arguments)
                self.assertIn(words, run.out.decode())
                self.assertIn(f"row_level = {LEVELS.index(level)}  ", run.out.decode())
                if not known:
                    self.redo(row, run)

    def test_a_known_job_at_a_minute_of_its_own(self):
        """A daily job that sleeps before it works, and a line of it beside work on one afternoon: 400 PIDs, or as many as
        it costs; at once, or behind the next line."""
        for work, later, level in ((400, False, "medium"), (400, True, "high"), (110, False, "low"), (110, True, "low")):
            draw = random.Random(3)
            pid, lines = 900, []
            start = datetime.datetime(2026, 3, 2)

            def write(time, job):
                lines.append(f"{time.isoformat()}+00:00 web01 CRON[{pid}]: (root) CMD ({job})\n")
            for ten in range(21 * 144):
                time = start + datetime.timedelta(minutes=10 * ten, seconds=1)
                if ten % 144 == 38:
                    spends = ten + draw.randrange(3)
                write(time, "sa1")
                pid += 3 + sum(draw.random() < 0.01 for _ in range(100))
                if ten % 144 == 38:
                    write(time + datetime.timedelta(minutes=5), "cron.daily")
                    pid += 3
                if 38 <= ten % 144 < 41 and ten == spends:
                    pid += draw.randint(77, 142)
                if ten == 14 * 144 + 83:
                    write(time + datetime.timedelta(minutes=4, seconds=11), "cron.daily")
                    pid += 1
                if ten == 14 * 144 + 83 + later:
                    pid += work
            with self.subTest(work=work, later=later), tempfile.TemporaryDirectory() as folder:
                log = pathlib.Path(folder) / "cron.log"
                log.write_text("".join(lines))
                found = [row for row in rows.split_rows(program.run("scan", log).out.decode("ascii"))
                         if row["data_type"] == "pidometer:anomaly:pid_excess" and row["window_start"].startswith("2026-03-16T1")]
                [row] = [row for row in found if row["level"] in LEVELS[1:]]
                run = program.run("explain", row["finding_id"], log)
                q = self.redo(row, run)
                text = run.out.decode()
            self.assertGreaterEqual(LEVELS.index(row["level"]), LEVELS.index(level))
            self.assertEqual(row.get("most_level_reason"), "odd_minute" if level == "low" else None)
            if later:
                self.assertTrue({"spill_dearest", "total_dearest"} & set(q))
                continue
            # where what is expected comes from
            [own] = [part for part in re.split(r"\n  Interval ", text) if " beyond = " in part.split("The arithmetic")[0]]
            self.assertIn("comparable: 0 other runs of the rarest of its jobs that stand alone as this one does, and 21 in ticks", own)
            [fit, cost, rate, length, each, more] = map(float, re.search(
                r"fit = (\S+): (\S+) \(root cron\.daily; runs elsewhere: 21\) "
                r"\+ (\S+) \* (\S+) half minutes \+ (\S+) \* (\S+) more", own).groups())
            self.near(cost + rate * length + each * more, fit, rel=1e-5, slack=1e-5)
            at_most, mean = (float(re.search(rf" {name} = (\S+):", own)[1]) for name in ("at_most", "mean"))
            self.near(max(1, min(fit, at_most)), mean, rel=1e-5)
            expected, variance = map(float, re.search(r"expected: (\S+) by the baseline, variance (\S+),", own).groups())
            self.near(mean, expected, rel=1e-5)
            vary, guess = map(float, re.search(r"variance = \S+: \((\S+), .*mean, (\S+)\)\^2\)", own).groups())
            self.near(vary + min(max(0, at_most - mean), guess) ** 2, variance, rel=1e-4)
            [beyond, dearest] = map(float, re.search(r" beyond = (\S+): 1\.5 \* (\S+) - mean", own).groups())
            self.near(max(0, 1.5 * dearest - mean), beyond, rel=1e-5)
            self.near(beyond, q["beyond"], rel=1e-5)

    def test_the_scores_of_short_logs(self):
        """Jobs of one run, quiet hours, and windows that hold what is little known."""
        seen, reasons = self.redo_made_up("--seed", "109", "--draws", "9", "--family", "busy_by_day", "--scenario",
                                          "quiet", "--days", "1")
        self.assertLessEqual({"few_share", "score_if_known"}, seen, sorted(seen))
        self.assertLessEqual({"unknown_job", "running_job"}, reasons, reasons)
        _, reasons = self.redo_made_up("--seed", "605", "--draws", "2", "--family", "alma9", "--scenario", "quiet", "--days", "1")
        self.assertIn("quiet_hour", reasons)


if __name__ == "__main__":
    tap.main()
