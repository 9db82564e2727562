#!/usr/bin/env python3
"""Makes logs of made-up hosts with ground truth: NAME.log.gz and NAME.truth.jsonl.

    make_logs.py FOLDER [--seed N] [--draws N] [--family NAME]... [--scenario NAME]... [--days N]

The first row of truth is the log's (kind meta: name, host, timezone, year, pid_max, lines, first, last);
then one row an activity, reboot, clock_step, deleted_lines, forged_line, or other (what is no finding
and no false alarm). Times are UTC. `last` is the modification time that the file should have: later
than the last line where the end was trimmed. The same seed gives the same bytes.
Standard library only; zones need the system's time zone database.
"""

import argparse
import datetime
import gzip
import json
import pathlib
import random as randomness
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.eval import intruder, tampering  # noqa: E402
from tests.eval.families import DAYS, FAMILIES, MORE_FAMILIES  # noqa: E402
from tests.eval.machine import DAY, Machine, render  # noqa: E402

SCENARIOS = ("quiet", "attack", "tamper", "clock")


def text_of(time):
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def bounds(lines, row):
    """The records around an activity."""
    shown = [line.shown for line in lines if line.event == "CMD"]
    before = [t for t in shown if t <= row["start"]]
    after = [t for t in shown if t >= row["end"]]
    row["bound_start"] = max(before, default=shown[0])
    row["bound_end"] = min(after, default=shown[-1])


def make(family, scenario, seed, days=None):
    """(host, clock, lines, rows of truth) of one log."""
    random = randomness.Random(f"{family} {scenario} {seed}")
    host = (FAMILIES | MORE_FAMILIES)[family](random)
    days = days or DAYS[family]
    start = datetime.datetime(random.randint(2003, 2025), random.randint(1, 12), random.randint(1, 28),
                              tzinfo=datetime.timezone.utc).timestamp()
    middle = start + days * DAY * random.uniform(0.45, 0.6)
    steps = tampering.clock_steps(random, middle) if scenario == "clock" else ()
    machine = Machine(random, host, start, days, steps)
    truth = []
    if scenario in ("attack", "tamper"):
        truth += tampering.reboot(random, machine, start + days * DAY * random.uniform(0.2, 0.4),
                                  random.random() < 0.5)
    if scenario == "clock":
        truth += tampering.step_rows(machine.clock)
        truth += tampering.suspend(random, machine, start + days * DAY * 0.85)
    if scenario != "quiet":
        count = {"attack": max(4, min(10, days // 3)), "tamper": 2, "clock": 1}[scenario]
        truth += intruder.attacks(random, machine, count, start + days * DAY * 0.15, start + days * DAY * 0.95)
        for row in truth:
            if row["kind"] == "activity":
                row["start"], row["end"] = machine.clock.shown(row["start"]), machine.clock.shown(row["end"])
    lines = machine.run()
    last = lines[-1].shown
    for row in truth:
        if row["kind"] == "activity":
            bounds(lines, row)
    if scenario == "tamper":
        for k, (name, edit) in enumerate(tampering.EDITS.items()):
            lines, rows = edit(random, lines, start + days * DAY * (0.5 + 0.09 * k))
            truth += rows
    return host, machine.clock, lines, truth, last


def write(folder, name, host, clock, lines, truth, last):
    data = "".join(render(line, host, clock) + "\n" for line in lines).encode()
    (folder / f"{name}.log.gz").write_bytes(gzip.compress(data, mtime=0))
    meta = {"kind": "meta", "name": name, "host": host.name, "dialect": host.dialect, "timezone": host.zone,
            "year": datetime.datetime.fromtimestamp(last, clock.zone).year, "pid_max": host.pid_max,
            "lines": len(lines), "first": text_of(lines[0].shown), "last": text_of(last)}
    for row in truth:
        for key in ("start", "end", "bound_start", "bound_end"):
            if key in row:
                row[key] = text_of(row[key])
    rows = [meta] + sorted(truth, key=lambda row: row["start"])
    (folder / f"{name}.truth.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--family", action="append", choices=sorted(FAMILIES | MORE_FAMILIES))
    parser.add_argument("--scenario", action="append", choices=SCENARIOS)
    parser.add_argument("--days", type=int)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for draw in range(options.draws):
        for family in options.family or FAMILIES:
            for scenario in options.scenario or SCENARIOS:
                name = f"{family}-{scenario}-{options.seed + draw}"
                made = make(family, scenario, options.seed + draw, options.days)
                write(options.folder, name, *made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
