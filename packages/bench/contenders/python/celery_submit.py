"""A call for each task, on one connection of the pool: Celery has no call for many."""

import jobs
from celery_app import app, run


def send(payloads: list[tuple[str, int, str, str]]) -> None:
    with app.producer_pool.acquire(block=True) as producer:
        for payload in payloads:
            run.apply_async(payload, producer=producer)


app.connection().ensure_connection(max_retries=3)
jobs.submit_when_told(send)
