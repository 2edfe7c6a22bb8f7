"""What goes on beside the handlers, in a thread of its own: asking for jobs, heartbeats, the orderly end."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import httpx

from .errors import ApiError
from .gateway import Gateway
from .handlers import Handler
from .lease import Lease
from .results import Results
from .running import Running

log = logging.getLogger("dts_worker")

# Seconds.
_WAIT = 20
_IDLE_BEAT = 2.0
_MOST_LEASES = 100
_STARTED_AT = datetime.now(timezone.utc).isoformat()


@dataclass(frozen=True)
class Settings:
    url: str
    api_key: str
    queues: tuple[str, ...]
    slots: int
    grace: float
    worker_id: str


class Control:
    def __init__(
        self, settings: Settings, handlers: Mapping[str, Handler], handler_loop: asyncio.AbstractEventLoop
    ) -> None:
        self._settings = settings
        self._handlers = handlers
        self._handler_loop = handler_loop
        self._held: dict[str, Running] = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._draining = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._told_to_stop = False

    def stop(self) -> None:
        """From any thread."""
        self._told_to_stop = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._told_to_stop:
            return
        gateway = Gateway(self._settings.url, self._settings.api_key, connections=self._settings.slots + 10)
        results = Results(gateway)
        beating = asyncio.create_task(self._beat(gateway))
        try:
            await self._take(gateway, results)
            await self._drain()
        finally:
            beating.cancel()
            await gateway.close()

    async def _take(self, gateway: Gateway, results: Results) -> None:
        while not self._stopping.is_set():
            if self._free == 0:
                await self._wait_for_change()
                continue
            asking = asyncio.create_task(self._ask(gateway))
            stopped = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({asking, stopped}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if not asking.done():  # the gateway takes back what it gives to one who has gone
                asking.cancel()
                return
            for lease in asking.result():
                self._start(lease, gateway, results)

    @property
    def _free(self) -> int:
        """None beside a job in quarantine, which may end this process."""
        if self._draining or any(running.lease.quarantine for running in self._held.values()):
            return 0
        return max(0, self._settings.slots - len(self._held))

    async def _ask(self, gateway: Gateway) -> list[Lease]:
        most = min(self._free, _MOST_LEASES)
        body = {"queues": self._settings.queues, "max": most, "wait": _WAIT, "worker": self._describe()}
        answer = await gateway.post("/v1/leases", body, timeout=_WAIT + 10)
        self._draining = answer["directive"] == "drain"
        return [Lease.read(lease) for lease in answer["leases"]]

    def _start(self, lease: Lease, gateway: Gateway, results: Results) -> None:
        running = Running(lease, self._handlers.get(lease.name), gateway, results, self._handler_loop)
        self._held[lease.token] = running
        task = asyncio.create_task(self._run(running))
        self._runs.add(task)
        task.add_done_callback(self._runs.discard)

    async def _run(self, running: Running) -> None:
        try:
            await running.run()
        except Exception:
            log.exception("job %s: its end could not be reported", running.lease.job_id)
        finally:
            del self._held[running.lease.token]
            self._changed.set()

    async def _wait_for_change(self) -> None:
        self._changed.clear()
        waiting = [asyncio.create_task(event.wait()) for event in (self._changed, self._stopping)]
        await asyncio.wait(waiting, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()

    async def _beat(self, gateway: Gateway) -> None:
        while True:
            await asyncio.sleep(min([_IDLE_BEAT, *(running.lease.heartbeat for running in self._held.values())]))
            try:
                await self._beat_once(gateway)
            except (
                httpx.TransportError,
                ApiError,
            ) as error:  # the next one tells more than a repetition would
                log.warning("heartbeat: %s", str(error) or type(error).__name__)

    async def _beat_once(self, gateway: Gateway) -> None:
        body = {
            "worker": self._describe(),
            "queues": self._settings.queues,
            "leaseTokens": list(self._held)[:1000],
        }
        answer = await gateway.post("/v1/leases:heartbeat", body, timeout=5.0, tries=1)
        self._draining = answer["directive"] == "drain"
        for told in answer["leases"]:
            running = self._held.get(told["leaseToken"])
            if running is not None and told["directive"] != "continue":
                running.stop("lost" if told["directive"] == "lost" else told["reason"])

    async def _drain(self) -> None:
        """What runs may end; what has not at the end of the grace is handed back."""
        if self._runs:
            await asyncio.wait(self._runs, timeout=self._settings.grace)
        for running in list(self._held.values()):
            running.stop("shutdown")
        if self._runs:
            await asyncio.wait(self._runs)

    def _describe(self) -> dict[str, Any]:
        return {
            "id": self._settings.worker_id,
            "slots": self._settings.slots,
            "busy": len(self._held),
            "host": socket.gethostname()[:128],
            "pid": os.getpid(),
            "version": "python/0.1.0",
            "startedAt": _STARTED_AT,
        }
