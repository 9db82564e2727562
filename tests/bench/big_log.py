#!/usr/bin/python3
"""Writes a large cron log for measurements.

    big_log.py FILE [--bytes N] [--seed N]

cronie's syslog form, one host, one tick a minute with one to three jobs, each costing three PIDs and now and then four,
wrapping at 32768: about 80 bytes a line, 100 MB are 1.25 million records. The file's modification time is set to
the last record's, as on an image. The same seed gives the same bytes.
"""
import argparse
import datetime
import os
import random

JOBS = ("/usr/lib64/sa/sa1 1 1", "/usr/local/bin/check_disk.sh --warn 80 --crit 90",
        "run-parts /etc/cron.hourly")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--bytes", type=int, default=100_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    time = datetime.datetime(2020, 1, 1, 0, 0, 1)
    pid, written = 1000, 0
    with open(options.file, "w", encoding="ascii") as out:
        while written < options.bytes:
            stamp = f"{time:%b} {time.day:2d} {time:%H:%M:%S}"
            for job in range(rng.choice((1, 2, 2, 3))):
                pid += rng.choice((3, 3, 3, 4))
                if pid > 32767:
                    pid += 300 - 32768
                written += out.write(f"{stamp} web01 CROND[{pid}]: (root) CMD ({JOBS[job]})\n")
            time += datetime.timedelta(minutes=1)
    seconds = time.replace(tzinfo=datetime.timezone.utc).timestamp() - 60
    os.utime(options.file, (seconds, seconds))


if __name__ == "__main__":
    main()
