"""Rows and summaries as strict JSON, and the schemas in schemas/ that judge them."""

import datetime
import json
import pathlib

import jsonschema

SOURCE_ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = SOURCE_ROOT / "schemas"


def load_schema(name):
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text())


def _no_constant(word):
    raise ValueError(f"{word} is no JSON")


def _unique_keys(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"a key stands twice in {keys}")
    return dict(pairs)


def parse(text):
    """Strict: neither NaN nor Infinity, no key twice."""
    return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique_keys)


def split_rows(text):
    """Rows of JSON lines; ValueError for a blank line or a missing newline at the end."""
    if text == "":
        return []
    if not text.endswith("\n"):
        raise ValueError("the last row has no newline")
    lines = text[:-1].split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            raise ValueError(f"line {number} is blank")
    return [parse(line) for line in lines]


def load_rows(path):
    return split_rows(pathlib.Path(path).read_bytes().decode("ascii"))


def real_keys(schema):
    """Keys that the schema calls real, wherever in it they stand."""
    keys = set()

    def walk(node):
        if isinstance(node, dict):
            for key, value in node.get("properties", {}).items():
                if isinstance(value, dict) and value.get("$ref") == "#/$defs/real":
                    keys.add(key)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(schema)
    return keys


def problems(document, schema):
    """What is wrong with a document, as sentences; empty where nothing is.

    Beyond the schema: reals are floats (JSON Schema takes 5 for a number as readily as 5.0), and
    timestamp is the same instant as datetime.
    """
    validator = jsonschema.Draft202012Validator(schema)
    found = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(document)]
    for key in sorted(real_keys(schema) & document.keys()):
        if not isinstance(document[key], float):
            found.append(f"{key}: {document[key]!r} is not written as a real")
    if isinstance(document.get("datetime"), str) and isinstance(document.get("timestamp"), int):
        try:
            moment = datetime.datetime.fromisoformat(document["datetime"])
            epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
            if (moment - epoch) // datetime.timedelta(microseconds=1) != document["timestamp"]:
                found.append("timestamp: not the instant of datetime")
        except (ValueError, TypeError) as error:
            found.append(f"datetime: {error}")
    return found


# OpenSearch fixes a key's type with the first value that it sees, over all rows of a sketch.
def json_types(document, prefix=""):
    """(key path, JSON type) of every field, nested ones too; an array counts as its items' type."""
    for key, value in document.items():
        yield from _value_types(f"{prefix}{key}", value)


def _value_types(path, value):
    if isinstance(value, dict):
        yield path, "object"
        yield from json_types(value, f"{path}.")
    elif isinstance(value, list):
        for item in value:
            yield from _value_types(path, item)
    else:
        yield path, type(value).__name__


def type_conflicts(rows):
    """Keys that have more than one JSON type over these rows."""
    seen = {}
    for row in rows:
        for path, name in json_types(row):
            seen.setdefault(path, set()).add(name)
    return {path: sorted(names) for path, names in seen.items() if len(names) > 1}


# Names that other tools write with another type into the same sketch.
TAKEN_NAMES = {"offset", "severity", "identifier", "version", "sequence_number"}


def timesketch_problems(rows):
    """What Timesketch's importer would refuse, drop or garble."""
    found = []
    for number, row in enumerate(rows, 1):
        for key in ("message", "datetime", "timestamp_desc"):
            if not isinstance(row.get(key), str) or not row[key]:
                found.append(f"row {number}: {key} is missing")
        for key, value in row.items():
            if key.startswith("_"):
                found.append(f"row {number}: {key} starts with _")
            if key in TAKEN_NAMES:
                found.append(f"row {number}: {key} is another tool's number")
            if value is None or value == "" or value == "-":
                found.append(f"row {number}: {key} is {value!r}, not absent")
        if not isinstance(row.get("timestamp"), int):
            found.append(f"row {number}: timestamp is no integer")
        if "tag" in row and not isinstance(row["tag"], list):
            found.append(f"row {number}: tag is no list")
    found += [f"{path} is {' and '.join(names)}" for path, names in type_conflicts(rows).items()]
    if len({key for row in rows for key in row}) > 450:
        found.append("more than 450 keys")
    return found
