#!/usr/bin/python3
"""Measures `pidometer merge` on three large timelines.

    merge_bench.py [--tool build/cli/pidometer] [--bytes N] [--folder DIR] [--runs N] [-- OPTION ...]

Makes three files of N bytes each (default 340 MB, so 1 GB together): rows of pidometer, sorted; of Plaso's json_line, in
its order; of Timesketch, in no order, and with lines that repeat. Merges them and prints wall and CPU seconds, peak
memory (the kernel's) and bytes a second, and whether the output is sorted and whole. Options such
as --dedup go to the program. The same seed gives the same files. No figure is asserted.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
START = 1_600_000_000_000_000
DAYS = 400


def iso(stamp):
    whole, rest = divmod(stamp, 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{rest:06}+00:00"


def pidometer_row(rng, stamp):
    pid = rng.randint(300, 32767)
    return {"command": "/usr/lib64/sa/sa1 1 1", "cron_event": "command", "data_type": "syslog:cron:task_run",
            "datetime": iso(stamp), "display_name": "EXT:/var/log/cron", "filename": "/var/log/cron", "hostname": "web01",
            "inode": "17", "line": pid, "line_offset": pid * 80, "log_sha256": "9d5e8b4cb22b3b08" * 4,
            "message": f"Cron ran: /usr/lib64/sa/sa1 1 1 for user: root pid: {pid}", "parser": "pidometer/cronie",
            "pathspec": {"inode": 17, "location": "/var/log/cron", "parent": {
                "parent": {"location": "/evidence/web01.raw", "type_indicator": "OS"}, "type_indicator": "RAW"},
                         "type_indicator": "EXT"},
            "pid": pid, "reporter": "CROND", "source_long": "Cron PID odometer", "source_short": "LOG",
            "tag": ["application_execution"], "timestamp": stamp, "timestamp_desc": "Recorded Time", "username": "root"}


def plaso_row(rng, stamp):
    size = rng.randint(1, 10 ** 6)
    return {"__container_type__": "event", "__type__": "AttributeContainer", "data_type": "fs:stat",
            "date_time": {"__class_name__": "PosixTimeInMicroseconds", "__type__": "DateTimeValues", "timestamp": stamp},
            "display_name": f"EXT:/usr/share/doc/{size}", "file_entry_type": "file", "file_size": size,
            "file_system_type": "EXT", "filename": f"/usr/share/doc/{size}", "group_identifier": 0, "inode": str(size),
            "is_allocated": True, "message": f"EXT:/usr/share/doc/{size} Type: file", "mode": 420, "owner_identifier": 0,
            "parser": "filestat", "pathspec": {"__type__": "PathSpec", "inode": size, "location": f"/usr/share/doc/{size}",
                                               "parent": {"__type__": "PathSpec", "location": "/evidence/web01.raw",
                                                          "type_indicator": "OS"}, "type_indicator": "EXT"},
            "sha256_hash": "9d5e8b4cb22b3b08" * 4,
            "tag": {"__container_type__": "event_tag", "__type__": "AttributeContainer", "labels": ["documentation"]},
            "timestamp": stamp, "timestamp_desc": "Content Modification Time"}


def timesketch_row(rng, stamp):
    return {"message": f"GET /index.php?id={rng.randint(1, 10 ** 6)} HTTP/1.1 \"Mozilla/5.0\" \u00e4\u00f6\u00fc",
            "datetime": iso(stamp), "timestamp_desc": "Event Logged", "data_type": "apache:access", "status": 200,
            "host": f"10.0.{rng.randint(0, 255)}.{rng.randint(0, 255)}", "tag": "web,access"}


def write(path, size, kind, rng):
    """Rows until the file has `size` bytes; how many."""
    make, separators, ascii_only = {"pidometer": (pidometer_row, (",", ":"), True),
                                    "plaso": (plaso_row, (", ", ": "), True),
                                    "timesketch": (timesketch_row, (",", ":"), False)}[kind]
    encode = json.JSONEncoder(separators=separators, sort_keys=kind != "timesketch", ensure_ascii=ascii_only).encode
    step = DAYS * 86_400_000_000 // max(1, size // 600)
    stamp, written, rows = START, 0, 0
    with open(path, "w", encoding="utf-8", buffering=1 << 20) as out:
        while written < size:
            stamp += rng.randint(0, 2 * step) // 1_000_000 * 1_000_000
            at = START + rng.randint(0, DAYS * 86_400) * 1_000_000 if kind == "timesketch" else stamp
            line = encode(make(rng, at)) + "\n"
            if kind == "timesketch" and rows % 10 == 0:
                line += line
                rows += 1
            written += out.write(line)
            rows += 1
    return rows


def check(path):
    """Rows of a merged file; stops the program where it is not sorted or not whole."""
    rows, last = 0, ""
    with open(path, encoding="ascii") as merged:
        for line in merged:
            if rows % 97 == 0:
                row = json.loads(line)
                if not all(key in row for key in ("message", "datetime", "timestamp_desc", "timestamp")):
                    sys.exit(f"row {rows + 1} lacks a key")
                if any(key.startswith("_") for key in row) or not isinstance(row.get("tag", []), list):
                    sys.exit(f"row {rows + 1} is not for Timesketch")
            start = line.index('"datetime":"') + 12
            stamp = line[start:start + 26]
            if stamp < last:
                sys.exit(f"row {rows + 1} is out of order")
            last = stamp
            rows += 1
    return rows


def merge(tool, options, inputs, output):
    """Wall seconds, CPU seconds, peak MB by the kernel."""
    start = time.monotonic()
    process = subprocess.Popen([tool, "merge", "--quiet", "--force", *options, *inputs, "-o", output])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"merge ended with {process.returncode}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=os.path.join(HERE, "../../build/cli/pidometer"))
    parser.add_argument("--bytes", type=int, default=340_000_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--folder", help="where the files lie and stay; made where they are not there")
    parser.add_argument("options", nargs="*", help="for the program, behind --")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        folder = options.folder or scratch
        rng = random.Random(1)
        inputs, rows = [], 0
        for kind in ("pidometer", "plaso", "timesketch"):
            path = os.path.join(folder, f"{kind}.{options.bytes}.jsonl")
            inputs.append(path)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    rows += sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
            else:
                rows += write(path, options.bytes, kind, rng)
        size = sum(map(os.path.getsize, inputs))
        print(f"three timelines: {size:,} bytes, {rows:,} rows; TMPDIR {tempfile.gettempdir()}")
        output = os.path.join(scratch, "merged.jsonl")
        for _ in range(options.runs):
            wall, cpu, peak = merge(options.tool, options.options, inputs, output)
            print(f"merge {' '.join(options.options):<12} wall {wall:6.1f} s   cpu {cpu:6.1f} s   peak {peak:5.1f} MB   "
                  f"{size / wall / 1e6:5.1f} MB/s")
        merged = check(output)
        print(f"{merged:,} rows, sorted" + ("" if merged == rows else f"; {rows - merged:,} fewer than were given"))


if __name__ == "__main__":
    main()
