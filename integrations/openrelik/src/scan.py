"""One call of pidometer: its command line, its process, and what its end means."""

import contextlib
import ctypes
import errno
import functools
import os
import pathlib
import re
import selectors
import signal
import subprocess
import time

# cli/exit_status.h: the numbers are part of the program's interface.
EXIT_COMPLETE, EXIT_PARTIAL, EXIT_NO_LOG = 0, 3, 4
PROGRESS_SECONDS = 2
MAX_MESSAGE = 2000  # characters of a failure's text; the log has all of it
MAX_WARNINGS = 20
# Bytes held of what the program says, of its begin and of its end each: the log may lie on a full disk.
MAX_SAID = 64 * 1024
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)
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


class Words:
    """What the program says: begin and end of it in memory, all of it in the log while the disk takes it."""

    def __init__(self, log):
        self._log = log
        self._begin, self._end, self._left_out = bytearray(), bytearray(), 0
        self.error = None  # why the log is lost; it is empty then, for a part of one looks like a whole one

    def take(self, said):
        room = MAX_SAID - len(self._begin)
        self._begin += said[:room]
        self._end += said[room:]
        more = max(0, len(self._end) - MAX_SAID)
        self._left_out += more
        del self._end[:more]
        try:
            while said and not self.error:
                said = said[self._log.write(said):]
        except OSError as error:
            self.error = error
            with contextlib.suppress(OSError):
                self._log.truncate(0)

    def text(self):
        gap = f"\n[{self._left_out} bytes more]\n".encode() if self._left_out else b""
        return (self._begin + gap + self._end).decode("utf-8", "replace")


def full_disk(folder):
    """What there is to say of a disk that takes no more."""
    return f"the disk of the results is full: make room in {folder}, or give results another disk, and run the task again"


def listen(process, words, tell):
    """Takes what a process says until it has ended; its exit status."""
    begin = told = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if time.monotonic() >= told + PROGRESS_SECONDS:
                told = time.monotonic()
                tell(round(told - begin))
            if selector.select(max(0, told + PROGRESS_SECONDS - time.monotonic())):
                said = os.read(process.stdout.fileno(), MAX_SAID)
                if not said:
                    break
                words.take(said)
            elif process.poll() is not None:
                break  # who has its pipe still has nothing to say
    while True:
        try:
            return process.wait(PROGRESS_SECONDS)
        except subprocess.TimeoutExpired:
            tell(round(time.monotonic() - begin))


def run_scan(group, options, folder, results, tell):
    """Scans a group into `folder`, where nothing of an earlier scan is; the exit status, if there is a result.

    `results` is where files will go, for a message. `tell(seconds)` is called every PROGRESS_SECONDS. ScanFailed where
    there is no result.
    """
    inputs = folder / "inputs"
    command = command_line(link_inputs(group, inputs), options, folder)
    with open(folder / LOG, "wb", buffering=0) as log:
        words = Words(log)
        try:
            process = subprocess.Popen(command, cwd=inputs, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, bufsize=0,
                                       # What does not fit into memory: a container's /tmp is memory.
                                       env={**os.environ, "TMPDIR": str(folder)},
                                       preexec_fn=functools.partial(die_with_worker, os.getpid()))
        except OSError as error:
            raise ScanFailed(f"{group.name}: cannot run {command[0]}: {error.strerror}; set PIDOMETER_PROGRAM "
                             "to the program") from error
        try:
            status = listen(process, words, tell)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
    if status not in (EXIT_COMPLETE, EXIT_PARTIAL, EXIT_NO_LOG):
        text = failure_text(status, words.text())
        is_full = (words.error and words.error.errno in FULL_DISK) or any(os.strerror(one) in text for one in FULL_DISK)
        raise ScanFailed("; ".join([f"{group.name}: {text}", *([full_disk(results)] if is_full else [])]))
    return status


def log_text(path):
    """The log's text; empty where there is none."""
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def failure_text(status, log):
    """What the program said of its failure: its errors with reason and help, or its last lines."""
    lines = [line for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if re.match("(error|reason|help): ", line)]
    text = "; ".join(errors or lines[-5:])[:MAX_MESSAGE]
    if status < 0:
        # Out of memory, mostly: it is the kernel that sends SIGKILL then.
        text = "; ".join(filter(None, (f"the program was ended by {signal.Signals(-status).name}", text)))
    return text or f"the program ended with status {status} and said nothing"


def warnings_of(log, summary):
    """What was lost or odd, MAX_WARNINGS lines of it at most; the log has all, and where that is lost the summary."""
    rest = "the log" if log else "the summary"
    lines = [line for line in log.splitlines() if re.match("(warning|error): ", line)]
    if not log:
        lines = [f"error: {one['message']}" for one in summary["errors"]]
        for one in summary["warnings"]:
            place = dict.fromkeys(filter(None, (one.get("input"), one.get("path"))))  # of a loose log they are one
            lines.append(f"warning: {': '.join([*place, one['message']])}")
    more = [f"and {len(lines) - MAX_WARNINGS} more in {rest}"] if len(lines) > MAX_WARNINGS else []
    return lines[:MAX_WARNINGS] + more
