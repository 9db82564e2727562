"""Files of a task's results: names that a retry finds again, written aside and then renamed.

A task whose worker died comes back under the same id. The names of its files follow from that id and the inputs,
so the next run writes over nothing, finds what is complete, and leaves one result however often it was begun.
OpenRelik takes a file by `<uuid>.<extension>` in the output folder.
"""

import contextlib
import errno
import fcntl
import os
import pathlib
import shutil
import uuid

from openrelik_worker_common.file_utils import create_output_file

from . import scan

NAMESPACE = uuid.UUID("6f0f4e0c-8c1b-5d5e-9a55-0b8c3c6a7d21")  # of pidometer's result files; made up once
# A worker that an image kills would be followed by the next one, for ever.
MAX_ATTEMPTS = 3
ATTEMPTS = "attempts"
# Filesystems without locks, as some network shares are: two runs at once then both scan, each in a folder of its own,
# and give the same names to the same rows.
NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)

# What the scan writes: extension, data type.
KINDS = {
    scan.ROWS: ("jsonl", "pidometer:scan:jsonl"),
    scan.REPORT: ("html", "pidometer:scan:html"),
    scan.LOG: ("log", "pidometer:scan:log"),
    # The last: it says that the others are there.
    scan.SUMMARY: ("json", "pidometer:scan:summary"),
}


class ResultFiles:
    """The files of one group of inputs in one task."""

    def __init__(self, output_path, task_id, group):
        key = "\n".join([task_id or "", *(file.path for file in group.files)])
        self.id = uuid.uuid5(NAMESPACE, key)
        self.group = group
        self.output = pathlib.Path(os.path.abspath(output_path))
        self.place = self.output / f".pidometer-{self.id.hex}"
        self.work = self.place
        self.files = {kind: self._file(output_path, kind) for kind in KINDS}

    def _file(self, output_path, kind):
        extension, data_type = KINDS[kind]
        file = create_output_file(output_path, display_name=f"{self.group.name}.pidometer", extension=extension,
                                  data_type=data_type, source_file_id=self.group.files[0].id)
        file.uuid = uuid.uuid5(self.id, kind).hex
        file.path = os.path.join(output_path, f"{file.uuid}.{extension}")
        return file

    def path(self, kind):
        return pathlib.Path(self.files[kind].path)

    def is_complete(self):
        return self.path(scan.SUMMARY).exists()

    def dictionaries(self, *kinds):
        """Those of the files that are there."""
        return [self.files[kind].to_dict() for kind in kinds if self.holds(kind)]

    def holds(self, kind):
        """Whether the file is there and has something in it."""
        try:
            return self.path(kind).stat().st_size > 0
        except FileNotFoundError:
            return False

    def publish(self, *kinds):
        """Gives files of the working folder their names, in the order of KINDS.

        An empty one gets none: an importer fails at it. Nor does it leave one of a run that died.
        """
        for kind in KINDS:
            made = self.work / kind
            if kind not in kinds or not made.exists():
                continue
            if made.stat().st_size > 0:
                os.replace(made, self.path(kind))
            else:
                self.path(kind).unlink(missing_ok=True)

    def discard(self):
        """Removes what has its name of a run that cannot be completed. To be called in the working folder alone."""
        for kind in KINDS:
            with contextlib.suppress(OSError):
                self.path(kind).unlink()

    @contextlib.contextmanager
    def working_folder(self, wait):
        """Holds the working folder, empty but for the count of attempts; it is removed if all goes well.

        While another run of the same task holds it, `wait()` is called again and again. An exception leaves the
        folder as it is: what died here is counted by the next run.
        """
        lock, is_held = self._lock(wait)
        try:
            if is_held:
                for entry in self.place.iterdir():
                    if entry.is_dir() and not entry.is_symlink():
                        shutil.rmtree(entry)
                    elif entry.name != ATTEMPTS:
                        entry.unlink()
            else:
                self.work = self.place / uuid.uuid4().hex
                self.work.mkdir()
            yield self.work
            shutil.rmtree(self.work)
            if not is_held:
                with contextlib.suppress(OSError):  # another run is in it, or has removed it
                    (self.place / ATTEMPTS).unlink(missing_ok=True)
                    self.place.rmdir()
        finally:
            os.close(lock)

    def _lock(self, wait):
        """A descriptor of the working folder, and whether it is locked."""
        while True:
            self.place.mkdir(parents=True, exist_ok=True)
            try:
                lock = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # The run that held it may have removed the folder since it was opened.
                if os.path.samestat(os.fstat(lock), os.stat(self.place)):
                    return lock, True
            except BlockingIOError:
                wait()
            except FileNotFoundError:
                pass
            except OSError as error:
                if error.errno in NO_LOCKS:
                    return lock, False
                os.close(lock)
                raise
            os.close(lock)

    def count_attempt(self):
        """The number of this attempt, from 1, kept for the next one."""
        path = self.place / ATTEMPTS
        number = len(path.read_bytes()) + 1 if path.exists() else 1
        with open(path, "ab") as stream:
            stream.write(b".")
            stream.flush()
            os.fsync(stream.fileno())
        return number
