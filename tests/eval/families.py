"""Families of made-up hosts. Each call draws another host of its family: schedules, costs and loads
differ from one to the next, so that nothing can be fitted to one of them."""

import math

from tests.eval.machine import Host, Job, Source, in_bursts, poisson

HOUR, DAY = 60, 1440
NAMES = ("atlas", "borea", "ceres", "delos", "eos", "faun", "gaia", "hydra", "iris", "juno")


def every(minutes, offset=0):
    return frozenset(range(offset % minutes, DAY, minutes))


def at(hour, minute):
    return frozenset((hour * HOUR + minute,))


def constant(pids):
    return lambda random: pids


def around(low, high):
    return lambda random: random.randint(low, high)


def files(middle, spread):
    """What walks through files: lognormal, now and then much longer."""
    return lambda random: max(1, round(middle * math.exp(random.gauss(0, spread))))


def script(mean, dispersion):
    """A user's script: negative binomial with variance mean + mean^2 / dispersion."""
    return lambda random: poisson(random, random.gammavariate(dispersion, mean / dispersion))


def sundays(date):
    return date.weekday() == 6


def old_server(random):
    """A Red Hat of 2001: hardly anything but cron, local time in America."""
    jobs = [Job("root", "  /sbin/rmmod -as", every(10), constant(0)),
            Job("root", "run-parts /etc/cron.hourly", every(60, 1), constant(2)),
            Job("root", "run-parts /etc/cron.daily", at(4, 2), files(170, 0.1), 60, fixed=True),
            Job("root", "run-parts /etc/cron.weekly", at(4, 22), around(20, 40), 30, days=sundays, fixed=True)]
    if random.random() < 0.6:
        jobs.append(Job("news", "/usr/lib/news/bin/rc.hourly", every(random.choice((20, 30)), 5), around(4, 6), 4))
    return Host("oldserver", random.choice(NAMES), "vixie", jobs,
                [Source(every(60, random.randrange(2, 58)), constant(1))],
                random.choice(("UTC", "America/Chicago")), background=random.choice((0, 0.01, 0.05)))


def centos7(random):
    jobs = [Job("root", "/usr/lib64/sa/sa1 1 1", every(10), constant(0)),
            Job("root", "run-parts /etc/cron.hourly", every(60, 1), around(8, 10), 2),
            Job("root", "/usr/lib64/sa/sa2 -A", at(23, 53), constant(1), fixed=True),
            Job("root", "run-parts /etc/cron.daily", at(3, random.randrange(5, 50)), around(30, 38), 40, fixed=True),
            Job("zabbix", "/opt/zabbix/queue.sh", every(random.choice((2, 5))), script(3, 8), 2)]
    return Host("centos7", random.choice(NAMES), "cronie", jobs,
                [Source(every(15, random.randrange(15)), constant(random.choice((1, 2)))),
                 Source(at(random.randrange(24), random.randrange(60)), around(12, 20), 60)],
                random.choice(("UTC", "Europe/Madrid")), first_pid=1800,
                background=random.choice((0.3, 0.8)), burst=1.6, night=0.6)


def alma9(random):
    jobs = [Job("root", "run-parts /etc/cron.hourly", every(60, 1), around(7, 9), 2),
            Job("postgres", "/srv/pg/wal_ship.sh", every(15, random.randrange(15)), script(6, 6), 6),
            Job("app", "/srv/app/bin/poll --all", every(random.choice((5, 10))), around(2, 3), 2),
            Job("root", "/usr/local/sbin/backup-etc", at(1, 40), files(70, 0.25), 200, fixed=True)]
    return Host("alma9", random.choice(NAMES), "cronie_end", jobs,
                [Source(every(10, 4), constant(1)), Source(at(0, 0), around(40, 60), 3600, 20)],
                "UTC", 4194304, 2300, background=1.2, burst=2.5, night=0.5, startup=False)


def debian12(random):
    """Timers at any time of the day, and a cron.daily that sleeps first."""
    jobs = [Job("root", "   cd / && run-parts --report /etc/cron.hourly", every(60, 17), constant(3)),
            Job("root", "test -x /usr/sbin/anacron || run-parts --report /etc/cron.daily", at(6, 25),
                around(77, 142), 60, sleep=1800, fixed=True),
            Job("www-data", "php -f /var/www/cron.php", every(random.choice((5, 15))), around(1, 4), 3),
            Job("root", "command -v debian-sa1 > /dev/null && debian-sa1 1 1", every(10, 5), constant(2))]
    sources = [Source(frozenset((6 * HOUR, 18 * HOUR)), around(20, 60), 12 * 3600, 25),  # apt-daily
               Source(at(6, 0), around(25, 45), 3600, 30),                            # its upgrade
               Source(at(0, 0), around(14, 30), 12 * 3600, 10)]                        # man-db
    return Host("debian12", random.choice(NAMES), random.choice(("iso", "debian")), jobs, sources,
                random.choice(("UTC", "Europe/Berlin")), 4194304, 1200,
                background=random.choice((0.2, 0.6)), burst=2, night=0.7, startup=False)


def build_host(random):
    jobs = [Job("root", "/usr/local/bin/runner-alive", every(1), constant(1)),
            Job("root", "/usr/lib64/sa/sa1 1 1", every(10), constant(0)),
            Job("ci", "/srv/ci/sweep", every(60, 35), script(20, 4), 30)]
    return Host("buildhost", random.choice(NAMES), "cronie", jobs, [], "Europe/Berlin", 32768, 5000,
                background=random.choice((20, 45)), burst=random.choice((3, 6)), night=0.25)


def minimal_vm(random):
    jobs = [Job("root", "run-parts /etc/cron.hourly", every(60, 1), around(8, 10), 2)]
    return Host("minimalvm", random.choice(NAMES), "cronie_end", jobs, [Source(every(60, 30), constant(2))],
                "UTC", 4194304, 1500, background=random.choice((0.05, 0.2)), burst=1.3)


def busy_cron(random):
    """Several records a minute: monitoring and many users' jobs."""
    jobs = [Job("monitor", f"/opt/probe/{name}", every(1), cost, 1)
            for name, cost in (("ping", constant(1)), ("disk", around(2, 3)), ("load", constant(1)))]
    jobs += [Job(user, f"/home/{user}/bin/sync.sh", every(random.choice((5, 15, 20)), k), script(5, 1.2), 20)
             for k, user in enumerate(("ada", "ben", "cleo"))]
    jobs.append(Job("root", "/usr/sbin/logrotate /etc/logrotate.conf", at(3, 10), files(40, 0.3), 20, fixed=True))
    return Host("busycron", random.choice(NAMES), "debian", jobs, [Source(every(60, 9), around(3, 5))],
                "America/New_York", 32768, 4000, background=2, burst=2, night=0.4)


def busy_by_day(random):
    """Work begins in the morning and ends in the evening, within minutes or over hours; people come and go."""
    start, end = random.randint(6 * HOUR, 10 * HOUR), random.randint(16 * HOUR, 22 * HOUR)
    load, size, slope = random.choice((0.5, 2, 8, 30)), random.choice((1.5, 4)), random.choice((1, 60, 150))

    def share(minute):
        """Of the day's load: it rises and falls over `slope` minutes."""
        return max(0, min(1, (minute - start) / slope, (end - minute) / slope))

    def work(minute):
        mean = load * share(minute)
        return lambda random: in_bursts(random, mean, size)
    jobs = [Job("root", "/usr/lib/sa/sa1 1 1", every(random.choice((5, 10))), constant(random.choice((0, 2)))),
            Job("root", "run-parts /etc/cron.hourly", every(60, random.choice((1, 17))), around(3, 9), 2),
            Job("root", "run-parts /etc/cron.daily", at(random.randrange(2, 7), random.randrange(60)),
                files(random.choice((60, 170)), 0.15), 90, random.choice((0, 600)), fixed=True),
            Job("app", "/srv/app/queue", every(random.choice((15, 20, 30)), random.randrange(5)), script(4, 3), 10)]
    if random.random() < 0.6:
        jobs.append(Job("app", "/srv/app/report", frozenset(range(start, end, random.choice((60, 120)))),
                        script(random.choice((10, 60)), 5), 60))
    sources = [Source(frozenset((minute,)), work(minute), 55, 5) for minute in range(start, end)]
    return Host("busybyday", random.choice(NAMES), "debian", jobs, sources, random.choice(("UTC", "Europe/Paris")),
                random.choice((32768, 4194304)), 2500, background=random.choice((0.1, 0.5, 2)),
                burst=random.choice((1.3, 2.5)), night=random.choice((0.3, 1)))


FAMILIES = {f.__name__: f for f in (old_server, centos7, alma9, debian12, build_host, minimal_vm, busy_cron)}

# Days of log: as much as one rotation or a few leave; the sparse ones keep more.
DAYS = {"old_server": 21, "centos7": 28, "alma9": 28, "debian12": 35, "build_host": 7, "minimal_vm": 56,
        "busy_cron": 10}

# Made only where they are asked for: what docs/pid_clock.md measures of them it says.
MORE_FAMILIES = {f.__name__: f for f in (busy_by_day,)}
DAYS |= {"busy_by_day": 2}
