"""A real stack to run against."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import httpx

from dts_worker import Client, Worker

_LONG = 60.0


class Stack:
    def __init__(self, url: str, api_key: str) -> None:
        self.url = url
        self.api_key = api_key

    def worker(
        self, handler: Callable[..., Any], name: str = "report.render", *, slots: int = 2, grace: float = 10.0
    ) -> Worker:
        worker = Worker(self.url, self.api_key, slots=slots, grace=grace)
        worker.job(name)(handler)
        return worker

    async def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.api_key}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers) as http:
            return (await http.get(path)).raise_for_status().json()

    def play(self, scene: Callable[[Client], Coroutine[Any, Any, None]]) -> None:
        async def played() -> None:
            async with Client(self.url, self.api_key) as client:
                await asyncio.wait_for(scene(client), _LONG)

        asyncio.run(played())


@contextlib.asynccontextmanager
async def serving(worker: Worker) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(worker.serve())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until_state(client: Client, job_id: str, state: str) -> dict[str, Any]:
    while True:
        job = await client.get(job_id)
        if job["state"] == state:
            return job
        await asyncio.sleep(0.05)
