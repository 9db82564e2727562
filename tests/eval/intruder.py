"""What an intruder, or an administrator whom nobody knows of, spends: PIDs with no line in cron's log.
Sizes as traced on real systems: a few for an exploit, some 20 for a log-in, thousands for a build."""

KINDS = {  # name: (processes, seconds)
    "exploit": ((3, 6), (1, 20)),
    "failed_login": ((3, 9), (5, 60)),
    "login": ((17, 30), (30, 120)),
    "interactive": ((25, 94), (300, 1500)),
    "enumeration": ((500, 960), (5, 60)),
    "toolkit_build": ((700, 4200), (60, 600)),
    "drizzle": ((60, 260), (3600, 5 * 3600)),
}


def attack(random, machine, kind, time):
    """Spends an activity's PIDs on the machine; returns its row of truth, without its bounds."""
    (least, most), (shortest, longest) = KINDS[kind]
    pids, seconds = random.randint(least, most), random.uniform(shortest, longest)
    moments = sorted(time + random.random() * seconds for _ in range(pids))
    for moment in moments:
        machine.spend(moment, 1)
    return {"kind": "activity", "what": kind, "start": moments[0], "end": moments[-1], "processes": pids}


def attacks(random, machine, count, first, last):
    """Activities more than six hours apart; an intruder is not there all the time."""
    rows, times = [], []
    kinds = list(KINDS)
    for _ in range(50 * count):
        if len(rows) == count:
            break
        time = random.uniform(first, last)
        if any(abs(time - other) < 6 * 3600 for other in times):
            continue
        if any(since - 6 * 3600 < time < until + 6 * 3600 for since, until, *_ in machine.downs):
            continue
        times.append(time)
        rows.append(attack(random, machine, kinds[len(rows) % len(kinds)], time))
    return rows
