#!/usr/bin/env python3
"""Measures how often windows of quiet logs reach a score, against what the score states.

    calibrate.py --tool BUILD/tests/eval/window_scores [--real FOLDER] [--weeks N] [--seed N]
                 [--doc docs/pid_clock.md]

Simulated: so many host-weeks of each host (2,000 by default), in logs of four weeks. FOLDER holds logs with
ground truth (NAME.log.gz, NAME.truth.jsonl): windows within an hour of anything in the truth do not count.
Prints a table in Markdown, or writes it between the marks `<!-- calibration -->` and
`<!-- /calibration -->` of the document. Standard library only.

A cell is the rate of windows of that width with at least that score, over the rate that the score states
(10^-score): 1 would be exact, less is careful; behind it how many there were. Windows of one interval are
side by side; of more, the best of those that overlap counts, which is what the price of a width is for.
"""

import argparse
import concurrent.futures
import datetime
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

LOG_WEEKS = 4
WIDTHS = (1, 4, 16)
SCORES = (2, 3, 4)
HOUR = 3600


def seconds(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def run(tool, *arguments):
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def add(total, lines):
    """Sums the counts of several logs by width."""
    for row in map(json.loads, lines):
        sums = total.setdefault(row["width"], {"windows": 0, "chosen": [0] * len(row["chosen"])})
        sums["windows"] += row["windows"]
        sums["chosen"] = [a + b for a, b in zip(sums["chosen"], row["chosen"])]
    return total


def simulated(options, host):
    """In two processes at most."""
    logs = options.weeks // LOG_WEEKS
    parts = ((logs + 1) // 2, options.seed), (logs // 2, options.seed + 1)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        total = {}
        for lines in pool.map(lambda p: run(options.tool, "simulate", host, p[0], LOG_WEEKS, p[1]), parts):
            add(total, lines)
    return total


def quiet_part(options, truth_path):
    meta, *truth = map(json.loads, truth_path.read_text().splitlines())
    stretches = []
    for row in truth:
        stretches += [seconds(row["start"]) - HOUR, seconds(row["end"]) + HOUR]
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        with gzip.open(truth_path.with_name(meta["name"] + ".log.gz")) as packed:
            log.write(packed.read())
        log.flush()
        zone = f"/usr/share/zoneinfo/{meta.get('timezone', 'UTC')}"
        return run(options.tool, "log", log.name, zone, seconds(meta["last"]), *stretches)


def cell(row, width, score):
    if width not in row:
        return "–"
    count, windows = row[width]["chosen"][score - 1], row[width]["windows"]
    return f"{count / windows * 10 ** score:.2f} ({count})"


def table(rows):
    head = ["host", "intervals"]
    head += [f"≥ {score}{'' if width == 1 else f', {width} wide'}" for width in WIDTHS for score in SCORES]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for name, row in rows:
        cells = [name, f"{row[1]['windows']:,}"]
        cells += [cell(row, width, score) for width in WIDTHS for score in SCORES]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write(document, text):
    start, end = "<!-- calibration -->", "<!-- /calibration -->"
    before, rest = document.read_text().split(start)
    document.write_text(before + start + "\n\n" + text + "\n\n" + end + rest.split(end)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--real", type=pathlib.Path)
    parser.add_argument("--weeks", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--doc", type=pathlib.Path)
    options = parser.parse_args()
    rows = [(host, simulated(options, host)) for host in run(options.tool, "hosts")]
    if options.real:
        by_host = {}
        for path in sorted(options.real.glob("*.truth.jsonl")):
            host = json.loads(path.open().readline())["host"]
            add(by_host.setdefault(host, {}), quiet_part(options, path))
        rows += [(f"{host}, quiet parts", row) for host, row in by_host.items()]
    text = table(rows)
    if options.doc:
        write(options.doc, text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
