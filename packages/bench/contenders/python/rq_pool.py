"""rq worker-pool, which says ready when its workers wait for jobs. Arguments: WORKERS URL."""

import logging
import sys
import threading
import time

from redis import Redis
from rq import Worker
from rq.worker_pool import WorkerPool

count, url = int(sys.argv[1]), sys.argv[2]
redis = Redis.from_url(url)
pool = WorkerPool(["bench"], connection=redis, num_workers=count)


def tell() -> None:
    while len([worker for worker in Worker.all(connection=redis) if worker.get_state() == "idle"]) < count:
        time.sleep(0.05)
    print("ready", flush=True)


threading.Thread(target=tell, daemon=True).start()
pool.start(burst=False, logging_level=logging.ERROR)
