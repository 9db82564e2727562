#!/usr/bin/python3
"""One run of the task, without a broker: what it takes, what it gives, and what a retry of it finds."""

import ast
import errno
import fcntl
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from integrations.openrelik.tests import fleet, lab  # noqa: E402
from tests.support import evidence, images, program, rows, tap  # noqa: E402

if not lab.NO_CELERY:
    from src import app, result_files, scan, task_report, tasks

COUNTING = '#!/bin/sh\necho x >> "{count}"\nexec "{program}" "$@"\n'


class TaskTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        if lab.NO_CELERY:
            self.skipTest(lab.NO_CELERY)
        if not program.PROGRAM.exists():
            self.skipTest(f"{program.PROGRAM} is not built")
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.output = self.folder / "output"
        self.output.mkdir()
        self.store = lab.Store(self.folder / "store")
        self.use(program.PROGRAM)
        self.events = []
        patch = unittest.mock.patch.object(tasks.command, "send_event", self.send_event)
        patch.start()
        self.addCleanup(patch.stop)

    def send_event(self, kind, data=None, **_):
        self.events.append((kind, data))

    def use(self, path):
        patch = unittest.mock.patch.dict(os.environ, {"PIDOMETER_PROGRAM": str(path)})
        patch.start()
        self.addCleanup(patch.stop)

    def use_script(self, text):
        path = self.folder / "program.sh"
        path.write_text(text.format(program=program.PROGRAM, count=self.folder / "count"))
        path.chmod(0o755)
        self.use(path)

    def calls(self):
        path = self.folder / "count"
        return len(path.read_text().split()) if path.exists() else 0

    def run_task(self, input_files, task_id="a" * 32, pipe_result=None, output=None, **config):
        done = tasks.command.apply(task_id=task_id, kwargs={
            "pipe_result": pipe_result, "input_files": input_files, "output_path": str(output or self.output),
            "workflow_id": 7, "task_config": {**fleet.ZONE, **config}})
        return lab.decode(done.get(disable_sync_subtasks=False))

    def fail_task(self, *arguments, **values):
        output = values.setdefault("output", self.output)
        output.mkdir(exist_ok=True)
        with self.assertRaises(scan.ScanFailed) as caught:
            self.run_task(*arguments, **values)
        self.assertEqual(list(output.iterdir()), [], "files of a task that failed")
        return str(caught.exception)

    def e01(self, name="web.E01"):
        return self.store.add(program.E01.read_bytes(), name)

    def contents(self):
        return {path.name: path.read_bytes() for path in self.output.iterdir()}


class Results(TaskTest):
    def test_an_image(self):
        result = self.run_task([self.e01()])
        self.assertEqual(result["workflow_id"], 7)
        self.assertEqual(result["command"].split()[1:], ["scan", "--timezone=America/Chicago", "web.E01"])
        found, report = result["output_files"]
        log, summary = result["task_files"]
        self.assertEqual([one["data_type"] for one in (found, report, log, summary)],
                         [f"pidometer:scan:{kind}" for kind in ("jsonl", "html", "log", "summary")])
        self.assertEqual({path.name for path in self.output.iterdir()},
                         {pathlib.Path(one["path"]).name for one in (found, report, log, summary)})
        self.assertEqual(fleet.without_places(rows.load_rows(found["path"])), fleet.expected_rows(program.E01))
        self.assertTrue(pathlib.Path(report["path"]).read_text().startswith("<!DOCTYPE html>"))
        self.assertIn("14 findings, ", pathlib.Path(log["path"]).read_text())
        summary = rows.parse(pathlib.Path(summary["path"]).read_text())
        self.assertEqual(rows.problems(summary, rows.load_schema("summary")), [])
        self.assertEqual(summary["inputs"][0]["name"], "web.E01")
        self.assertIn("highest level: critical", result["task_report"]["summary"])
        self.assertEqual(result["task_report"]["priority"], 80)
        self.assertEqual(self.events[0], ("task-progress", {"image": "web.E01", "number": 1, "images": 1, "seconds": 0}))

    def test_one_bad_image_among_good_ones(self):
        noise = self.store.add(evidence.noise(100_000), "noise.raw")
        result = self.run_task([self.e01(), noise, self.e01("db.E01")])
        self.assertEqual([one["display_name"] for one in result["output_files"]],
                         [f"{name}.E01.pidometer.{end}" for name in ("web", "db") for end in ("jsonl", "html")])
        failure, = result["meta"]["failures"]
        self.assertIn("noise.raw: error: noise.raw is no evidence; reason: it holds neither text nor", failure)
        self.assertIn("1 FAILED", result["task_report"]["summary"])
        self.assertLess(result["task_report"]["content"].index("noise"), result["task_report"]["content"].index("web"))
        self.assertIn("noise.raw.pidometer.log", [one["display_name"] for one in result["task_files"]])
        self.assertEqual({path.name for path in self.output.iterdir()},
                         {pathlib.Path(one["path"]).name for one in result["output_files"] + result["task_files"]})

    def test_hosts_whose_files_have_one_name_are_a_failure(self):
        raw = program.RAW.read_bytes()
        parts = [self.store.add(content, f"disk.00{part}") for part, content in ((1, raw[:1 << 20]), (2, raw[1 << 20:]))
                 for _ in range(2)]
        result = self.run_task([self.e01(), *parts])
        failure, = result["meta"]["failures"]
        self.assertIn("disk.001: the files disk.001, disk.002 (4 of them) are of several images", failure)
        self.assertEqual(result["task_report"]["summary"].split("; ")[:2], ["1 image read", "1 FAILED"])

    def test_hosts_of_one_segment_and_one_name_are_each_read(self):
        files = [{**self.e01(), "id": number} for number in range(3)] + [self.store.add(bytes(600), "web.E01")]
        result = self.run_task(files)
        # Which result is whose says the file that it was made of.
        self.assertEqual([one["source_file_id"] for one in result["output_files"]], [0, 0, 1, 1, 2, 2])
        self.assertEqual(result["task_report"]["summary"].split("; ")[:2], ["3 images read", "1 FAILED"])

    def test_no_image_gives_a_result(self):
        text = self.fail_task([self.store.add(b"", "empty.raw"), self.store.add(None, "gone.E01")])
        self.assertIn("empty.raw: error: empty.raw is no evidence; reason: it is empty", text)
        self.assertIn("gone.E01: error: cannot open gone.E01; reason: No such file", text)
        self.assertIn("no input files", self.fail_task([]))

    def test_a_damaged_image(self):
        flipped = evidence.flipped_e01(self.folder / "flipped.E01").read_bytes()
        result = self.run_task([self.store.add(flipped, "flipped.E01")])
        image, = result["meta"]["images"]
        self.assertEqual(image["status"], 3)
        self.assertTrue(any("checksum" in text for text in image["warnings"]), image["warnings"])
        self.assertIn("1 in part", result["task_report"]["summary"])
        self.assertIn("checksum", result["task_report"]["content"])
        self.assertEqual(len(result["output_files"]), 2)

    def test_an_image_without_a_log(self):
        tree = images.write_tree(self.folder / "tree", {"/etc/hostname": b"web\n"})
        image = images.make_ext(self.folder / "ext.raw", tree, size="2M").read_bytes()
        result = self.run_task([self.store.add(image, "ext.raw")])
        self.assertEqual(result["meta"]["images"][0]["status"], 4)
        # An importer fails at a file without rows.
        self.assertEqual([one["display_name"] for one in result["output_files"]], ["ext.raw.pidometer.html"])
        self.assertEqual({path.name for path in self.output.iterdir()},
                         {pathlib.Path(one["path"]).name for one in result["output_files"] + result["task_files"]})
        self.assertIn("no cron log is in it", result["task_report"]["content"])

    def test_names_are_no_options(self):
        result = self.run_task([self.e01("--help"), self.e01("-o x.E01"), self.e01("../../x.E01"), self.e01("x.E01")])
        self.assertEqual([image["name"] for image in result["meta"]["images"]],
                         ["_--help", "_-o x.E01", "x.E01", "x.E01"])
        self.assertEqual(len(list(self.output.iterdir())), 16)

    def test_files_of_the_task_before(self):
        before = tasks.create_task_result(output_files=[self.e01()], workflow_id=7)
        result = self.run_task([], pipe_result=before)
        self.assertEqual(result["meta"]["images"][0]["name"], "web.E01")


class Options(TaskTest):
    def test_reach_the_program(self):
        result = self.run_task([self.e01()], records=True, min_level="high", year=" 2000 ", pid_max="", recover=False)
        self.assertIn("scan --timezone=America/Chicago --year=2000 --min-level=high --records", result["command"])
        self.assertNotIn("hashes", rows.parse(pathlib.Path(result["task_files"][1]["path"]).read_text())["inputs"][0])
        found = rows.load_rows(result["output_files"][0]["path"])
        self.assertGreater(sum(row["data_type"] == "syslog:cron:task_run" for row in found), 500)
        self.assertEqual({row.get("level", "high") for row in found}, {"high", "critical"})

    def test_hashes_are_compared(self):
        result = self.run_task([self.e01()], hash=True)
        summary = rows.parse(pathlib.Path(result["task_files"][1]["path"]).read_text())
        self.assertTrue(summary["inputs"][0]["hashes"]["agree"])

    def test_rows_only_for_an_importer_behind_it(self):
        result = self.run_task([self.e01()], rows_only=True)
        self.assertEqual([one["extension"] for one in result["output_files"]], [".jsonl"])
        self.assertEqual([one["extension"] for one in result["task_files"]], [".html", ".log", ".json"])

    def test_bad_ones_are_named(self):
        self.assertIn("error: these arguments cannot be used; reason: --year", self.fail_task([self.e01()], year="soon"))
        self.assertIn("unknown time zone .--help.", self.fail_task([self.e01()], timezone="--help").replace("'", "."))

    def test_a_missing_program(self):
        self.use("/nonexistent/pidometer")
        self.assertIn("cannot run /nonexistent/pidometer: No such file", self.fail_task([self.e01()]))

    def test_metadata_is_a_plain_literal(self):
        source = ast.parse((lab.WORKER / "src" / "tasks.py").read_text())
        literal, = [node.value for node in source.body if isinstance(node, ast.Assign)
                    and node.targets[0].id == "TASK_METADATA"]
        self.assertEqual(ast.literal_eval(literal), tasks.TASK_METADATA)
        self.assertNotIn("\n", repr(tasks.TASK_METADATA))
        names = {option["name"] for option in tasks.TASK_METADATA["task_config"]}
        self.assertEqual(names, {*scan.TEXT_OPTIONS, *scan.SWITCHES, "rows_only"})

    def test_settings_that_lose_no_task(self):
        conf = app.celery.conf
        self.assertTrue(conf.task_acks_late and conf.task_reject_on_worker_lost)
        self.assertEqual(conf.worker_prefetch_multiplier, 1)
        self.assertGreaterEqual(conf.broker_transport_options["visibility_timeout"], 3 * 3600)
        for text in ("0", "-1", "4h", "\u00b2"):
            with self.subTest(text), self.assertRaisesRegex(ValueError, "PIDOMETER_VISIBILITY_SECONDS"):
                app.visibility_seconds(text)

    def test_text_of_evidence_is_no_markup(self):
        self.assertEqual(task_report.plain("a|b <img>\n# [x](y)"), r"a\|b \<img\> \# \[x\]\(y\)")


class Retries(TaskTest):
    def test_a_retry_gives_the_same_result_without_a_scan(self):
        self.use_script(COUNTING)
        image = self.e01()
        first, before = self.run_task([image]), self.contents()
        self.assertEqual((self.run_task([image]), self.contents()), (first, before))
        self.assertEqual(self.calls(), 1)
        other = self.run_task([image], task_id="b" * 32)
        self.assertEqual(self.calls(), 2)
        self.assertEqual(len(self.contents()), 8)
        self.assertNotEqual(other["output_files"], first["output_files"])

    def test_what_a_dead_run_left_is_taken_up(self):
        image = self.e01()
        want = self.run_task([image])
        for path in self.output.iterdir():
            path.unlink()
        group, = tasks.group_evidence([image])
        files = result_files.ResultFiles(str(self.output), "a" * 32, group)
        # It died while it gave its files their names: the last one is not there.
        (files.work / "inputs").mkdir(parents=True)
        (files.work / scan.SUMMARY).write_text("half a summ")
        (files.work / result_files.ATTEMPTS).write_text(".")
        files.path(scan.ROWS).write_text("of the run that died\n")
        self.assertEqual(self.run_task([image]), want)
        self.assertEqual(rows.load_rows(want["output_files"][0]["path"])[0]["level"], "high")
        self.assertEqual(len(self.contents()), 4)

    def test_a_run_waits_for_the_one_that_holds_the_image(self):
        self.use_script(COUNTING)
        image = self.e01()
        group, = tasks.group_evidence([image])
        files = result_files.ResultFiles(str(self.output), "a" * 32, group)
        files.work.mkdir()
        lock = os.open(files.work, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        thread = threading.Thread(target=self.run_task, args=([image],))
        thread.start()
        lab.wait_for("the run to wait", lambda: any((data or {}).get("waiting") for _, data in self.events), 60)
        self.assertEqual(self.calls(), 0)
        # The other run ends.
        for kind in result_files.KINDS:
            files.path(kind).write_text('{"exit_status":0,"tool":{"version":"x"},"findings":{"by_kind":{}}}')
        files.work.rmdir()
        os.close(lock)
        thread.join()
        self.assertEqual(self.calls(), 0)
        self.assertEqual(len(self.contents()), 4)

    def test_without_locks_two_runs_leave_each_others_files(self):
        image = self.e01()
        group, = tasks.group_evidence([image])

        def refuse(*_):
            raise OSError(errno.ENOLCK, "no locks available")

        with unittest.mock.patch.object(result_files.fcntl, "flock", refuse):
            first = result_files.ResultFiles(str(self.output), "a" * 32, group)
            second = result_files.ResultFiles(str(self.output), "a" * 32, group)
            with first.working_folder(self.fail) as one:
                (one / scan.ROWS).write_text("rows\n")
                with second.working_folder(self.fail) as other:
                    self.assertNotEqual(one, other)
                    self.assertEqual((first.count_attempt(), second.count_attempt()), (1, 2))
                    (other / scan.ROWS).write_text("rows\n")
                    second.publish(scan.ROWS)
                first.publish(scan.ROWS)
            self.assertEqual([path.name for path in self.output.iterdir()], [first.path(scan.ROWS).name])

    def test_the_scan_dies_with_its_worker(self):
        self.use_script('#!/bin/sh\necho $$ > "{count}"\nexec sleep 600\n')
        script = (f"import sys; sys.path[:0] = {sys.path!r}\n"
                  "from src import tasks\n"
                  f"tasks.command.apply(kwargs={{'input_files': [{self.e01()!r}], 'output_path': {str(self.output)!r}}})")
        with subprocess.Popen([sys.executable, "-B", "-c", script], stderr=subprocess.DEVNULL,
                              env={**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0"}) as worker:
            lab.wait_for("the scan", lambda: (self.folder / "count").exists() and self.calls() == 1, 60)
            pid = int((self.folder / "count").read_text())
            self.assertIn("sleep", pathlib.Path(f"/proc/{pid}/cmdline").read_text())
            worker.kill()
        lab.wait_for("its end", lambda: not self.runs(pid), 30)

    def runs(self, pid):
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        return state != "Z"  # whoever adopted it may not have waited for it yet

    def test_a_program_that_is_killed_is_named(self):
        self.use_script('#!/bin/sh\necho "warning: half way" >&2\nkill -9 $$\n')
        self.assertIn(f"web.E01: the program was ended by {signal.Signals.SIGKILL.name}; warning: half way",
                      self.fail_task([self.e01()]))

    def test_progress_that_cannot_be_sent_ends_no_scan(self):
        def refuse(*_, **__):
            raise ConnectionError("no broker")
        with unittest.mock.patch.object(tasks.command, "send_event", refuse):
            self.assertEqual(len(self.run_task([self.e01()])["output_files"]), 2)

    def test_progress_comes_every_few_seconds(self):
        self.use_script('#!/bin/sh\nsleep 5\nexec "{program}" "$@"\n')
        begin = time.monotonic()
        self.run_task([self.e01()])
        self.assertGreaterEqual(len(self.events), 3)
        self.assertLessEqual(len(self.events), 1 + (time.monotonic() - begin) / scan.PROGRESS_SECONDS)


if __name__ == "__main__":
    tap.main()
