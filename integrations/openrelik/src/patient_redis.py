"""Redis as broker and result store, asked again until it answers: nothing that a worker holds is dropped.

Celery's own gives up in two moments in which Redis may be away:

* A task has been taken off its queue, and the note that it is under way cannot be written: it would be lost.
* A task ends, and its result cannot be stored: Celery 5.2 marks a scan of hours as failed. Later versions ask the same
  question of their own store.
"""

import time

from celery.backends.redis import RedisBackend
from celery.worker import state
from kombu.transport import redis

RETRY_SECONDS = 1


class PatientBackend(RedisBackend):
    """With the setting result_backend_always_retry."""

    def exception_safe_to_retry(self, exc):
        return isinstance(exc, self.connection_errors)


class PatientQoS(redis.QoS):
    def append(self, message, delivery_tag):
        """Notes a task that came off the queue. The worker waits here: without Redis there is nothing else to do."""
        while True:
            try:
                super().append(message, delivery_tag)
                return
            except self.channel.connection_errors:
                state.maybe_shutdown()
                time.sleep(RETRY_SECONDS)


class Channel(redis.Channel):
    QoS = PatientQoS


class Transport(redis.Transport):
    Channel = Channel
