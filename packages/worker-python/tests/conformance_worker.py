"""The worker that the shared suite of scenarios drives (packages/e2e/src/conformance)."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from typing import Any

import httpx

from dts_worker import FinalError, Job, RetryableError, Worker


@dataclass
class Report:
    title: str
    columns: list[str]
    rows: list[Any] = field(default_factory=list)
    format: str = "text"


worker = Worker(
    os.environ["DTS_URL"],
    os.environ["DTS_API_KEY"],
    slots=int(os.environ["DTS_SLOTS"]),
    grace=float(os.environ["DTS_GRACE"]),
    worker_id=os.environ["DTS_WORKER_ID"],
)


@worker.job("report.render")
async def render(report: Report, job: Job) -> dict[str, Any]:
    match report.title:
        case "hold":
            return await hold(report.columns[0], job)
        case "call":
            return await call(report.columns[0], job)
        case "progress":
            await job.progress({"done": 1})
            await job.log("half way")
        case "retry" if job.attempt == 1:
            raise RetryableError("busy", "come back", retry_after=0.001)
        case "final":
            raise FinalError("broken", "never")
        case "throw":
            raise RuntimeError("oops")
        case "bad-result":
            return {"nonsense": True}
        case "crash":
            os._exit(9)
    return {"document": report.title, "rows": 0}


async def hold(url: str, job: Job) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=None) as http:
        try:
            answer = await http.get(f"{url}/hold?job={job.id}&start={job.start}")
        except asyncio.CancelledError:
            await http.get(f"{url}/stopped?job={job.id}&reason={job.stop_reason}")
            raise
        return {"document": answer.text, "rows": 0}


async def call(url: str, job: Job) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=None) as http:
        answer = await http.get(url, headers={"idempotency-key": job.idempotency_key})
    return {"document": answer.text, "rows": 0}


if __name__ == "__main__":
    worker.run()
