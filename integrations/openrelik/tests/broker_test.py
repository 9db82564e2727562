#!/usr/bin/python3
"""What the worker does in the moments in which Redis is away, or Celery no longer hears it; without either."""

import pathlib
import sys
import types
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))
from integrations.openrelik.tests import lab  # noqa: E402
from tests.support import tap  # noqa: E402

if not lab.ABSENT:
    import redis
    from celery.exceptions import WorkerShutdown
    from celery.worker import state
    from src import app, deaf_worker, patient_redis


class BrokerTest(unittest.TestCase):
    def setUp(self):
        if lab.ABSENT:
            self.skipTest(f"not installed: {', '.join(lab.ABSENT)}")

    def patch(self, *arguments, **values):
        patch = unittest.mock.patch.object(*arguments, **values)
        self.addCleanup(patch.stop)
        return patch.start()


class Patience(BrokerTest):
    def qos(self, *outcomes):
        """A QoS whose notes have these outcomes, one after the other; and the mock that counts them."""
        append = self.patch(patient_redis.redis.QoS, "append", side_effect=outcomes)
        self.slept = self.patch(patient_redis.time, "sleep")
        channel = unittest.mock.Mock(connection_errors=(redis.exceptions.ConnectionError, OSError))
        return patient_redis.PatientQoS(channel), append

    def test_a_task_off_the_queue_is_held_until_redis_takes_the_note(self):
        gone = redis.exceptions.ConnectionError("gone")
        qos, append = self.qos(gone, OSError("refused"), None)
        qos.append("message", "tag")
        self.assertEqual([call.args for call in append.call_args_list], [("message", "tag")] * 3)
        self.assertEqual(self.slept.call_count, 2)

    def test_another_error_is_no_reason_to_wait(self):
        qos, _ = self.qos(ValueError("no such thing"))
        with self.assertRaises(ValueError):
            qos.append("message", "tag")

    def test_a_worker_that_is_to_stop_does_not_wait(self):
        qos, _ = self.qos(*[OSError("refused")] * 3)
        self.patch(state, "should_stop", 0)
        with self.assertRaises(WorkerShutdown):
            qos.append("message", "tag")

    def test_results_are_stored_again_and_again(self):
        backend = app.celery.backend
        self.assertIsInstance(backend, patient_redis.PatientBackend)
        self.assertTrue(backend.always_retry)
        self.patch(backend, "_sleep")
        store = self.patch(backend, "_store_result", side_effect=[redis.exceptions.ConnectionError("gone")] * 30 + [None])
        self.assertEqual(backend.store_result("id", "result", "SUCCESS"), "result")
        self.assertEqual(store.call_count, 31)

    def test_the_worker_uses_them(self):
        transport = app.celery.connection_for_read().get_transport_cls()
        self.assertIs(transport, patient_redis.Transport)
        self.assertIs(transport.Channel.QoS, patient_redis.PatientQoS)
        self.assertIn(deaf_worker.DeafnessCheck, app.celery.steps["consumer"])


class Deafness(BrokerTest):
    def setUp(self):
        super().setUp()
        self.waiting, self.reserved, self.total = 1, set(), {}
        self.patch(state, "reserved_requests", new=self.reserved)
        self.patch(state, "total_count", new=self.total)
        self.consumer = types.SimpleNamespace(
            task_consumer=types.SimpleNamespace(queues=[types.SimpleNamespace(name="queue")]),
            pool=types.SimpleNamespace(num_processes=2))
        self.step = deaf_worker.DeafnessCheck.__new__(deaf_worker.DeafnessCheck)
        self.step.received = None
        self.step.client = unittest.mock.Mock(llen=lambda name: self.waiting)

    def look(self):
        self.step.check(self.consumer)

    def test_a_task_that_waits_over_two_looks(self):
        self.look()
        with self.assertRaises(deaf_worker.DeafError):
            self.look()
        self.assertTrue(issubclass(deaf_worker.DeafError, OSError))  # as a loss of the connection

    def test_a_worker_that_takes_tasks(self):
        for number in range(5):
            self.total["scan"] = number
            self.look()

    def test_a_worker_without_room(self):
        self.reserved.update(("one", "two"))
        for _ in range(5):
            self.look()

    def test_a_queue_that_was_empty_between(self):
        for self.waiting in (1, 0, 1, 0, 1):
            self.look()

    def test_redis_away(self):
        self.look()
        self.step.client = unittest.mock.Mock(llen=unittest.mock.Mock(side_effect=redis.exceptions.TimeoutError()))
        self.look()
        self.step.client = unittest.mock.Mock(llen=lambda name: 1)
        self.look()
        with self.assertRaises(deaf_worker.DeafError):
            self.look()


if __name__ == "__main__":
    tap.main()
