"""Makes a worker that has gone deaf connect again.

After Redis was away, a worker of Celery before 5.5 (kombu before 5.5) may be connected, answer nothing and take
nothing, for ever: its event loop has lost the sockets of the broker. It shows in that tasks wait while the worker has
room for them. The remedy is what Celery itself does when a connection breaks; scans that are under way go on.
"""

import redis
from celery import bootsteps
from celery.utils.log import get_logger
from celery.worker import state

logger = get_logger(__name__)

# A worker that hears takes a waiting task within milliseconds; it is deaf if it does not between two looks.
CHECK_SECONDS = 5
# The look holds up the worker's event loop: Redis away is another step's business.
SOCKET_SECONDS = 2


class DeafError(ConnectionError):
    """Passes through the event loop as any loss of the connection."""


class DeafnessCheck(bootsteps.StartStopStep):
    requires = {"celery.worker.consumer.tasks:Tasks"}

    def __init__(self, consumer, **options):
        super().__init__(consumer, **options)
        self.timer = self.client = self.received = None

    def start(self, consumer):
        self.received = None
        self.client = redis.Redis.from_url(consumer.app.conf.broker_url, socket_timeout=SOCKET_SECONDS,
                                           socket_connect_timeout=SOCKET_SECONDS)
        self.timer = consumer.timer.call_repeatedly(CHECK_SECONDS, self.check, (consumer,))

    def stop(self, consumer):
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
            self.client.close()

    terminate = stop

    def check(self, consumer):
        """DeafError where a task has been waiting since the last look and the worker could have taken it."""
        try:
            waiting = any(self.client.llen(queue.name) for queue in consumer.task_consumer.queues)
        except redis.RedisError:
            self.received = None
            return
        received = sum(state.total_count.values())
        has_room = len(state.reserved_requests) < consumer.pool.num_processes
        if not (waiting and has_room):
            self.received = None
        elif self.received != received:
            self.received = received
        else:
            logger.warning("tasks wait and none is taken: connecting again")
            raise DeafError("the worker has lost the broker")
