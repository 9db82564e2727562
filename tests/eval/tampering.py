"""What is done to a log, to its host or to its clock. Each function takes the lines of a finished log and
returns the new ones and rows of truth; what happens while the host runs is said to the machine before."""

import dataclasses

HOUR, DAY = 3600, 86400


def deleted(lines, gone, what):
    kept = [line for line in lines if line not in gone]
    return kept, [{"kind": "deleted_lines", "what": what, "start": gone[0].shown, "end": gone[-1].shown,
                   "lines": len(gone)}]


def remove_block(random, lines, near):
    """All lines of some hours, and of five records at least."""
    since = near + random.random() * HOUR
    until = since + random.uniform(1, 5) * HOUR
    later = [line for line in lines if line.time >= since]
    return deleted(lines, [line for k, line in enumerate(later) if k < 5 or line.time < until], "block")


def remove_user(random, lines, near):
    """One user's lines of some days, while the user's jobs ran; others' are left."""
    until = near + random.uniform(1, 3) * DAY
    users = sorted({line.user for line in lines if line.user not in ("", "root")})
    if not users:
        return lines, []
    user = random.choice(users)
    return deleted(lines, [line for line in lines if line.user == user and near <= line.time < until], "user")


def place_of(lines, near):
    return next(k for k, line in enumerate(lines) if line.time >= near and line.event == "CMD")


def forge_line(random, lines, near):
    """A line that was never written by cron: a command of the host's with a PID from elsewhere."""
    k = place_of(lines, near)
    pid = lines[k].pid
    off = random.randint(400, 2500)
    pid = pid + off if random.random() < 0.5 or pid < 300 + off else pid - off
    line = dataclasses.replace(lines[k], pid=pid)
    return lines[:k + 1] + [line] + lines[k + 1:], [
        {"kind": "forged_line", "what": "inserted", "start": line.shown, "end": line.shown, "pid": pid}]


def edit_time(random, lines, near):
    """One line says another time of its day, in its place: an alibi. The truth spans both times."""
    k = place_of(lines, near)
    line = dataclasses.replace(lines[k], shown=lines[k].shown - random.randint(2, 6) * HOUR - 17 * 60)
    return lines[:k] + [line] + lines[k + 1:], [
        {"kind": "forged_line", "what": "edited_time", "start": line.shown, "end": lines[k].shown, "pid": line.pid}]


def trim(random, lines, near):
    """Start or end of the log is cut off at a line's end."""
    hours = random.uniform(4, 40) * HOUR
    if random.random() < 0.5:
        cut = lines[0].time + hours
        return [line for line in lines if line.time >= cut], [
            {"kind": "other", "what": "trimmed_start", "start": lines[0].shown, "end": cut}]
    cut = lines[-1].time - hours
    return [line for line in lines if line.time < cut], [
        {"kind": "other", "what": "trimmed_end", "start": cut, "end": lines[-1].shown}]


EDITS = {"remove_block": remove_block, "remove_user": remove_user, "forge_line": forge_line,
         "edit_time": edit_time, "trim": trim}


def clock_steps(random, near):
    """[(true time from which on, seconds added)]: once back, once forward, some days apart."""
    back = -random.choice((600, 1800, 2700, 5400))
    return [(near + 17, back), (near + 2 * DAY + 911, -back + random.choice((0, 1200)))]


def step_rows(clock):
    """Forward: from the time shown before to that after; back: where the clock was set."""
    rows = []
    for since, seconds in clock.steps:
        before = clock.shown(since - 1)
        rows.append({"kind": "clock_step", "start": min(before, before + seconds),
                     "end": max(before, before + seconds), "seconds": seconds})
    return rows


def reboot(random, machine, near, startup):
    machine.down(near, near + random.uniform(60, 7000), "boot", startup)
    since, until, *_ = machine.downs[-1]
    return [{"kind": "reboot", "start": since, "end": until}]


def suspend(random, machine, near):
    """No process runs and no PID is spent; to the log this is a clock set forward."""
    machine.down(near, near + random.uniform(3, 40) * HOUR, "suspend")
    since, until, *_ = machine.downs[-1]
    return [{"kind": "clock_step", "what": "suspended", "start": since, "end": until,
             "seconds": round(until - since)}]
