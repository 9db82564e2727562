"""One call of pidometer: its command line, its process, and what its end means."""

import ctypes
import functools
import os
import pathlib
import re
import signal
import subprocess
import time

# cli/exit_status.h: the numbers are part of the program's interface.
EXIT_COMPLETE, EXIT_PARTIAL, EXIT_NO_LOG = 0, 3, 4
PROGRESS_SECONDS = 2
MAX_MESSAGE = 2000  # characters of a failure's text; the log has all of it
MAX_WARNINGS = 20
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LIBC = ctypes.CDLL(None)

ROWS, REPORT, SUMMARY, LOG = "rows.jsonl", "report.html", "summary.json", "log.txt"

LEVELS = ("informational", "low", "medium", "high", "critical")
# Name in the task's configuration: the program's flag. The program checks the values.
TEXT_OPTIONS = {"timezone": "--timezone", "year": "--year", "pid_max": "--pid-max", "min_level": "--min-level"}
SWITCHES = {"records": "--records", "recover": "--recover", "hash": "--hash"}


class ScanFailed(RuntimeError):
    """An image that gave no result; the message names it and says why, in the program's own words."""


def program():
    return os.getenv("PIDOMETER_PROGRAM") or "pidometer"


def is_on(task_config, name):
    """True where the web page's checkbox is ticked."""
    return (task_config or {}).get(name) in (True, "true", "on")


def options_of(task_config):
    """The program's options for a task's configuration; what is empty or unknown is left out."""
    config = task_config or {}
    texts = [f"{flag}={str(config[name]).strip()}" for name, flag in TEXT_OPTIONS.items()
             if str(config.get(name) or "").strip()]
    return texts + [flag for name, flag in SWITCHES.items() if is_on(config, name)]


def link_inputs(group, folder):
    """Links that bear the display names, for messages and rows that a person can read; their names in order."""
    folder.mkdir()
    names = []
    for number, file in enumerate(group.files, 1):
        # A name that is taken gets a folder of its own: names of parts must stay as they are.
        name = file.name if not os.path.lexists(folder / file.name) else f"{number}/{file.name}"
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(os.path.abspath(file.path))
        names.append(name)
    return names


def command_line(names, options, folder):
    outputs = [f"--output={folder / ROWS}", f"--report={folder / REPORT}", f"--summary={folder / SUMMARY}"]
    return [program(), "scan", *outputs, *options, "--", *names]


def die_with_worker(worker):
    """In the child, before it becomes the program; `worker` is the process that started it."""
    # A worker that is killed must not leave a scan behind that writes beside the next one.
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # One that was killed before that call gives no signal any more.
    if os.getppid() != worker:
        os._exit(1)


def run_scan(group, options, folder, tell):
    """Scans a group into `folder`, where nothing of an earlier scan is; the exit status, if there is a result.

    `tell(seconds)` is called every PROGRESS_SECONDS. ScanFailed where there is no result.
    """
    inputs = folder / "inputs"
    command = command_line(link_inputs(group, inputs), options, folder)
    begin = time.monotonic()
    with open(folder / LOG, "wb") as log:
        try:
            process = subprocess.Popen(command, cwd=inputs, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       # What does not fit into memory: a container's /tmp is memory.
                                       env={**os.environ, "TMPDIR": str(folder)},
                                       preexec_fn=functools.partial(die_with_worker, os.getpid()))
        except OSError as error:
            raise ScanFailed(f"{group.name}: cannot run {command[0]}: {error.strerror}; set PIDOMETER_PROGRAM "
                             "to the program") from error
        try:
            while True:
                try:
                    status = process.wait(PROGRESS_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    tell(round(time.monotonic() - begin))
        finally:
            process.kill()
            process.wait()
    if status not in (EXIT_COMPLETE, EXIT_PARTIAL, EXIT_NO_LOG):
        raise ScanFailed(f"{group.name}: {failure_text(status, log_text(folder / LOG))}")
    return status


def log_text(path):
    return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")


def failure_text(status, log):
    """What the program said of its failure: its errors with reason and help, or its last lines."""
    lines = [line for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if re.match("(error|reason|help): ", line)]
    text = "; ".join(errors or lines[-5:])[:MAX_MESSAGE]
    if status < 0:
        # Out of memory, mostly: it is the kernel that sends SIGKILL then.
        text = "; ".join(filter(None, (f"the program was ended by {signal.Signals(-status).name}", text)))
    return text or f"the program ended with status {status} and said nothing"


def warnings_of(log):
    """What was lost or odd, MAX_WARNINGS lines of it at most; the log has all."""
    lines = [line for line in log.splitlines() if re.match("(warning|error): ", line)]
    more = [f"and {len(lines) - MAX_WARNINGS} more in the log"] if len(lines) > MAX_WARNINGS else []
    return lines[:MAX_WARNINGS] + more
