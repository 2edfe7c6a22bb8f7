"""enqueue_many, as RQ's documentation submits many."""

import os

from redis import Redis
from rq import Queue

import jobs

BATCH = 1_000

queue = Queue("bench", connection=Redis.from_url(os.environ["REDIS_URL"]))
queue.connection.ping()


def send(payloads: list[tuple[str, int, str, str]]) -> None:
    for at in range(0, len(payloads), BATCH):
        queue.enqueue_many([Queue.prepare_data(jobs.run, args=payload) for payload in payloads[at : at + BATCH]])


jobs.submit_when_told(send)
