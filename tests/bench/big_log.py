#!/usr/bin/python3
"""Writes a large cron log for measurements.

    big_log.py FILE [--bytes N] [--hosts N] [--seed N]

cronie's syslog form. One host: one tick a minute with one to three jobs, each costing three PIDs and now and then
four, about 80 bytes a line; 100 MB are 1.25 million records. Several hosts: as a log server writes them, line by line
in the order of time, each host with one of four schedules of its own minutes, its own costs of each job and a
background of its own, some thirty lines an hour and host; a gigabyte of 1,000 hosts is a fortnight. PIDs wrap at
32768. The file's modification time is set to the last record's, as on an image. The same seed gives the same bytes.
"""
import argparse
import datetime
import os
import random

JOBS = ("/usr/lib64/sa/sa1 1 1", "/usr/local/bin/check_disk.sh --warn 80 --crit 90",
        "run-parts /etc/cron.hourly")

# Job: minutes apart, PIDs that it takes (drawn from), user, command; {} is a number of the host's.
SAR = (10, (3, 3, 3, 3, 4), "root", "/usr/lib64/sa/sa1 1 1")
HOURLY = (60, (9, 9, 9, 10), "root", "run-parts /etc/cron.hourly")
NIGHTLY = (1440, (180, 184, 190, 196), "root", "/usr/local/sbin/backup.sh --target nas{} --compress")
SCHEDULES = (
    (SAR, HOURLY, NIGHTLY, (5, (12, 12, 13), "root", "/usr/local/bin/check_disk.sh --warn 80 --crit 90")),
    (SAR, HOURLY, NIGHTLY, (1, (2, 2, 2, 2, 3), "postgres", "/opt/pg/bin/pg_watch.sh --cluster main{} --quiet"),
     (15, (25, 26, 26, 40), "postgres", "/opt/pg/bin/wal_ship.sh --to standby{}")),
    (SAR, HOURLY, (1440, (60, 61, 64), "root", "/usr/sbin/logrotate.sh --state /var/lib/logrotate{}.status")),
    (SAR, HOURLY, NIGHTLY, (5, (7, 7, 7, 8), "mrtg", "LANG=C LC_ALL=C /usr/bin/mrtg /etc/mrtg/mrtg{}.cfg"),
     (30, (31, 33, 35, 52), "www-data", "cd /srv/www/site{} && /usr/bin/php cron.php >/dev/null"),
     (20, (5, 5, 6), "root", "/usr/bin/freshclam.sh --quiet --config /etc/freshclam{}.conf")),
)


def wrapped(pid):
    return pid if pid <= 32767 else pid + 300 - 32768


def one_host(rng, time):
    """(time, lines) of each minute."""
    pid = 1000
    while True:
        stamp = f"{time:%b} {time.day:2d} {time:%H:%M:%S}"
        lines = []
        for job in range(rng.choice((1, 2, 2, 3))):
            pid = wrapped(pid + rng.choice((3, 3, 3, 4)))
            lines.append(f"{stamp} web01 CROND[{pid}]: (root) CMD ({JOBS[job]})\n")
        yield time, lines
        time += datetime.timedelta(minutes=1)


class Host:
    """A host on the log server: its schedule as the jobs of each minute of the day, and its counter."""

    def __init__(self, number, rng):
        self.name = f"{rng.choice(('web', 'db', 'app', 'build'))}{number:04d}"
        self.pid = rng.randint(400, 30000)
        self.background = rng.choice((0.0, 0.02, 0.1, 0.5))  # PIDs a minute
        self.second = rng.choice((1, 1, 1, 2))
        self.last = 0
        self.due = {}
        for apart, costs, user, command in rng.choice(SCHEDULES):
            text = f"({user}) CMD ({command.format(number)})\n"
            for minute in range(1 if apart == 60 else rng.randrange(apart), 1440, apart):
                self.due.setdefault(minute, []).append((text, costs))

    def lines(self, stamps, minute, rng):
        """The lines of the jobs that are due; all of them fork before the first one runs."""
        jobs = self.due.get(minute % 1440, ())
        if not jobs:
            return []
        idle = self.background * (minute - self.last)
        self.last = minute
        self.pid += int(idle) + (rng.random() < idle % 1)
        lines = []
        for place, (text, _) in enumerate(jobs, 1):
            lines.append(f"{stamps[self.second]} {self.name} CROND[{wrapped(self.pid + place)}]: {text}")
        for _, costs in jobs:
            self.pid += rng.choice(costs)
        self.pid = wrapped(self.pid)
        return lines


def log_server(rng, time, count):
    """(time, lines) of each minute."""
    hosts = sorted((Host(number, rng) for number in range(count)), key=lambda host: host.second)
    minute = 0
    while True:
        stamps = {second: f"{time:%b} {time.day:2d} {time:%H:%M}:{second:02d}" for second in (1, 2)}
        lines = []
        for host in hosts:
            lines += host.lines(stamps, minute, rng)
        yield time, lines
        time += datetime.timedelta(minutes=1)
        minute += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--bytes", type=int, default=100_000_000)
    parser.add_argument("--hosts", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    start = datetime.datetime(2020, 1, 1, 0, 0, 1)
    minutes = one_host(rng, start) if options.hosts == 1 else log_server(rng, start, options.hosts)
    written = 0
    time = start
    with open(options.file, "w", encoding="ascii", buffering=1 << 20) as out:
        while written < options.bytes:
            time, lines = next(minutes)
            written += sum(map(len, lines))
            out.writelines(lines)
    seconds = time.replace(tzinfo=datetime.timezone.utc).timestamp()
    os.utime(options.file, (seconds, seconds))


if __name__ == "__main__":
    main()
