"""Runs the program that was built, and finds what the suites feed it with."""

import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

SOURCE_ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD_ROOT = pathlib.Path(os.environ.get("PIDOMETER_BUILD", SOURCE_ROOT / "build"))
SHARED = pathlib.Path(os.environ.get("PIDOMETER_SHARED", SOURCE_ROOT / ".." / "shared"))
PROGRAM = BUILD_ROOT / "cli" / "pidometer"
TESTDATA = SOURCE_ROOT / "testdata"
RAW = TESTDATA / "redhat62.ext2.raw"
E01 = TESTDATA / "redhat62.E01"
ZONE = ("--timezone", "America/Chicago")


def _sanitizers():
    """As meson was told of this build: "none", "address,undefined"."""
    options = BUILD_ROOT / "meson-info" / "intro-buildoptions.json"
    if not options.exists():
        return "none"
    value, = (one["value"] for one in json.loads(options.read_text()) if one["name"] == "b_sanitize")
    return ",".join(value) or "none" if isinstance(value, list) else value  # newer mesons have a list


# Sanitizers need address space, memory and time of their own.
SANITIZED = _sanitizers() != "none"
# Generous: the same suites run under sanitizers, on loaded machines.
TIMEOUT_SECONDS = 900


# The suites may run under nohup or in a shell's background; the programs they start inherit what is ignored.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)


class Run:
    """A finished run: status, stdout and stderr as bytes, and as text for messages."""

    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr.decode("utf-8", "replace")


def run(*arguments, cwd=None, env=None):
    environment = {**os.environ, **(env or {})}
    done = subprocess.run(
        [PROGRAM, *map(str, arguments)], cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    return Run(done)


def wait_for_handlers(process):
    """Until a running program catches SIGINT: its work is about to begin."""
    status = pathlib.Path("/proc", str(process.pid), "status")
    while process.poll() is None:
        caught = [line for line in status.read_text().splitlines() if line.startswith("SigCgt:")]
        if caught and int(caught[0].split()[1], 16) >> (signal.SIGINT - 1) & 1:
            return
        time.sleep(0.001)


class ProgramTest(unittest.TestCase):
    """A case that needs the program; skipped, and counted as such, where it is not built."""

    maxDiff = None

    def setUp(self):
        if not PROGRAM.exists():
            self.skipTest(f"{PROGRAM} is not built")

    def shared(self, *parts):
        path = SHARED.joinpath(*parts)
        if not path.exists():
            self.skipTest(f"{'/'.join(parts)} is not among the shared evidence")
        return path
