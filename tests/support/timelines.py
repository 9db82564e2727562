"""What the forms of `--format` must keep, written from the descriptions of the forms and not from the writers.

Each check takes the bytes that a scan wrote, and the rows of the same scan as JSON lines; it gives what is wrong as
sentences, nothing where all is well.
"""

import csv
import datetime
import io
import json
import re

LABEL = re.compile(r"[A-Za-z0-9_]+")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
L2TCSV = ("date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,version,filename,inode,notes,"
          "format,extra").split(",")
DYNAMIC = "datetime,timestamp_desc,source,source_long,message,parser,display_name,tag".split(",")
TLN = "Time|Source|Host|User|Description".split("|")
# What a spreadsheet takes for a formula at the start of a cell.
FORMULA = tuple("=+-@\t\r") + ("\uff1d", "\uff0b", "\uff0d", "\uff20")


def lines_of(content):
    """Lines, cut at line feeds alone; strict UTF-8, a newline behind each, no control byte but TAB in them."""
    text = content.decode("utf-8")
    if text and not text.endswith("\n"):
        raise ValueError("no newline at the end")
    lines = text.split("\n")[:-1]
    for number, line in enumerate(lines, 1):
        bad = re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", line)
        if bad or not line:
            raise ValueError(f"line {number}: {bad.group()!r}" if bad else f"line {number} is blank")
    return lines


def spaced(text, separators):
    """As the older forms have it: their separators, TABs and line feeds are spaces."""
    return re.sub("[\t\n" + re.escape(separators) + "]", " ", text)


def cell(text):
    """A cell that no spreadsheet takes for a formula, and no reader of CSV for the start of a quoted one."""
    return "'" + text if text != "-" and text.startswith(FORMULA + ('"',)) else text


def labels(row, separator):
    return separator.join(row["tag"]) if row.get("tag") else "-"


def seconds(row):
    return row["timestamp"] // 1_000_000


def compare(number, want, have):
    """Problems of one line: `want` and `have` as {column: text}."""
    return [f"row {number}: {name} is {have[name]!r}, not {want[name]!r}" for name in want if want[name] != have[name]]


def l2tcsv(content, rows):
    header, *lines = lines_of(content)
    problems = [] if header.split(",") == L2TCSV else [f"header {header!r}"]
    if list(csv.reader(io.StringIO(content.decode(), newline=""))) != [line.split(",") for line in [header, *lines]]:
        problems.append("a reader of CSV sees other cells than one that splits at commas")
    if len(lines) != len(rows):
        problems.append(f"{len(lines)} lines of {len(rows)} rows")
    for number, (line, row) in enumerate(zip(lines, rows), 1):
        fields = line.split(",")
        if len(fields) != 17:
            problems.append(f"row {number}: {len(fields)} columns")
            continue
        moment = EPOCH + datetime.timedelta(microseconds=row["timestamp"])
        message = row["message"]
        short = message if len(message) <= 80 else message[:77] + "..."
        want = {"date": f"{moment:%m/%d/}{moment.year:04}", "time": f"{moment:%H:%M:%S}", "timezone": "UTC",
                "MACB": "....", "source": "LOG", "sourcetype": row["source_long"], "type": row["timestamp_desc"],
                "user": row.get("username", "-"), "host": row.get("hostname", "-"), "short": short, "desc": message,
                "version": "2", "filename": row.get("display_name", "-"), "inode": row.get("inode", "-"),
                "notes": labels(row, " "), "format": row["parser"]}
        problems += compare(number, {name: cell(spaced(text, ",")) for name, text in want.items()},
                            dict(zip(L2TCSV, fields)))
        attributes = [part.partition(": ") for part in fields[16].split("; ")]
        extra = {name: value for name, _, value in attributes}
        rest = row.keys() - {"datetime", "display_name", "filename", "hostname", "inode", "message", "parser", "pathspec",
                             "source_long", "source_short", "tag", "timestamp", "timestamp_desc", "username"}
        if extra.keys() != rest or [name for name, _, _ in attributes] != sorted(rest):
            problems.append(f"row {number}: extra has {sorted(extra)}")
        for name in rest & extra.keys():
            if isinstance(row[name], str) and extra[name] != spaced(row[name].replace(";", "\\x3b"), ","):
                problems.append(f"row {number}: extra's {name} is {extra[name]!r}")
            if isinstance(row[name], (int, float)) and extra[name] != json.dumps(row[name]):
                problems.append(f"row {number}: extra's {name} is {extra[name]!r}")
    return problems


def tln(content, rows):
    header, *lines = lines_of(content)
    problems = [] if header.split("|") == TLN else [f"header {header!r}"]
    if len(lines) != len(rows):
        problems.append(f"{len(lines)} lines of {len(rows)} rows")
    for number, (line, row) in enumerate(zip(lines, rows), 1):
        fields = line.split("|")
        if len(fields) != 5 or len(fields[4].split("; ")) < 3:
            problems.append(f"row {number}: {line!r}")
            continue
        want = {"Time": str(seconds(row)), "Source": "LOG", "Host": spaced(row.get("hostname", "-"), "|"),
                "User": spaced(row.get("username", "-"), "|"),
                "Description": "; ".join((row["datetime"], row["timestamp_desc"], spaced(row["message"], "|;")))}
        problems += compare(number, want, dict(zip(TLN, fields)))
        moment = datetime.datetime.fromisoformat(fields[4].split("; ")[0])
        if (moment - EPOCH) // datetime.timedelta(seconds=1) != int(fields[0]):
            problems.append(f"row {number}: its two times are two instants")
        if ";" in fields[4].split("; ", 2)[2]:
            problems.append(f"row {number}: a semicolon in the message")
    return problems


def bodyfile(content, rows):
    lines = lines_of(content)
    problems = [] if len(lines) == len(rows) else [f"{len(lines)} lines of {len(rows)} rows"]
    for number, (line, row) in enumerate(zip(lines, rows), 1):
        fields = line.split("|")
        if len(fields) != 11:
            problems.append(f"row {number}: {len(fields)} columns")
            continue
        md5, name, inode, mode, uid, gid, size, *times = fields
        if not (md5 == "0" and mode == "-/----------" and (uid, gid, size) == ("0", "0", "0")):
            problems.append(f"row {number}: {line!r}")
        if times != [str(seconds(row))] * 4 or inode != row.get("inode", "0"):
            problems.append(f"row {number}: times {times}, inode {inode}")
        host = row["hostname"] + ": " if "hostname" in row else ""
        place = f" ({row['display_name']})" if "display_name" in row else ""
        want = f"[{row['data_type']}] {host}{row['message']}{place}"
        if name != spaced(want.replace("|", "\\x7c"), ""):
            problems.append(f"row {number}: {name!r}")
    return problems


def dynamic_csv(content, rows):
    header, *_ = lines_of(content)
    problems = [] if header.split(",") == DYNAMIC else [f"header {header!r}"]
    found = list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))
    if len(found) != len(rows):
        problems.append(f"{len(found)} lines of {len(rows)} rows")
    for number, (have, row) in enumerate(zip(found, rows), 1):
        if None in have or None in have.values():
            problems.append(f"row {number}: not eight columns")
            continue
        want = {"datetime": row["datetime"], "timestamp_desc": row["timestamp_desc"], "source": "LOG",
                "source_long": row["source_long"], "message": row["message"], "parser": row["parser"],
                "display_name": row.get("display_name", "-"), "tag": labels(row, ",")}
        problems += compare(number, {name: cell(text) for name, text in want.items()}, have)
    return problems


def _nested(spec):
    while spec is not None:
        yield spec
        spec = spec.get("parent")


def plaso(content, rows):
    lines = content.decode("ascii").split("\n")
    problems = [] if lines.pop() == "" and len(lines) == len(rows) else [f"{len(lines)} lines of {len(rows)} rows"]
    for number, (line, row) in enumerate(zip(lines, rows), 1):
        event = json.loads(line)
        if line != json.dumps(event, sort_keys=True):
            problems.append(f"row {number}: not as json.dumps writes it")
        if (event["__container_type__"], event["__type__"]) != ("event", "AttributeContainer"):
            problems.append(f"row {number}: no event")
        if event["date_time"] != {"__class_name__": "PosixTimeInMicroseconds", "__type__": "DateTimeValues",
                                  "timestamp": row["timestamp"]}:
            problems.append(f"row {number}: date_time {event['date_time']}")
        if not re.fullmatch("[a-z0-9_:]+", event["data_type"]) or event["timestamp"] != row["timestamp"]:
            problems.append(f"row {number}: {event['data_type']} at {event['timestamp']}")
        if any(value is None for value in event.values()):
            problems.append(f"row {number}: a null")
        for layer in _nested(event.get("pathspec")):
            if layer.get("__type__") != "PathSpec" or not layer["type_indicator"].isupper():
                problems.append(f"row {number}: pathspec {layer}")
            problems += [f"row {number}: {key} is no integer" for key in
                         ("inode", "part_index", "start_offset", "volume_index")
                         if key in layer and not isinstance(layer[key], int)]
        tag = event.get("tag")
        if tag is not None and (set(tag) != {"__container_type__", "__type__", "labels"}
                                or (tag["__container_type__"], tag["__type__"]) != ("event_tag", "AttributeContainer")
                                or not all(map(LABEL.fullmatch, tag["labels"]))):
            problems.append(f"row {number}: tag {tag}")
        # The rest is the row's own.
        for key in ("__container_type__", "__type__", "date_time"):
            event.pop(key)
        for layer in _nested(event.get("pathspec")):
            layer.pop("__type__")
        if tag is not None:
            event["tag"] = tag.get("labels")
        rest = {key: row[key] for key in row if key not in ("datetime", "source_short", "source_long")}
        if event != rest:
            problems.append(f"row {number}: {sorted(key for key in event | rest if event.get(key) != rest.get(key))}")
    return problems


# Format: its check.
CHECKS = {"l2tcsv": l2tcsv, "tln": tln, "bodyfile": bodyfile, "csv": dynamic_csv, "plaso": plaso}
HEADERS = {"l2tcsv": ",".join(L2TCSV) + "\n", "tln": "|".join(TLN) + "\n", "csv": ",".join(DYNAMIC) + "\n"}
