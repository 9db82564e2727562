"""Runs fleets, and looks at what they leave."""

import os
import pathlib
import signal
import subprocess
import time

from tests.support import images, program, rows

SCHEMA = rows.load_schema("fleet_status")


class FleetTest(images.FolderTest):
    """A test with a folder for what is given and one for what a fleet leaves."""

    def setUp(self):
        super().setUp()
        if not program.PROGRAM.exists():
            self.skipTest(f"{program.PROGRAM} is not built; ninja -C {program.BUILD_ROOT} cli/pidometer builds it")
        self.place = self.folder()
        self.out = self.place / "out"


def status_of(folder):
    """The status file, which must be a whole and valid one at any moment."""
    status = rows.parse((pathlib.Path(folder) / "status.json").read_text())
    found = rows.problems(status, SCHEMA)
    if found:
        raise AssertionError(found)
    counts = dict(status["counts"])
    if counts.pop("total") != len(status["images"]) or sum(counts.values()) != len(status["images"]):
        raise AssertionError(f"counts do not add up: {status['counts']}")
    return status


def by_name(status):
    return {image["name"]: image for image in status["images"]}


def rows_of(folder):
    """Name: bytes of all rows of a fleet, the timeline among them."""
    folder = pathlib.Path(folder)
    found = {path.name: path.read_bytes() for path in (folder / "images").glob("*.jsonl")}
    if (folder / "timeline.jsonl").exists():
        found["timeline.jsonl"] = (folder / "timeline.jsonl").read_bytes()
    return found


def done_in(folder):
    """How many images have rows just now."""
    return len(list((pathlib.Path(folder) / "images").glob("*.jsonl")))


def processes_of(folder):
    """PIDs of processes that have the folder in their command lines."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if os.fsencode(folder) in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            pass
    return [pid for pid in found if pid != os.getpid()]


def start(folder, *arguments):
    return subprocess.Popen([program.PROGRAM, "scan", "-d", folder, *map(str, arguments)],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def kill_when(process, reached):
    """SIGKILL as soon as `reached()`; whether it came before the end of the process."""
    deadline = time.monotonic() + program.TIMEOUT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if reached():
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    process.stderr.close()
    return process.wait(program.TIMEOUT_SECONDS) == -signal.SIGKILL
