"""A laboratory for the worker's tests: Redis, workers as OpenRelik starts them, and input files under uuid names."""

import base64
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[3]
WORKER = ROOT / "integrations" / "openrelik"
STAND_IN = WORKER / "tests" / "stand_in"
sys.path[:0] = [str(ROOT), str(WORKER)]
if importlib.util.find_spec("openrelik_worker_common") is None:
    sys.path.append(str(STAND_IN))
sys.dont_write_bytecode = True

from tests.support import program  # noqa: E402  pylint: disable=wrong-import-position

QUEUE = "openrelik-worker-pidometer"
TASK = f"{QUEUE}.tasks.scan"
WORKER_ARGUMENTS = ["--app=src.app", "worker", "--task-events", "--concurrency=2", "--loglevel=INFO"]
# Loaded machines are slow; what hangs is still found.
PATIENCE_SECONDS = 240
# Celery looks for tasks to give back when it connects, and then every 100 s: tests let this pass before.
VISIBILITY_SECONDS = 3


# Looked for before anything is imported: Celery's lazy modules cannot be looked for later.
ABSENT = [name for name in ("celery", "redis") if importlib.util.find_spec(name) is None]
NO_CELERY = "celery is not installed" if "celery" in ABSENT else ""


def missing():
    """What the tests need and is not installed, in words; empty where all is there."""
    return ", ".join([*ABSENT, *([] if shutil.which("redis-server") else ["redis-server"])])


def decode(result):
    return json.loads(base64.b64decode(result))


def wait_for(what, condition, seconds=PATIENCE_SECONDS):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.05)


def children_of(pid):
    """Processes that `pid` started, by /proc."""
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(one) for one in text.split()]


class Store:
    """A folder of input files as OpenRelik keeps them: uuid names, and what they were called beside them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def add(self, content, display_name):
        """An input file of these bytes; None is a file that is gone."""
        name = uuid.uuid4().hex
        path = self.folder / f"{name}{pathlib.PurePath(display_name).suffix}"
        if content is not None:
            path.write_bytes(content)
        return {"id": 1, "uuid": name, "display_name": display_name, "path": str(path)}


class Redis:
    """A server of its own on a free port, whose data outlive it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder, "--save", "",
             "--appendonly", "yes", "--appendfsync", "always"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("Redis", self.answers, 30)

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Workers:
    """Worker processes in sessions of their own, and their logs."""

    def __init__(self, folder, redis, **environment):
        self.folder = pathlib.Path(folder)
        self.environment = {
            **os.environ, "REDIS_URL": redis.url, "PIDOMETER_PROGRAM": str(program.PROGRAM),
            "PIDOMETER_VISIBILITY_SECONDS": str(VISIBILITY_SECONDS), "PYTHONDONTWRITEBYTECODE": "1",
            # A fleet of test workers must not be told apart by luck.
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), **environment}
        self.processes = []

    def start(self):
        number = len(self.processes) + 1
        with open(self.folder / f"worker{number}.log", "wb") as log:
            self.processes.append(subprocess.Popen(
                ["/usr/bin/python3", "-m", "celery", *WORKER_ARGUMENTS, "-Q", QUEUE, "-n", f"worker{number}@lab"],
                cwd=WORKER, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True))
        return self.processes[-1]

    @staticmethod
    def busy_children(process):
        """The pool processes of a worker that have a scan under way."""
        return [child for child in children_of(process.pid) if children_of(child)]

    def log(self):
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("worker*.log")))

    def kill_all(self):
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


class LabTest(unittest.TestCase):
    """A case with Redis, workers of two processes, and a folder of input files."""

    maxDiff = None

    def setUp(self):
        lacks = missing()
        if lacks:
            self.skipTest(f"not installed: {lacks}")
        if not program.PROGRAM.exists():
            self.skipTest(f"{program.PROGRAM} is not built")

    def make_lab(self, folder, **environment):
        """Redis and a worker that run until the case ends, and the client's side of Celery."""
        import redis  # pylint: disable=import-outside-toplevel
        from celery import Celery  # pylint: disable=import-outside-toplevel
        self.redis = Redis(folder)
        self.addCleanup(self.redis.kill)
        self.redis.start()
        self.workers = Workers(folder, self.redis, **environment)
        self.addCleanup(self.workers.kill_all)
        self.workers.start()
        self.client = Celery(broker=self.redis.url)
        self.addCleanup(self.client.close)
        self.backend = redis.Redis.from_url(self.redis.url)
        self.addCleanup(self.backend.close)

    def send(self, input_files, output_path, **config):
        """The id of the task."""
        task = uuid.uuid4().hex
        self.client.send_task(TASK, queue=QUEUE, task_id=task, kwargs={
            "input_files": input_files, "output_path": str(output_path), "workflow_id": 7, "task_config": config})
        return task

    def states(self, tasks):
        """{task: state and result} of the tasks that have ended."""
        from redis.exceptions import RedisError  # pylint: disable=import-outside-toplevel
        try:
            metas = self.backend.mget([f"celery-task-meta-{task}" for task in tasks])
        except RedisError:  # it is being restarted
            return {}
        ended = {}
        for task, meta in zip(tasks, metas):
            known = json.loads(meta) if meta else {}
            if known.get("status") in ("SUCCESS", "FAILURE"):
                ended[task] = (known["status"], known["result"])
        return ended

    def wait_until_busy(self, tasks, worker):
        """Waits until both processes of a worker scan, and none of its tasks is on the way to it."""
        self.wait_for(tasks, "two scans", lambda: len(self.workers.busy_children(worker)) == 2)

    def wait_for_ends(self, tasks, count=None):
        """States of the tasks as soon as `count` of them, or all, have ended."""
        count = len(tasks) if count is None else count
        self.wait_for(tasks, f"{count} of {len(tasks)} tasks", lambda: len(self.states(tasks)) >= count)
        return self.states(tasks)

    def wait_for(self, tasks, what, condition):
        """As wait_for(); a failure says how many tasks have ended, and what the workers said last."""
        try:
            wait_for(what, condition)
        except AssertionError as error:
            raise AssertionError(f"{error}: {len(self.states(tasks))} ended\n{self.workers.log()[-6000:]}") from error
