#!/usr/bin/python3
"""Forty images on two processes with a real Redis: whatever dies, each ends once, in a result or a named failure."""

import ast
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from integrations.openrelik.tests import fleet, lab  # noqa: E402
from tests.support import program, rows, tap  # noqa: E402

# The program, slowed down: a scan of so small an image is over before it can be disturbed.
SLOW = '#!/bin/sh\nsleep {seconds}\nexec "{program}" "$@"\n'
# An image that takes the worker with it.
POISON = '#!/bin/sh\ncase "$*" in *poison*) kill -9 $PPID; sleep 60;; esac\nexec "{program}" "$@"\n'


class Engine(lab.LabTest):
    def setUp(self):
        super().setUp()
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.output = self.folder / "output"
        self.output.mkdir()

    def script(self, text, **values):
        path = self.folder / "program.sh"
        path.write_text(text.format(program=program.PROGRAM, **values))
        path.chmod(0o755)
        return str(path)

    def start_fleet(self, seconds=0.4):
        self.make_lab(self.folder, PIDOMETER_PROGRAM=self.script(SLOW, seconds=seconds))
        self.pieces = fleet.make_fleet(lab.Store(self.folder / "store"))
        self.assertEqual(len(self.pieces), 40)
        self.tasks = [self.send(piece.input_files, self.output, **fleet.ZONE) for piece in self.pieces]

    def check_fleet(self):
        """Every piece has ended once: its files, nothing else's, and the rows of an undisturbed scan."""
        want = {"E01": fleet.expected_rows(program.E01), "raw": fleet.expected_rows(program.RAW)}
        ended = self.wait_for_ends(self.tasks)
        known = {}
        for piece, task in zip(self.pieces, self.tasks):
            status, value = ended[task]
            with self.subTest(piece.name):
                if piece.want == "failed":
                    self.assertEqual(status, "FAILURE", value)
                    self.assertIn(piece.words, str(value["exc_message"]))
                    self.assertIn(f"{piece.name}: ", str(value["exc_message"]))
                    continue
                self.assertEqual(status, "SUCCESS", value)
                value = lab.decode(value)
                self.assertEqual(value["meta"]["failures"], [])
                image, = value["meta"]["images"]
                self.assertEqual((image["name"], image["status"]), (piece.name, 3 if piece.want == "partial" else 0))
                kinds = [file["display_name"] for file in value["output_files"] + value["task_files"]]
                self.assertEqual(kinds, [f"{piece.name}.pidometer.{end}" for end in ("jsonl", "html", "log", "json")])
                for file in value["output_files"] + value["task_files"]:
                    self.assertEqual(file["path"], str(self.output / (file["uuid"] + file["extension"])))
                    self.assertNotIn(file["path"], known)
                    known[file["path"]] = piece.name
                if piece.want == "complete":
                    kind = "raw" if piece.name.startswith("mail") else "E01"
                    found = rows.load_rows(value["output_files"][0]["path"])
                    self.assertEqual(fleet.without_places(found), want[kind])
        # A result is all that is left: nothing half written, nothing of a run that was cut off.
        wait_until = time.monotonic() + 30
        while {str(path) for path in self.output.iterdir()} != known.keys() and time.monotonic() < wait_until:
            time.sleep(0.2)  # a second run of a task may be looking whether the first one did its work
        self.assertEqual({str(path) for path in self.output.iterdir()}, known.keys())

    def test_killed_workers(self):
        self.start_fleet()
        first, = self.workers.processes
        self.wait_for_ends(self.tasks, 8)
        # One process of the pool: its task is requeued at once.
        self.wait_until_busy(self.tasks, first)
        os.kill(self.workers.busy_children(first)[0], signal.SIGKILL)
        self.wait_for_ends(self.tasks, 18)
        # All of the worker: its tasks come back when Redis has waited long enough.
        self.wait_until_busy(self.tasks, first)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        self.assertLess(len(self.states(self.tasks)), 40)
        left = list(self.output.glob(".pidometer-*"))
        self.assertNotEqual(left, [], "nothing was under way")
        time.sleep(lab.VISIBILITY_SECONDS + 1)
        self.workers.start()
        self.check_fleet()

    def test_restarted_redis(self):
        self.start_fleet()
        self.wait_for_ends(self.tasks, 12)
        self.wait_until_busy(self.tasks, self.workers.processes[0])
        self.redis.kill()
        time.sleep(lab.VISIBILITY_SECONDS + 1)
        self.redis.start()
        self.assertLess(len(self.states(self.tasks)), 40)
        self.check_fleet()

    def test_progress_and_metadata_reach_the_server(self):
        self.make_lab(self.folder, PIDOMETER_PROGRAM=self.script(SLOW, seconds=5))
        events = []
        with self.client.connection() as connection:
            receiver = self.client.events.Receiver(connection, handlers={"*": events.append})
            capture = receiver.itercapture(timeout=lab.PATIENCE_SECONDS, wakeup=True)
            next(capture)
            store = lab.Store(self.folder / "store")
            task = self.send([store.add(program.E01.read_bytes(), "web.E01")], self.output)
            for _ in capture:
                if any(one["type"] in ("task-succeeded", "task-failed") for one in events):
                    break
        kinds = [one["type"] for one in events if one.get("uuid") == task]
        self.assertEqual([kind for kind in kinds if kind != "task-progress"],
                         ["task-received", "task-started", "task-succeeded"])
        progress = [one for one in events if one["type"] == "task-progress"]
        self.assertEqual({(one["data"]["image"], one["data"]["number"], one["data"]["images"]) for one in progress},
                         {("web.E01", 1, 1)})
        times = [one["timestamp"] for one in progress]
        self.assertGreaterEqual(len(times), 3)
        self.assertGreater(min(after - before for before, after in zip(times, times[1:])), 1.5)
        # As the server looks for it.
        answers = self.client.control.inspect(timeout=30, limit=1).registered("metadata")
        line, = [one for names in answers.values() for one in names if one.startswith(lab.TASK)]
        metadata = ast.literal_eval(re.search("({.+})", line).group(0))
        self.assertEqual(line.split()[0].split(".")[0], lab.QUEUE)
        self.assertEqual({option["name"] for option in metadata["task_config"]},
                         {"timezone", "year", "pid_max", "min_level", "records", "recover", "rows_only", "hash"})

    def test_an_image_that_kills_its_workers_is_named(self):
        self.make_lab(self.folder, PIDOMETER_PROGRAM=self.script(POISON))
        store = lab.Store(self.folder / "store")
        tasks = [self.send([store.add(program.E01.read_bytes(), name)], self.output)
                 for name in ("poison.E01", "web.E01")]
        ended = self.wait_for_ends(tasks)
        self.assertEqual(ended[tasks[0]][0], "FAILURE")
        self.assertIn("poison.E01: 3 workers died", str(ended[tasks[0]][1]["exc_message"]))
        self.assertEqual(ended[tasks[1]][0], "SUCCESS")
        self.assertEqual(list(self.output.glob(".*")), [])


if __name__ == "__main__":
    tap.main()
