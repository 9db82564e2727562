"""What Plaso and `psort -o json_line` make of a log of RFC 3164's lines: rows as they write them.

After plaso/parsers/text_plugins/syslog.py and plaso/output/shared_json.py of Plaso 20260720, with
what a reader has to undo: `task_run` for the reporter CRON alone and users of letters and digits,
PIDs of more than five digits left in the body, identical lines dropped, no line numbers, and the
order of one second by a hash.
"""

import datetime
import hashlib
import json
import re
import zoneinfo

_LINE = re.compile(r"(\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) +(\S+) +([^\s:\[<]+)\s*"
                   r"(?:\[(\d{1,5})\])?(?:<[^\s:>]+>)?:?\s*(.*)")
_TASK_RUN = re.compile(r"\(\s*([A-Za-z0-9]+)\s*\)\s*CMD\s*\(\s*(.*)\)$")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def path_spec(filename, inode):
    """A file of an ext filesystem in a raw image."""
    kind = "__type__"
    return {kind: "PathSpec", "inode": inode, "location": filename, "type_indicator": "EXT",
            "parent": {kind: "PathSpec", "type_indicator": "RAW",
                       "parent": {kind: "PathSpec", "location": "/cases/disk.raw",
                                  "type_indicator": "OS"}}}


def row(data_type, moment, filename, inode=17, named_zone=True, **values):
    """One event; `moment` knows its zone."""
    offset = moment.utcoffset() // datetime.timedelta(minutes=1)
    elements = moment.timetuple()[:6] + ((moment.microsecond,) if moment.microsecond else ())
    time = {"__class_name__": "TimeElementsInMicroseconds" if moment.microsecond else "TimeElements",
            "__type__": "DateTimeValues", "time_elements_tuple": list(elements)}
    if named_zone and offset:
        time["time_zone_offset"] = offset
    return {"__container_type__": "event", "__type__": "AttributeContainer", "data_type": data_type,
            "date_time": time, "display_name": f"EXT:{filename}", "filename": filename,
            "inode": str(inode), "parser": "text/syslog_traditional",
            "pathspec": path_spec(filename, inode),
            "timestamp": (moment - _EPOCH) // datetime.timedelta(microseconds=1),
            "timestamp_desc": "Content Modification Time", **values}


def syslog_row(line, year, zone, filename="/var/log/cron", inode=17, named_zone=True):
    """The row of a line, or None where Plaso takes none."""
    match = _LINE.fullmatch(line)
    if not match:
        return None
    month, day, hour, minute, second, host, reporter, pid, body = match.groups()
    moment = datetime.datetime(year, _MONTHS.index(month) + 1, int(day), int(hour), int(minute),
                               int(second), tzinfo=zone, fold=1)  # standard time, as pytz is asked
    values = {"hostname": host, "reporter": reporter, "message_body": body}
    if pid:
        values["pid"] = int(pid)
    task = _TASK_RUN.fullmatch(body) if reporter == "CRON" else None
    if task:
        values["username"], values["command"] = task.groups()
        message = f"Cron ran: {task[2]} for user: {task[1]}" + (f" pid: {pid}" if pid else "")
    else:
        message = f"[{reporter}" + (f", pid: {pid}" if pid else "") + f"] {body}"
    return row("syslog:cron:task_run" if task else "syslog:line", moment, filename, inode,
               named_zone, message=message, **values)


def stat_row(moment, filename="/etc/passwd"):
    return row("fs:stat", moment, filename, inode=12, message=f"EXT:{filename} Type: file")


def _hash(one):
    return hashlib.md5(json.dumps(one, sort_keys=True).encode()).hexdigest()


def write(rows):
    """psort's output: sorted by time, of one time by hash, identical rows once."""
    unique = {_hash(one): one for one in rows}
    ordered = sorted(unique.items(), key=lambda item: (item[1]["timestamp"], item[0]))
    return "".join(json.dumps(one, sort_keys=True) + "\n" for _, one in ordered)


def of_log(text, year, zone="UTC", **options):
    """All rows of a log that lies within a year."""
    zone = zoneinfo.ZoneInfo(zone)
    rows = (syslog_row(line, year, zone, **options) for line in text.splitlines())
    return [one for one in rows if one is not None]


def timesketch(rows):
    """The same rows as Timesketch gives them back: no names with `_`, ISO times, no date_time."""
    lines = []
    for one in sorted(rows, key=lambda one: (one["timestamp"], _hash(one))):
        kept = {key: value for key, value in one.items()
                if not key.startswith("_") and key not in ("date_time", "pathspec")}
        moment = _EPOCH + datetime.timedelta(microseconds=one["timestamp"])
        lines.append(json.dumps({"message": kept.pop("message"), "datetime": moment.isoformat(),
                                 "tag": [], **kept}) + "\n")
    return "".join(lines)
