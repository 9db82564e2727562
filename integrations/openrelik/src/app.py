"""The Celery application: its broker, and what must hold so that no image is lost.

Environment: `REDIS_URL`, and `PIDOMETER_VISIBILITY_SECONDS`, after which Redis gives a task that no worker
has acknowledged to another one. A task is acknowledged when it ends, so the time must be longer than the
longest scan; a task that comes back while it still runs waits for the first run and takes its results.
"""

import os

from celery.app import Celery

from .deaf_worker import DeafnessCheck

# The longest scan is one that reads a whole disk (`recover`): a terabyte at 100 MB/s is under three hours.
DEFAULT_VISIBILITY_SECONDS = 4 * 3600


def visibility_seconds(text):
    """ValueError where it is no positive whole number; the default where it is empty or None."""
    if not text:
        return DEFAULT_VISIBILITY_SECONDS
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ValueError(f"PIDOMETER_VISIBILITY_SECONDS is {text!r}, and must be whole seconds, at least 1")
    return int(text)


REDIS_URL = os.getenv("REDIS_URL") or "redis://localhost:6379/0"
TRANSPORT = {
    "visibility_timeout": visibility_seconds(os.getenv("PIDOMETER_VISIBILITY_SECONDS")),
    # A machine that vanished sends no word of it: without these a worker waits for an answer for ever.
    "socket_timeout": 60,
    "socket_connect_timeout": 10,
    "socket_keepalive": True,
}

celery = Celery(broker=REDIS_URL, backend=f"src.patient_redis:PatientBackend+{REDIS_URL}", include=["src.tasks"])
celery.conf.update(
    # A task that a dead worker had goes to another: acknowledged at its end, requeued when its process is lost.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # An image that waits in the memory of a busy worker is one that no idle worker can take.
    worker_prefetch_multiplier=1,
    broker_transport_options=TRANSPORT,
    result_backend_transport_options=TRANSPORT,
    # Redis may be away for as long as its machine takes to start again: what a worker holds then is kept.
    broker_transport="src.patient_redis:Transport",
    result_backend_always_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
)
celery.steps["consumer"].add(DeafnessCheck)
