#!/usr/bin/python3
"""Measures the program beside the one-liner that an examiner would use instead.

    bench.py [--tool build/cli/pidometer] [--runs N] [--bytes N] [--hosts N] [--e01]

Runs both commands in turn, A B A B ..., and prints the median of wall and CPU seconds, the largest peak memory of a
run (the program's and its reader process's together) and what that is a record, and the median of the ratios pair by
pair: these machines are noisy, a ratio within one run is not. No figure is asserted. With --hosts the log is one of a
log server (big_log.py); `--bytes 1000000000 --hosts 1000 --runs 3` takes two minutes. With --e01 the log lies in a
1 GiB ext4 in an E01 of ewfacquire's usual compression, and the one-liner is fed by `ifind` and `icat`.
"""
import argparse
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import images  # noqa: E402

MAWK = ["mawk", "-F[][]", "{d=$2-p;p=$2;if(d>100||d<0)n++}END{print n}"]
LOOK_SECONDS = 0.02  # the kernel keeps the high-water mark: only that of the last moments is missed


def peak_kib(pid):
    """The high-water marks of a process and of the children that it has now, together; 0 where it has ended."""
    total = 0
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        for process in [str(pid), *children]:
            for line in pathlib.Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
                if line.startswith("VmHWM:"):
                    total += int(line.split()[1])
    except OSError:
        pass
    return total


def run(command):
    """Wall seconds, CPU seconds and peak memory in MB of one finished process and its children."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid != 0:
            break
        peak = max(peak, peak_kib(process.pid))
        time.sleep(LOOK_SECONDS)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, peak * 1024 / 1e6


def put_into_e01(log, folder):
    """A 1 GiB ext4 with the log as /var/log/cron, in one E01."""
    tree = images.write_tree(folder / "tree", {"/var/log/cron": log.read_bytes()})
    image = folder / "host.raw"
    images.run("mkfs.ext4", "-q", "-F", "-d", tree, image, "1G")
    images.run("ewfacquire", "-u", "-q", "-c", "fast", "-S", 1 << 40, "-t", folder / "host", image)
    return folder / "host.E01"


def out_of_e01(image):
    """The one-liner as an examiner would write it."""
    number = f"$(ifind -i ewf -n var/log/cron {shlex.quote(str(image))})"
    return ["sh", "-c", f"icat -i ewf {shlex.quote(str(image))} {number} | {shlex.join(MAWK)}"]


def row(name, samples, lines):
    wall, cpu, memory = zip(*samples)
    print(f"{name:<16} wall {statistics.median(wall):6.3f} s   cpu {statistics.median(cpu):6.3f} s   "
          f"peak {max(memory):7.1f} MB, {max(memory) * 1e6 / lines:5.1f} bytes a record")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=os.path.join(here, "../../build/cli/pidometer"))
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--bytes", type=int, default=100_000_000)
    parser.add_argument("--hosts", type=int, default=1)
    parser.add_argument("--e01", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "cron")
        subprocess.run([sys.executable, os.path.join(here, "big_log.py"), log, "--bytes",
                        str(options.bytes), "--hosts", str(options.hosts)], check=True)
        with open(log, "rb") as file:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
        print(f"{'log in a 1 GiB E01' if options.e01 else 'loose log'}: {os.path.getsize(log):,} bytes, {lines:,} lines, {options.hosts:,} "
              f"host{'s' if options.hosts > 1 else ''}; {options.runs} runs each")
        evidence = put_into_e01(log, pathlib.Path(folder)) if options.e01 else log
        ours = [options.tool, "scan", "--timezone", "UTC", "--quiet", evidence]
        theirs = out_of_e01(evidence) if options.e01 else [*MAWK, log]
        beside = "ifind+icat+mawk" if options.e01 else "mawk"
        run(ours), run(theirs)  # the page cache and the disk are not what is measured
        pairs = [(run(ours), run(theirs)) for _ in range(options.runs)]
        row("pidometer", [a for a, _ in pairs], lines)
        row(beside, [b for _, b in pairs], lines)
        for index, what in enumerate(("wall", "cpu")):
            ratio = statistics.median(a[index] / b[index] for a, b in pairs)
            print(f"pidometer/{beside}, {what}: {ratio:.2f}")


if __name__ == "__main__":
    main()
