"""Makes journals as systemd-journald writes them, with systemd-journal-remote; an independent truth
to read them by is journalctl."""

import json
import os
import pathlib
import random
import struct
import subprocess
import unittest

from tests.support import images

REMOTE = pathlib.Path("/lib/systemd/systemd-journal-remote")
BOOTS = ("0b6f9b0c2d1e4c439a4e7f1b2c3d4e5f", "1c6f9b0c2d1e4c439a4e7f1b2c3d4e60")
MACHINE = "aaaabbbbccccddddeeeeffff00001111"
START = 1_772_368_200  # 2026-03-01 12:30:00 UTC
JOBS = ("/usr/bin/backup", "cd / && run-parts --report /etc/cron.hourly", "true")


def needed():
    if not REMOTE.exists():
        raise unittest.SkipTest("systemd-journal-remote is not installed")


def export(entries=600, seed=1):
    """An export's bytes: every third entry is cron's, the rest sshd's; two boots, the second of
    them begins with PIDs above the first one's last."""
    pick = random.Random(seed)
    out, pid = [], 900
    for number in range(entries):
        cron = number % 3 == 0
        # A job every ten minutes, as schedules have it.
        second = START + 600 * (number // 3) + (1 if cron else pick.randrange(60, 540))
        pid += pick.randrange(2, 9)
        boot = BOOTS[2 * number >= entries]
        fields = [
            f"__REALTIME_TIMESTAMP={second * 1_000_000 + 250_037}",
            f"__MONOTONIC_TIMESTAMP={number * 1000}", f"_BOOT_ID={boot}", "PRIORITY=6",
            f"SYSLOG_FACILITY={9 if cron else 10}", f"SYSLOG_IDENTIFIER={'CRON' if cron else 'sshd'}",
            f"_COMM={'cron' if cron else 'sshd'}", f"_PID={pid}", f"SYSLOG_PID={pid}",
            "_HOSTNAME=web-1", f"_SOURCE_REALTIME_TIMESTAMP={second * 1_000_000 + 250_000}"]
        text = f"(root) CMD ({JOBS[number // 3 % len(JOBS)]} {number % 2})" if cron else (
            f"Accepted publickey for user{number}\nand more " + "x" * (900 if number % 10 == 1 else 0))
        out.append("\n".join(fields).encode() + b"\n")
        out.append(b"MESSAGE\n" + struct.pack("<Q", len(text)) + text.encode() + b"\n\n"
                   if "\n" in text else f"MESSAGE={text}\n\n".encode())
    return b"".join(out)


def make(path, bytes_of_export, compact=True, keyed=True):
    source = path.with_suffix(".export")
    source.write_bytes(bytes_of_export)
    environment = {**os.environ, "SYSTEMD_JOURNAL_COMPACT": str(int(compact)),
                   "SYSTEMD_JOURNAL_KEYED_HASH": str(int(keyed))}
    subprocess.run([REMOTE, "-o", path, source], check=True, capture_output=True, env=environment,
                   timeout=120)
    return path.read_bytes()


def truth(path, *options):
    """Entries as journalctl shows them."""
    if images.tool("journalctl") is None:
        raise unittest.SkipTest("journalctl is not installed")
    out = images.run("journalctl", "--file", path, "-o", "json", "--all", *options)
    return [json.loads(line) for line in out.decode().splitlines()]


def objects(data):
    """(offset, type, size) of each object of a sound file."""
    at = struct.unpack_from("<Q", data, 88)[0]
    tail = struct.unpack_from("<Q", data, 136)[0]
    while at <= tail:
        size = struct.unpack_from("<Q", data, at + 8)[0]
        yield at, data[at], size
        at += (size + 7) & ~7
