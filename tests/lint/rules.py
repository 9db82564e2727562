"""The rules of the house, each a function from a source tree to complaints `file:line: what`.

They read files only; compilers and formatters are run by lint_test.py.
"""

import pathlib
import re

ROOMS = ("base", "tsk_reader", "plugin", "plugin/cron_log", "plugin/witness", "plugin/crontab",
         "plugin/pid_clock", "plugin/baseline", "plugin/anomaly", "plugin/known", "plugin/timeline", "report",
         "merge", "fleet", "cli", "capi")

# Who may include whom (docs/architecture.md); everyone may include base and itself.
ARROWS = {
    "base": (),
    "tsk_reader": (),
    "plugin/cron_log": (),
    "plugin/witness": ("plugin/cron_log", "plugin/pid_clock"),
    "plugin/crontab": (),
    "plugin/pid_clock": (),
    "plugin/baseline": ("plugin/pid_clock",),
    "plugin/anomaly": ("plugin/baseline", "plugin/pid_clock"),
    "plugin/known": ("plugin/anomaly",),
    "plugin/timeline": ("plugin/anomaly", "plugin/baseline", "plugin/pid_clock"),
    "plugin": ("plugin/cron_log", "plugin/witness", "plugin/crontab", "plugin/pid_clock",
               "plugin/baseline", "plugin/anomaly", "plugin/known", "plugin/timeline"),
    "report": ("plugin/timeline",),
    "merge": ("plugin/timeline",),
    "fleet": ("plugin/timeline",),
    "cli": ("plugin", "tsk_reader", "plugin/timeline", "report", "merge", "fleet"),
    "capi": ("cli", "plugin", "tsk_reader", "plugin/timeline"),
}
# Single headers beyond the arrows: plain values that the summary and the options are made of.
EXTRA_HEADERS = {
    "plugin/timeline": {"plugin/cron_log/log_report.h", "plugin/crontab/crontab_report.h",
                        "plugin/witness/witness.h"},
    "cli": {"plugin/anomaly/anomaly.h"},
}
# Libraries that belong to one room.
LIBRARY_ROOMS = (
    (re.compile(r"^(tsk|tsk3)/|^libewf|^ext2fs/|^et/|^lzo/|^(lzma|bzlib|zstd|lz4)\.h$"), ("tsk_reader",)),
    (re.compile(r"^zlib\.h$"), ("tsk_reader", "report")),
    (re.compile(r"^nlohmann/"), ("plugin/timeline", "plugin/known", "report", "fleet")),
    (re.compile(r"^csv\.h$"), ("base",)),
    (re.compile(r"^CLI/"), ("cli",)),
)
# No file, no clock, no environment: what these rooms say follows from the bytes they are given.
PURE_ROOMS = ("base", "report", *(room for room in ROOMS if room.startswith("plugin")))
IMPURE = re.compile(r"#include <(fstream|filesystem|iostream|unistd\.h|fcntl\.h|dirent\.h)>"
                    r"|\b(getenv|fopen|system_clock::now|steady_clock::now)\b")

MAX_LINES = 400
PAGE_SUFFIXES = (".js", ".css", ".html")
FORBIDDEN = (
    (re.compile(r"\bstd::w?regex\b|#include <regex>"), "std::regex"),
    (re.compile(r"\bv?sscanf\s*\("), "sscanf"),
    (re.compile(r"\bstrtok(_r)?\s*\("), "strtok"),
    (re.compile(r"(?<![\w.>])(std::|::)?(system|popen)\s*\("), "a shell"),
    (re.compile(r"\bsetlocale\s*\(|\bstd::locale\b"), "a locale"),
)
# Split, so that this file is not a finding of its own rule.
MACHINE_PATH = re.compile(r"/" + r"work/(?:main|shared|wt-)|/root/\.|/" + r"tmp/bash_jobs")

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def source_files(root, folders=("base", "tsk_reader", "plugin", "report", "merge", "fleet", "cli", "capi"), suffixes=(".h", ".cc")):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes:
                yield path


def numbered(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    return enumerate(text.splitlines(), 1)


def room_of(relative):
    """The room of a path relative to the root; None where it is in none."""
    parent = pathlib.PurePath(relative).parent.as_posix()
    while parent != ".":
        if parent in ROOMS:
            return parent
        parent = pathlib.PurePath(parent).parent.as_posix()
    return None


def may_include(room, header):
    target = room_of(header)
    return (target in (room, "base") or target in ARROWS[room]
            or header in EXTRA_HEADERS.get(room, ()))


def include_arrows(root):
    for path in source_files(root):
        relative = path.relative_to(root).as_posix()
        room = room_of(relative)
        for number, line in numbered(path):
            include = INCLUDE.match(line)
            if not include:
                continue
            quote, header = include.groups()
            where = f"{relative}:{number}"
            if quote == '"':
                if not (root / header).exists():
                    yield f'{where}: "{header}" is not named from the top of the tree'
                elif not may_include(room, header):
                    yield f"{where}: {room} may not include {header}"
            for pattern, rooms in LIBRARY_ROOMS:
                if pattern.search(header) and room not in rooms:
                    yield f"{where}: <{header}> belongs to {' and '.join(rooms)}"


def headers_at_home(root):
    """A header that its own room does not need belongs to another one: among the plugin's, which know little of
    one another."""
    at_home = set()
    headers = []
    for path in source_files(root, ("plugin",)):
        relative = path.relative_to(root).as_posix()
        headers.append(relative)
        for _, line in numbered(path):
            include = INCLUDE.match(line)
            if include and room_of(include.group(2)) == room_of(relative):
                at_home.add(include.group(2))
    for header in headers:
        if header.endswith(".h") and room_of(header) != "plugin" and header not in at_home:
            yield f"{header}:1: nobody in {room_of(header)} includes it"


def pure_rooms(root):
    for path in source_files(root):
        relative = path.relative_to(root).as_posix()
        if room_of(relative) not in PURE_ROOMS:
            continue
        for number, line in numbered(path):
            if IMPURE.search(line.partition("//")[0]):
                yield f"{relative}:{number}: no file access, clock or environment in this room"


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def table_entries(root, folder, prefix, table):
    """The names in the braces of the table, and the parts that stand beside it as files."""
    folder = root / folder
    if not (folder / table).exists():
        return None
    text = re.sub(r'//[^\n]*|"(?:[^"\\\n]|\\.)*"', "", (folder / table).read_text())
    braces = re.search(r"\b(?:table|kTable|kDialects|kDetectors|kRowFormats)(?:\[\])?\s*=\s*\{(.*?)\};", text, re.S)
    names = set(re.findall(r"\b[A-Za-z_]\w*\b", braces.group(1))) if braces else set()
    parts = {path.stem.removeprefix(prefix) for path in folder.glob(f"{prefix}*.cc")}
    return names, parts


def tables(root):
    """Every dialect, detector and form of rows stands in its table, and the table names no other."""
    for folder, prefix, table, entry_of, entry in (
        ("plugin/cron_log", "dialect_", "dialects.cc", lambda part: f"k{camel(part)}", r"k[A-Z]\w*"),
        ("plugin/anomaly", "detect_", "detectors.cc", lambda part: f"detect_{part}", r"detect_\w+"),
        ("plugin/timeline", "form_", "row_formats.cc", lambda part: f"write_{part}", r"write_\w+"),
    ):
        found = table_entries(root, folder, prefix, table)
        if found is None:
            yield f"{folder}/{table}:1: there is no such table"
            continue
        names, parts = found
        wanted = {entry_of(part) for part in parts}
        for part in sorted(parts):
            if entry_of(part) not in names:
                yield f"{folder}/{prefix}{part}.cc:1: {entry_of(part)} is not in the table of {table}"
        for name in sorted(names):
            if re.fullmatch(entry, name) and name not in wanted:
                yield f"{folder}/{table}:1: {name} has no file of its own ({prefix}*.cc)"


def file_length(root):
    folders = ("base", "tsk_reader", "plugin", "report", "merge", "fleet", "cli", "capi", "tests", "tools", "testdata", "schemas",
               "integrations")
    for path in source_files(root, folders, (".h", ".cc", ".py", ".sh", *PAGE_SUFFIXES)):
        lines = sum(1 for _ in numbered(path))
        if lines > MAX_LINES:
            yield f"{path.relative_to(root).as_posix()}:{lines}: over {MAX_LINES} lines; two jobs in one file?"


def forbidden_calls(root):
    for path in source_files(root, ("base", "tsk_reader", "plugin", "report", "merge", "fleet", "cli", "capi", "tests")):
        for number, line in numbered(path):
            code = line.partition("//")[0]
            for pattern, what in FORBIDDEN:
                if pattern.search(code):
                    yield f"{path.relative_to(root).as_posix()}:{number}: {what} is not used here"


def machine_paths(root):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if any(part.startswith((".git", "build")) or part in ("demo", "__pycache__")
               for part in relative.parts):
            continue
        if path.is_file() and path.suffix in (".h", ".cc", ".py", ".sh", ".md", ".json", ".jsonl",
                                              ".build", ".txt", ".yml", ".yaml", ".toml", *PAGE_SUFFIXES):
            for number, line in numbered(path):
                if MACHINE_PATH.search(line):
                    yield f"{relative.as_posix()}:{number}: a path of one machine"


RULES = {rule.__name__: rule for rule in (include_arrows, headers_at_home, pure_rooms, tables, file_length,
                                          forbidden_calls, machine_paths)}
