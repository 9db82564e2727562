"""A made-up machine: its cron, its other work and its kernel's PID counter.

What takes PIDs is laid out first as a list of spends (when, how many), sorted by time, and then the
counter is run over it once, so that every PID in the log is one that a kernel would have handed out
in that order. Time is UTC seconds; what the log shows is the wall clock: the zone, daylight saving and
steps of the clock included. All randomness comes from one random.Random.
"""

import dataclasses
import datetime
import math
import zoneinfo

DAY = 86400
RESERVED_PIDS = 300  # kernel/pid.c: a wrap goes on here


@dataclasses.dataclass
class Job:
    """A crontab line: due at the wall minutes of the day that `due` says."""
    user: str
    command: str
    due: frozenset             # minutes of the day
    cost: object               # random -> PIDs beyond cron's child and the job's own
    seconds: float = 1         # over which the cost is spent
    sleep: float = 0           # up to so many seconds pass first
    days: object = None        # datetime.date -> bool; None: every day
    fixed: bool = False        # a fixed time of day: cron runs it once when the clock is set over it


@dataclasses.dataclass
class Source:
    """Work that cron does not log, at these minutes of the day, up to `delay` seconds later."""
    due: frozenset
    cost: object
    delay: float = 0
    seconds: float = 5
    share: float = 1           # of the days on which it runs


@dataclasses.dataclass
class Host:
    name: str
    hostname: str
    dialect: str               # vixie, cronie, cronie_end, debian, iso
    jobs: list
    sources: list = dataclasses.field(default_factory=list)
    zone: str = "UTC"
    pid_max: int = 32768
    first_pid: int = 900
    background: float = 0      # PIDs a minute at the busiest hour
    burst: float = 1           # mean size of the bursts in which they come
    night: float = 1           # share of it at the quietest hour
    resident: int = 90         # processes that live on: a wrap skips their PIDs
    startup: bool = True       # cron logs STARTUP
    mixed_up: float = 0.03     # share of ticks whose lines stand out of PID order


@dataclasses.dataclass
class Line:
    time: float                # true UTC of the event
    shown: float               # UTC that the wall clock of the log stands for
    pid: int
    user: str
    command: str
    event: str = "CMD"         # CMD, CMDEND, STARTUP


def poisson(random, mean):
    if mean > 500:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    count, limit, product = 0, math.exp(-mean), random.random()
    while product > limit:
        count += 1
        product *= random.random()
    return count


def in_bursts(random, mean, burst):
    """A count of this mean: a Poisson number of geometric bursts of mean size `burst`."""
    if mean <= 0:
        return 0
    if burst <= 1:
        return poisson(random, mean)
    stop = math.log(1 - 1 / burst)
    return sum(1 + int(math.log(1 - random.random()) / stop) for _ in range(poisson(random, mean / burst)))


class Clock:
    """Wall clock of a host: zone and steps [(true UTC from which on, seconds added)]."""

    def __init__(self, zone, steps=()):
        self.zone = zoneinfo.ZoneInfo(zone)
        self.steps = sorted(steps)

    def shown(self, time):
        return time + sum(seconds for since, seconds in self.steps if time >= since)

    def local(self, time):
        return datetime.datetime.fromtimestamp(self.shown(time), self.zone)


class Machine:
    """Lays out what a host does from `start` for `days` days, then runs the counter."""

    def __init__(self, random, host, start, days, steps=()):
        self.random, self.host = random, host
        self.start, self.end = start, start + days * DAY
        self.clock = Clock(host.zone, steps)
        self.spends = []        # (time, order, PIDs, what)
        self.downs = []         # (from, to, why, startup line?): why is boot or suspend
        self.order = 0

    def spend(self, time, pids, what=None):
        self.order += 1
        self.spends.append((time, self.order, pids, what))

    def spread(self, time, pids, seconds):
        """So many PIDs one after another over a time."""
        pieces = min(pids, 6)
        for k in range(pieces):
            share = pids * (k + 1) // pieces - pids * k // pieces
            self.spend(time + seconds * self.random.random(), share)

    def down(self, since, until, why, startup=True):
        self.downs.append((since, until, why, startup))

    def lay_out_cron(self):
        by_minute, ran, last = {}, set(), None
        for job in self.host.jobs:
            for minute in job.due:
                by_minute.setdefault(minute, []).append(job)
        time = self.start
        while time < self.end:
            local = self.clock.local(time)
            minute, date = local.hour * 60 + local.minute, local.date()
            wall = self.clock.shown(time) // 60
            due = list(by_minute.get(minute, ()))
            if last is not None and 1 < wall - last < 180:   # set forward: fixed jobs are made up for
                due += [job for missed in range(minute - int(wall - last) + 1, minute)
                        for job in by_minute.get(missed, ()) if job.fixed]
            last = wall
            now = []
            for job in due:
                if job.days and not job.days(date):
                    continue
                if job.fixed and (id(job), date) in ran:
                    continue
                ran.add((id(job), date))
                now.append(job)
            if now:
                self.tick(time + self.random.choice((1, 1, 1, 2)), now)
            time += 60

    def tick(self, time, jobs):
        random = self.random
        lines = [["CMD", job.user, job.command, None, 0] for job in jobs]
        at = time + random.random() * 0.2
        for line in lines:      # all children fork first, then each starts its job
            self.spend(at, 1, ("child", line))
        runs = list(zip(jobs, lines))
        if random.random() < self.host.mixed_up:
            random.shuffle(runs)
        for job, line in runs:
            at += 0.01
            self.spend(at, 1, ("job", line))
            cost = job.cost(random)
            begin = at + 0.01 + random.random() * job.sleep
            self.spread(begin, cost, job.seconds)
            if self.host.dialect == "cronie_end":
                self.spend(begin + job.seconds, 0, ("end", line))

    def lay_out_rest(self):
        random, host = self.random, self.host
        day = self.start
        while day < self.end:
            for source in host.sources:
                if random.random() < source.share:
                    for minute in sorted(source.due):
                        local = self.clock.local(day)
                        midnight = day - (local.hour * 60 + local.minute) * 60
                        at = midnight + minute * 60 + random.random() * (source.delay or 2)
                        self.spread(at, source.cost(random), source.seconds)
            day += DAY
        time = self.start
        while host.background and time < self.end:
            hour = self.clock.local(time).hour
            day_share = (1 - math.cos((hour - 2) / 12 * math.pi)) / 2
            mean = host.background * (host.night + (1 - host.night) * day_share)
            pids = in_bursts(random, mean, host.burst)
            if pids:
                self.spread(time + 3 + random.random() * 50, pids, 4)
            time += 60

    def run(self):
        """Lines in the order of the log."""
        self.lay_out_cron()
        self.lay_out_rest()
        for since, until, why, startup in self.downs:
            self.spends = [s for s in self.spends if not since <= s[0] < until]
            self.spend(until - 1, 0, (why, startup))
        lines, host, counter = [], self.host, self.host.first_pid
        for time, _, pids, what in sorted(self.spends):
            if not self.start <= time < self.end:
                continue
            if what and what[0] == "boot":
                counter = self.random.randrange(380, 700)
                if what[1] and host.startup:
                    lines.append(Line(time, self.clock.shown(time), counter, "", "", "STARTUP"))
                counter += self.random.randrange(150, 900)
                continue
            counter += pids
            while counter >= host.pid_max:
                counter += RESERVED_PIDS - host.pid_max + int(self.random.random() * host.resident)
            if what and what[0] == "child":
                what[1][4] = counter
            elif what and what[0] == "job":
                what[1][3] = counter
                lines.append(Line(time, self.clock.shown(time), counter, *what[1][1:3]))
            elif what and what[0] == "end" and what[1][3]:
                lines.append(Line(time, self.clock.shown(time), what[1][4], *what[1][1:3], "CMDEND"))
        return lines


def render(line, host, clock):
    """One line of text, without its end."""
    local = datetime.datetime.fromtimestamp(line.shown, clock.zone)
    stamp = f"{local:%b} {local.day:2d} {local:%H:%M:%S}"
    if host.dialect == "vixie":
        if line.event == "STARTUP":
            return f"CRON ({local:%m/%d-%H:%M:%S}-{line.pid}) STARTUP (fork ok)"
        return f"{line.user} ({local:%m/%d-%H:%M:%S}-{line.pid}) {line.event} ({line.command})"
    if host.dialect == "iso":
        stamp = local.isoformat(timespec="microseconds")
    debian = host.dialect in ("debian", "iso")
    if line.event == "STARTUP":
        return f"{stamp} {host.hostname} {'cron' if debian else 'crond'}[{line.pid}]: (CRON) STARTUP (1.5.7)"
    return f"{stamp} {host.hostname} {'CRON' if debian else 'CROND'}[{line.pid}]: ({line.user}) {line.event} ({line.command})"
