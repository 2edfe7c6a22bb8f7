"""celery --app celery_app worker --concurrency N, as Celery's documentation runs it."""

import os
import sys

from celery import Celery
from celery.signals import worker_ready

import jobs

app = Celery("bench", broker=os.environ["REDIS_URL"])
app.conf.task_ignore_result = True


@app.task
def run(kind: str, number: int, url: str, text: str) -> None:
    jobs.run(kind, number, url, text)


@worker_ready.connect
def tell(**_: object) -> None:
    print("ready", file=sys.__stdout__, flush=True)  # Celery turns what is printed into lines of its log
