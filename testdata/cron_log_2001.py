"""The cron log of the 2001 Forensic Challenge, rebuilt from the published numbers of its analysis.

Not a copy of the log: schedule, costs and excesses determine every PID and minute from the first
job on. The seconds are 00 but for the two records whose seconds the analysis names.
"""

import datetime

FIRST_JOB = datetime.datetime(2000, 11, 5, 9, 40)
LAST_JOB = datetime.datetime(2000, 11, 8, 22, 10)
FIRST_PID = 618
STARTUP = "CRON (11/05-09:33:42-390) STARTUP (fork ok)"

RMMOD = "   /sbin/rmmod -as"
HOURLY = "run-parts /etc/cron.hourly"
DAILY = "run-parts /etc/cron.daily"

# Local time of the record after which they happened: PIDs beyond what the schedule costs.
EXCESSES = {
    "11/05-09:40": 3,
    "11/05-10:50": 42,
    "11/05-12:50": 1,
    "11/06-02:50": 1,
    "11/06-04:02": -4,
    "11/08-00:01": 6,
    "11/08-08:20": 41,
    "11/08-08:40": 18,
    "11/08-08:50": 842,
    "11/08-09:01": 29,
    "11/08-20:30": 22,
    "11/08-21:10": 5,
    "11/08-21:20": 4,
    "11/08-21:50": 2,
}
SECONDS = {"11/08-09:01": 1, "11/08-21:50": 1}


def job_at(minute, daily_at=(4, 2)):
    """The command that starts in this minute, or None."""
    if minute.minute % 10 == 0:
        return RMMOD
    if minute.minute == 1:
        return HOURLY
    if (minute.hour, minute.minute) == daily_at:
        return DAILY
    return None


def cost_of(minute, command):
    """PIDs from this job to the next one when nothing else runs."""
    if command == DAILY:
        return 145
    if command == HOURLY:
        return 5
    # sendmail's queue run, every hour, is no job of cron's
    return 3 if minute.minute == 30 else 2


def records(excesses=None, daily_at=(4, 2)):
    """(minute, PID, command) of every job; for tests with other excesses and another daily job."""
    excesses = EXCESSES if excesses is None else excesses
    out = []
    pid = FIRST_PID
    minute = FIRST_JOB
    while minute <= LAST_JOB:
        command = job_at(minute, daily_at)
        if command is not None:
            out.append((minute, pid, command))
            pid += cost_of(minute, command) + excesses.get(f"{minute:%m/%d-%H:%M}", 0)
        minute += datetime.timedelta(minutes=1)
    return out


def text(excesses=None, daily_at=(4, 2)):
    lines = [STARTUP]
    for minute, pid, command in records(excesses, daily_at):
        when = f"{minute:%m/%d-%H:%M}"
        lines.append(f"root ({when}:{SECONDS.get(when, 0):02}-{pid}) CMD ({command})")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(text())
