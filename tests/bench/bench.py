#!/usr/bin/python3
"""Measures the program beside the one-liner that an examiner would use instead.

    bench.py [--tool build/cli/pidometer] [--runs N] [--bytes N]

Runs both commands in turn, A B A B ..., and prints the median of wall and CPU seconds, the largest peak memory of a
run, and the median of the ratios pair by pair: these machines are noisy, a ratio within one run is not. No
figure is asserted.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

MAWK = ["mawk", "-F[][]", "{d=$2-p;p=$2;if(d>100||d<0)n++}END{print n}"]


def run(command):
    """Wall seconds, CPU seconds and peak memory in MB of one finished process."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def row(name, samples):
    wall, cpu, memory = zip(*samples)
    print(f"{name:<12} wall {statistics.median(wall):6.3f} s   cpu {statistics.median(cpu):6.3f} s   "
          f"peak {max(memory):7.1f} MB")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=os.path.join(here, "../../build/cli/pidometer"))
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--bytes", type=int, default=100_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "cron")
        subprocess.run([sys.executable, os.path.join(here, "big_log.py"), log, "--bytes",
                        str(options.bytes)], check=True)
        with open(log, "rb") as file:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
        print(f"loose log: {os.path.getsize(log):,} bytes, {lines:,} lines; {options.runs} runs each")
        ours = [options.tool, "scan", "--timezone", "UTC", "--quiet", log]
        theirs = MAWK + [log]
        run(ours), run(theirs)  # the page cache and the disk are not what is measured
        pairs = [(run(ours), run(theirs)) for _ in range(options.runs)]
        row("pidometer", [a for a, _ in pairs])
        row("mawk", [b for _, b in pairs])
        for index, what in enumerate(("wall", "cpu")):
            ratio = statistics.median(a[index] / b[index] for a, b in pairs)
            print(f"pidometer/mawk, {what}: {ratio:.2f}")


if __name__ == "__main__":
    main()
