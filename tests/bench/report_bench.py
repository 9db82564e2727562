#!/usr/bin/python3
"""Measures the report of a large log: its size, and how long a browser takes to open it and to zoom.

    report_bench.py [--tool build/cli/pidometer] [--bytes N] [--noise N] [--runs N]

The log is big_log.py's; with --noise each line's PID is moved on by up to N more at random, as on a host that does work
of its own, which packs less well. Prints medians: seconds of CPU of the report, its bytes, milliseconds in headless
Chromium from navigation until the report is drawn, and of a click on a zoom button until two frames later. No figure is
asserted.
"""
import argparse
import pathlib
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import browser  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CLICK = """
const done = arguments[0];
const start = performance.now();
document.querySelector('[data-view=' + arguments[1] + ']').click();
requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
""".replace("arguments[0]", "arguments[arguments.length - 1]").replace("arguments[1]", "arguments[0]")


def add_noise(log, noise):
    rng = random.Random(7)
    more = 0

    def moved(match):
        nonlocal more
        more += rng.randrange(noise + 1)
        pid = int(match.group(1)) + more
        while pid > 32767:
            pid -= 32768 - 300
        return b"[%d]:" % pid

    lines = log.read_bytes().split(b"\n")
    log.write_bytes(b"\n".join(re.sub(rb"\[(\d+)\]:", moved, line, count=1) for line in lines))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", default="build/cli/pidometer")
    parser.add_argument("--bytes", type=int, default=100_000_000)
    parser.add_argument("--noise", type=int, default=0)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "cron"
        subprocess.run([sys.executable, HERE / "big_log.py", log, "--bytes", str(arguments.bytes)], check=True)
        if arguments.noise:
            add_noise(log, arguments.noise)
        report = pathlib.Path(folder) / "report.html"
        times = []
        for _ in range(arguments.runs):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([arguments.tool, "report", "-q", "--force", "--timezone", "UTC", "--year", "2025", "-o", report, log],
                           check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        print(f"report: {statistics.median(times):.2f} s of CPU, {report.stat().st_size:,} bytes")
        opened, zooms = [], []
        for _ in range(arguments.runs):
            driver = browser.start()
            browser.open_report(driver, report)
            opened.append(float(driver.execute_script("return Number(document.documentElement.dataset.milliseconds)")))
            for view in ("in", "in", "in", "later", "out", "all"):
                zooms.append(driver.execute_async_script(CLICK, view))
            driver.quit()
        print(f"opened in {statistics.median(opened):.0f} ms, zoomed in {statistics.median(zooms):.0f} ms "
              f"(slowest {max(zooms):.0f} ms)")


if __name__ == "__main__":
    main()
