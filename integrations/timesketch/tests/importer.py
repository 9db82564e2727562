"""What Timesketch's importers take, refuse, drop and garble, as its documentation and code describe it (July 2026).

Two ways in: the server reads the uploaded file line by line, the importer client reads it first and sends rows. Both must
take every row as it is: what they would do to one is a problem, in words.
"""

import csv
import datetime
import io
import json
import re

REQUIRED = ("message", "datetime", "timestamp_desc")
# OpenSearch refuses a document of a new key beyond the server's limit; Timesketch raises it to about this.
MAX_KEYS = 450
# Bytes of a term; a longer string is not found as a keyword, and one of another mapping refuses the row.
MAX_TERM = 32766
# The server drops instants before 1700 and after 9999.
YEARS = (1700, 9999)
# Keys that the server or OpenSearch keeps for itself; the client strips all that begin with an underscore.
RESERVED = re.compile(r"_|timesketch_label$|label$|comment$")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


def instant(text):
    """Microseconds of an ISO 8601 time with offset; None where it is none, or in the server's own zone."""
    if not isinstance(text, str) or not ISO_8601.fullmatch(text):
        return None
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (moment - EPOCH) // datetime.timedelta(microseconds=1) if YEARS[0] <= moment.year <= YEARS[1] else None


def opensearch_type(value):
    """The type that a first value gives to its key: long and double are two."""
    return {bool: "boolean", int: "long", float: "double", str: "text", dict: "object"}.get(type(value), "none")


def types_of(value, path):
    """(path, type) of a value and all within it; an array has the type of its items."""
    if isinstance(value, list):
        for one in value:
            yield from types_of(one, path)
        return
    yield path, opensearch_type(value)
    if isinstance(value, dict):
        for key, one in value.items():
            yield from types_of(one, f"{path}.{key}")


def row_problems(row):
    problems = [f"{key} is missing" for key in REQUIRED if not isinstance(row.get(key), str) or not row[key].strip()]
    moment = instant(row.get("datetime"))
    if moment is None:
        problems.append(f"datetime {row.get('datetime')!r} is skipped, or read in the server's zone")
    if type(row.get("timestamp")) is not int:
        problems.append("timestamp is no long")
    elif moment is not None and row["timestamp"] != moment:
        problems.append(f"timestamp is {row['timestamp'] - moment} microseconds from datetime")
    if "tag" in row and not (isinstance(row["tag"], list) and all(isinstance(one, str) and one for one in row["tag"])):
        problems.append("tag is no list of words")
    for key, value in row.items():
        if RESERVED.match(key):
            problems.append(f"{key} is stripped, or the server's own")
        for path, kind in types_of(value, key):
            if "." in path.rpartition(".")[2] or "." in key:
                problems.append(f"{path} would become an object")
            if kind == "none":
                problems.append(f"{path} is null")
        if isinstance(value, str) and key != "message" and len(value.encode()) > MAX_TERM:
            problems.append(f"{key} is too long for a term")
    return problems


def jsonl_problems(name, content, types=None):
    """What is wrong with an upload of JSON lines. `types` ({path: type}) is what the sketch has already; it grows."""
    types = {} if types is None else types
    problems = [] if name.endswith((".jsonl", ".json")) else [f"{name}: the extension is not taken"]
    if not content:
        return [*problems, "an empty file is refused"]
    keys = set()
    for number, line in enumerate(content.decode("utf-8").splitlines(keepends=True), 1):
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("no object")
        except ValueError as error:
            problems.append(f"line {number}: the import ends here: {error}")
            continue
        problems += [f"line {number}: {problem}" for problem in row_problems(row)]
        for key, value in row.items():
            for path, kind in types_of(value, key):
                keys.add(path)
                if types.setdefault(path, kind) != kind:
                    problems.append(f"line {number}: {path} is {kind}, and {types[path]} before")
    if len(keys) > MAX_KEYS:
        problems.append(f"{len(keys)} keys")
    return problems


def csv_problems(name, content):
    """What is wrong with an upload of CSV: the server makes the timestamp itself, and splits tags at commas."""
    problems = [] if name.endswith(".csv") else [f"{name}: the extension is not taken"]
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    if not rows:
        return [*problems, "no row"]
    problems += [f"the header lacks {key}" for key in REQUIRED if key not in rows[0]]
    for number, row in enumerate(rows, 1):
        if None in row or None in row.values():
            problems.append(f"row {number}: not as many cells as the header")
        problems += [f"row {number}: {key} is empty" for key in REQUIRED if not (row.get(key) or "").strip()]
        if instant(row.get("datetime")) is None:
            problems.append(f"row {number}: datetime {row.get('datetime')!r} is dropped")
    return problems
