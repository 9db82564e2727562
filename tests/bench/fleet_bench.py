#!/usr/bin/python3
"""A fleet of many small hosts, some of them damaged: all accounted for, killed and resumed, and what --jobs 2 gains.

    fleet_bench.py [--hosts N] [--kills N] [--ratio-hosts N] [--runs N] [--folder DIR]
    fleet_bench.py --minutes N [--hosts N] [--folder DIR]

1. Makes N hosts (default 1000), an ext2 in an E01 each, and damages one in twenty, in eight ways (fleet_hosts.py).
2. One undisturbed run. Every image must be in a state that its damage allows, and every damaged one must be named.
3. The same fleet in another folder, killed with SIGKILL some times (default 10) and resumed: all rows and the timeline must
   be those of the undisturbed run, byte for byte, and no process may outlive a kill.
4. Hosts without damage (default 200), --jobs 1 against --jobs 2 in turn: the median of the ratios pair by pair.

With --minutes nothing of this, but endurance: as many copies of 40 hosts, raw, scanned by one process over and over (--force)
for as long; its memory and open files, and the most that its children had, are sampled each second and told by quarters. The last run is
interrupted, and must say so.

1000 hosts take some five minutes and 200 MB. The exit status says whether 2 and 3 hold; no time is asserted.
"""
import argparse
import multiprocessing
import pathlib
import random
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import fleet_hosts, fleets, program  # noqa: E402

DAMAGED_EACH = 20


def make(job):
    folder, number, damaged = job
    path = fleet_hosts.make_host(folder, number)
    states = fleet_hosts.damage(path, number, number // DAMAGED_EACH) if damaged else {"complete"}
    return path, states


class Watch(threading.Thread):
    """Resident memory in KiB and open files of a process, its threads, and the memory of its children, each second."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.folder = pathlib.Path(f"/proc/{pid}")
        self.seen = []

    def run(self):
        try:
            while True:
                children = (self.folder / "task" / self.folder.name / "children").read_text(encoding="ascii").split()
                self.seen.append((self.resident(self.folder), len(list((self.folder / "fd").iterdir())),
                                  len(list((self.folder / "task").iterdir())),
                                  max((self.resident(pathlib.Path("/proc", child)) for child in children), default=0)))
                time.sleep(1)
        except (OSError, IndexError):
            pass  # it has ended

    @staticmethod
    def resident(folder):
        try:
            return int((folder / "statm").read_text(encoding="ascii").split()[1]) * 4
        except (OSError, IndexError):  # a child that has ended; that the parent has, shows in its folders
            return 0

    def words(self):
        quarter = max(1, len(self.seen) // 4)
        first, last = self.seen[:quarter], self.seen[-quarter:]
        return ", ".join(f"{name} at most {max(one[index] for one in first):,}{unit} in the first quarter and "
                         f"{max(one[index] for one in last):,}{unit} in the last"
                         for index, name, unit in ((0, "memory of the parent", " KiB"), (1, "open files", ""),
                                                   (2, "threads", ""), (3, "memory of a child", " KiB")))


def run(folder, hosts, *arguments):
    start = time.monotonic()
    process = fleets.start(folder, *arguments, *hosts)
    watch = Watch(process.pid)
    watch.start()
    said = process.stderr.read().decode()
    process.stderr.close()
    status = process.wait()
    run.watch = watch
    return status, said, time.monotonic() - start


def states_of(folder):
    return {name: image["state"] for name, image in fleets.by_name(fleets.status_of(folder)).items()}


def check(good, words):
    print(("ok: " if good else "NOT OK: ") + words, flush=True)
    return good


def undisturbed(folder, made):
    status, said, seconds = run(folder, [path for path, _ in made])
    states = states_of(folder)
    image_bytes = sum(path.stat().st_size for path, _ in made if path.exists())
    print(f"{len(made):,} hosts, {image_bytes / 1e6:.0f} MB of E01: {seconds:.1f} s, "
          f"{len(made) / seconds * 60:,.0f} images a minute, exit status {status}")
    print(run.watch.words())
    counts = fleets.status_of(folder)["counts"]
    print(f"states: {counts}")
    wrong = [path.name for path, allowed in made if states.get(path.name) not in allowed]
    unnamed = [path.name for path, allowed in made
               if states.get(path.name) != "complete" and f"{path.name} " not in said]
    good = check(not wrong and len(states) == len(made), f"every image is accounted for as it should be {wrong}")
    damaged = [path.name for path, allowed in made if allowed != {"complete"}]
    bad = [name for name, state in states.items() if state != "complete"]
    print(f"damaged {len(damaged)}, not complete {len(bad)}")
    return check(not unnamed, f"all that is not complete is named {unnamed}") and good


def killed(folder, whole, hosts, kills):
    pick = random.Random(kills)
    step = max(1, len(hosts) // (kills + 1))
    good, done = True, 0
    for _ in range(kills):
        resume = ["--resume"] if (folder / "status.json").exists() else []
        process = fleets.start(folder, *resume, *hosts)
        wanted = fleets.done_in(folder) + pick.randrange(1, 2 * step)
        done += fleets.kill_when(process, lambda: fleets.done_in(folder) >= wanted)  # pylint: disable=cell-var-from-loop
        deadline = time.monotonic() + 5
        while fleets.processes_of(folder) and time.monotonic() < deadline:
            time.sleep(0.01)
        good = check(not fleets.processes_of(folder), "no process outlives the kill") and good
    status, _, seconds = run(folder, hosts, "--resume")
    kept = sum(image.get("kept", False) for image in fleets.status_of(folder)["images"])
    print(f"{done} kills; the last run kept {kept:,} images and took {seconds:.1f} s, exit status {status}")
    good = check(fleets.rows_of(folder) == fleets.rows_of(whole), "all rows are those of the undisturbed run") and good
    return check(states_of(folder) == states_of(whole), "all states too") and good


def ratio(folder, hosts, runs):
    def timed(jobs):
        shutil.rmtree(folder, ignore_errors=True)
        return run(folder, hosts, "--quiet", "--jobs", jobs)[2]
    timed(2)
    pairs = [(timed(1), timed(2)) for _ in range(runs)]
    print(f"{len(hosts)} hosts: --jobs 1 {statistics.median(a for a, _ in pairs):.2f} s, "
          f"--jobs 2 {statistics.median(b for _, b in pairs):.2f} s; "
          f"ratio {statistics.median(a / b for a, b in pairs):.2f} (median of {runs})")


def endurance(folder, hosts, minutes):
    """Whether all went as it should for so long."""
    pool = [fleet_hosts.make_host(folder, number, "raw") for number in range(40)]
    copies = []
    for number in range(hosts):
        copies.append(folder / f"copy{number:05}.raw")
        shutil.copy(pool[number % len(pool)], copies[-1])
    end = time.monotonic() + minutes * 60
    good, runs = True, 0
    while time.monotonic() < end and good:
        process = fleets.start(folder / "out", "--force", "--quiet", *copies)
        watch = Watch(process.pid)
        watch.start()
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.5)
        interrupted = process.poll() is None
        if interrupted:
            process.send_signal(signal.SIGINT)
        process.stderr.read()
        process.stderr.close()
        status = process.wait()
        runs += 1
        counts = fleets.status_of(folder / "out")["counts"]
        print(f"run {runs}: {len(watch.seen)} s, exit status {status}, {counts}\n  {watch.words()}", flush=True)
        good = status == (130 if interrupted else 0) and counts["failed"] + counts["partial"] == 0
    return check(good, f"{runs} runs over {minutes:g} minutes did as they should")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--ratio-hosts", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=pathlib.Path, help="keep everything here instead of a temporary folder")
    parser.add_argument("--minutes", type=float, default=0, help="endurance, and nothing else")
    options = parser.parse_args()
    if not program.PROGRAM.exists():
        sys.exit(f"{program.PROGRAM} is not built")
    with tempfile.TemporaryDirectory() as holder:
        folder = options.folder or pathlib.Path(holder)
        folder.mkdir(exist_ok=True)
        if options.minutes > 0:
            sys.exit(0 if endurance(folder, options.hosts, options.minutes) else 1)
        jobs = [(folder, number, number % DAMAGED_EACH == 7) for number in range(options.hosts)]
        with multiprocessing.Pool(2) as pool:
            made = pool.map(make, jobs, chunksize=10)
        good = undisturbed(folder / "whole", made)
        good = killed(folder / "killed", folder / "whole", [path for path, _ in made], options.kills) and good
        sound = [path for path, allowed in made if allowed == {"complete"}][:options.ratio_hosts]
        if sound and options.runs > 0:
            ratio(folder / "ratio", sound, options.runs)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
