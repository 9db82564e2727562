#!/usr/bin/python3
"""pidometer as a library of a Python program, by ctypes: what a thin plugin of a larger tool needs.

    host.py --timezone America/Chicago redhat62.ext2.raw
    host.py --feed /var/log/cron=copy-of-cron

Prints the findings, one a line: level, time, message.
"""

import argparse
import ctypes
import json
import os
import sys

NO_TIME = -2**63
ABI = 0
ROW_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_char), ctypes.c_size_t)


def load(name=None):
    """The library with the types of its functions: without them ctypes cuts pointers to 32 bits."""
    library = ctypes.CDLL(name or os.environ.get("LIBPIDOMETER", "libpidometer.so.0"))
    handle, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    for function, result, arguments in (
            ("version", text, []),
            ("abi", ctypes.c_int, []),
            ("error_kind_name", text, [handle]),
            ("error_message", text, [handle]),
            ("error_reason", text, [handle]),
            ("error_help", text, [handle]),
            ("error_free", None, [handle]),
            ("scan_new", handle, [ctypes.POINTER(handle)]),
            ("scan_free", None, [handle]),
            ("scan_set", handle, [handle, text, text]),
            ("scan_add_path", handle, [handle, text]),
            ("scan_add_log", handle, [handle, text, ctypes.c_int64, text, size]),
            ("scan_run", handle, [handle, ROW_FUNCTION, handle]),
            ("scan_cancel", None, [handle]),
            ("scan_outcome", ctypes.c_int, [handle]),
            ("scan_summary", text, [handle, ctypes.POINTER(size)])):
        entry = getattr(library, f"pidometer_{function}")
        entry.restype, entry.argtypes = result, arguments
    if library.pidometer_abi() != ABI:
        raise RuntimeError("libpidometer has another interface")
    return library


class PidometerError(Exception):
    """An error of the library: kind, message, reason, help."""

    def __init__(self, library, error):
        parts = [getattr(library, f"pidometer_error_{part}")(error).decode()
                 for part in ("kind_name", "message", "reason", "help")]
        library.pidometer_error_free(error)
        self.kind, self.message, self.reason, self.help = parts
        super().__init__(": ".join(part for part in parts[1:] if part))


class Scan:
    """One scan. A context manager, so that the handle is freed when it is known to be unused."""

    def __init__(self, library):
        self.library, self.handle = library, ctypes.c_void_p()
        self._check(library.pidometer_scan_new(ctypes.byref(self.handle)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library.pidometer_scan_free(self.handle)
        self.handle = None

    def _check(self, error):
        if error:
            raise PidometerError(self.library, error)

    def set(self, name, value):
        self._check(self.library.pidometer_scan_set(self.handle, name.encode(), value.encode()))

    def add_path(self, path):
        self._check(self.library.pidometer_scan_add_path(self.handle, os.fsencode(path)))

    def add_log(self, name, content, mtime=None):
        """`content`: the unpacked bytes. `mtime`: seconds since 1970 UTC."""
        time = NO_TIME if mtime is None else int(mtime * 1_000_000)
        self._check(self.library.pidometer_scan_add_log(
            self.handle, os.fsencode(name), time, content, len(content)))

    def run(self, take):
        """Calls take(row) with every row, a dict; the outcome, as the exit status of the program."""
        failure = []

        def take_row(_, row, length):
            try:
                take(json.loads(ctypes.string_at(row, length)))
                return 0
            except BaseException as error:  # must not pass through the library
                failure.append(error)
                return 1

        callback = ROW_FUNCTION(take_row)  # kept alive while the library may call it
        error = self.library.pidometer_scan_run(self.handle, callback, None)
        if failure:
            self.library.pidometer_error_free(error)
            raise failure[0]
        self._check(error)
        return self.library.pidometer_scan_outcome(self.handle)

    def cancel(self):
        """Ends a run under way, from another thread: run() raises PidometerError of kind `stopped`."""
        self.library.pidometer_scan_cancel(self.handle)

    def summary(self):
        return json.loads(self.library.pidometer_scan_summary(self.handle, None))


def print_finding(row):
    print(row.get("level", "record"), row["datetime"], row["message"], sep="  ")


def name_and_file(pair):
    """Of NAME=FILE."""
    name, equals, path = pair.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"'{pair}' is not NAME=FILE, such as /var/log/cron={pair}")
    return name, path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--timezone", metavar="ZONE")
    parser.add_argument("--year", metavar="YEAR")
    parser.add_argument("--feed", metavar="NAME=FILE", action="append", default=[], type=name_and_file)
    parser.add_argument("paths", metavar="INPUT", nargs="*")
    given = parser.parse_args()
    try:
        with Scan(load()) as scan:
            for name in ("timezone", "year"):
                if getattr(given, name):
                    scan.set(name, getattr(given, name))
            for path in given.paths:
                scan.add_path(path)
            for name, path in given.feed:
                with open(path, "rb") as file:
                    scan.add_log(name, file.read(), os.stat(path).st_mtime)
            outcome = scan.run(print_finding)
            summary = scan.summary()
            for error in summary["errors"]:  # inputs that failed beside others
                print("error:", error["message"], file=sys.stderr)
            for warning in summary["warnings"]:
                print("warning:", warning.get("path", ""), warning["message"], file=sys.stderr)
    except (PidometerError, OSError) as error:
        sys.exit(f"error: {error}")
    sys.exit(outcome)


if __name__ == "__main__":
    main()
