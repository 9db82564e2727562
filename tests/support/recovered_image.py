"""A small ext4 image with deleted and trimmed logs. No root, nothing mounted; all but the time of one
commit in its journal is the same every time.

What an intruder did to its /var/log, the year 2025:
* `cron` (18 to 20 November) lost one line of a job of the intruder's and a whole night. The file as it
  was before lies in free blocks, as `sed -i` leaves it.
* `cron.1` (15 to 17 November) was removed. A copy of its inode is in the journal. 500 PIDs were spent
  in one of its nights.
* Behind the end of `cron`, in its last block, three lines of an older file stand.
"""

import datetime
import pathlib
import subprocess

from tests.support import images

BLOCK = 1024
UUID = "6d0c7c0e-3b6e-4f0c-9a53-0c5a1f6f2b11"
IMPLANT = "/var/tmp/.x/update"
ROTATED = datetime.datetime(2025, 11, 18, tzinfo=datetime.timezone.utc)
EXCESS_AT = datetime.datetime(2025, 11, 16, 3, 30, 1, tzinfo=datetime.timezone.utc)


def lines(first, days, pid=1000, events=()):
    """A quiet host: a job every five minutes, one more every hour, three PIDs a job. `events` are
    (time, PIDs spent behind that time, line's job or nothing)."""
    out, events = [], sorted(events)

    def add(time, job):
        nonlocal pid
        out.append(f"{time:%b} {time.day:2} {time:%H:%M:%S} web01 CROND[{pid}]: (root) CMD ({job})\n")
        pid += 3

    for step in range(days * 288):
        time = first + datetime.timedelta(minutes=5 * step, seconds=1)
        add(time, "/usr/lib/sa/sa1 1 1")
        if time.minute == 0:
            add(time, "run-parts /etc/cron.hourly")
        while events and events[0][0] < time + datetime.timedelta(minutes=5):
            when, spent, job = events.pop(0)
            if job:
                add(when, job)
            pid += spent
    return out


class Logs:
    def __init__(self):
        day = datetime.timedelta(days=1)
        self.older = lines(ROTATED - 8 * day, 1)[100:103]
        self.rotated = lines(ROTATED - 3 * day, 3, events=[(EXCESS_AT, 500, None)])
        self.before = lines(ROTATED, 3, pid=5000, events=[
            (datetime.datetime(2025, 11, 19, 14, 2, 1, tzinfo=datetime.timezone.utc), 400, IMPLANT)])
        self.night = [line for line in self.before if line.startswith("Nov 20 0") and line[8] < "5"]
        self.implant = next(line for line in self.before if IMPLANT in line)
        gone = {*self.night, self.implant}
        self.live = [line for line in self.before if line not in gone]


def debugfs(image, commands, folder):
    script = folder / "debugfs.commands"
    script.write_text("".join(command + "\n" for command in commands))
    done = subprocess.run([images.tool("debugfs"), "-w", "-f", script, image], capture_output=True, check=True,
                          env={"E2FSPROGS_FAKE_TIME": "1763600000", "PATH": images.PATH, "TZ": "UTC"})
    return done.stdout.decode()


def blocks_of(image, path):
    """Data blocks of a file in order; it has no block of its map's own."""
    out = images.run("debugfs", "-R", f"blocks {path}", image).decode()
    return [int(word) for word in out.split()]


def make_file_system(image):
    subprocess.run(
        [images.tool("mkfs.ext4"), "-q", "-F", "-b", str(BLOCK), "-I", "256", "-N", "64", "-J", "size=1", "-U", UUID,
         "-O", "none,has_journal,ext_attr,filetype,extent,sparse_super,large_file,extra_isize",
         "-E", f"lazy_itable_init=0,hash_seed={UUID},root_owner=0:0", image, "4M"],
        check=True, capture_output=True, env={"E2FSPROGS_FAKE_TIME": "1763000000", "PATH": images.PATH, "TZ": "UTC"})
    return image


def make_plain(folder, name, files, mtime):
    """An image with these files (path: bytes) and no more."""
    image = make_file_system(folder / name)
    commands, made = [], set()
    for number, (path, data) in enumerate(files.items()):
        for parent in reversed(pathlib.PurePosixPath(path).parents[:-1]):
            if parent not in made:
                commands.append(f"mkdir {parent}")
            made.add(parent)
        (folder / f"{name}.{number}").write_bytes(data)
        commands += [f"write {folder / name}.{number} {path}", f"sif {path} mtime @{mtime}"]
    debugfs(image, commands, folder)
    return image


def make(folder, name="disk.raw"):
    """The image, and the logs that went into it."""
    logs = Logs()
    image = pathlib.Path(folder) / name
    for file, text in (("rotated", logs.rotated), ("before", logs.before), ("live", logs.live),
                       ("hostname", ["web01\n"])):
        (folder / file).write_text("".join(text))
    make_file_system(image)
    end = int(ROTATED.timestamp())
    debugfs(image, [
        "mkdir /etc", "mkdir /var", "mkdir /var/log", f"write {folder / 'hostname'} /etc/hostname",
        "symlink /etc/localtime ../usr/share/zoneinfo/Etc/UTC",
        f"write {folder / 'rotated'} /var/log/cron.1", f"sif /var/log/cron.1 mtime @{end}"], folder)
    # What the journal keeps: the block of the inode table that cron.1 is in, and that of its name.
    place = images.run("debugfs", "-R", "imap /var/log/cron.1", image).decode()
    table = int(place.split("located at block ")[1].split(",")[0])
    directory = blocks_of(image, "/var/log")[0]
    data = image.read_bytes()
    first, second = sorted((table, directory))
    (folder / "copies").write_bytes(b"".join(data[at * BLOCK:(at + 1) * BLOCK] for at in (first, second)))
    debugfs(image, ["jo", f"jw -b {first},{second} {folder / 'copies'}", "jc", "jr"], folder)
    now = end + 3 * 86400 - 299
    debugfs(image, [
        f"write {folder / 'before'} /var/log/cron.old", f"write {folder / 'live'} /var/log/cron",
        f"sif /var/log/cron mtime @{now}", "rm /var/log/cron.old", "rm /var/log/cron.1",
        f"sif /var/log mtime @{now}"], folder)
    put_slack(image, "".join(logs.older).encode(), len("".join(logs.live)))
    return image, logs


def put_slack(image, text, size):
    """Bytes behind the end of the live log, in its last block."""
    last = blocks_of(image, "/var/log/cron")[-1]
    data = bytearray(image.read_bytes())
    at = last * BLOCK + size % BLOCK
    if size % BLOCK == 0 or size % BLOCK + 1 + len(text) > BLOCK:
        raise ValueError("no room behind the log: change its lines")
    data[at + 1:at + 1 + len(text)] = text
    image.write_bytes(data)
