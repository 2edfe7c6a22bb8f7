"""What goes on beside the handlers, in a thread of its own: asking for jobs, heartbeats, the orderly end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from .gateway import Gateway
from .handlers import Handler
from .lease import Lease
from .presence import Presence
from .results import Results
from .running import Running
from .settings import Settings

log = logging.getLogger("dts_worker")

# Seconds.
_WAIT = 20
# For which the last reports are tried when the worker ends: what is not told by then is taken back when its lease ends.
_LAST_REPORTS = 10.0
_MOST_LEASES = 100


class Control:
    def __init__(
        self, settings: Settings, handlers: Mapping[str, Handler], handler_loop: asyncio.AbstractEventLoop
    ) -> None:
        self._settings = settings
        self._handlers = handlers
        self._handler_loop = handler_loop
        self._held: dict[str, Running] = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._told_to_stop = False

    def stop(self) -> None:
        """From any thread, and from a signal's handler."""
        self._told_to_stop = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._told_to_stop:
            return
        url, key = self._settings.url, self._settings.api_key
        # Apart, so that no flood of calls from handlers keeps back a heartbeat, or a report.
        own, reports, calls = Gateway(url, key), Gateway(url, key), Gateway(url, key)
        presence = Presence(self._settings, own, self._held)
        beating = asyncio.create_task(presence.beat())
        try:
            await self._take(own, Results(reports), calls, presence)
        finally:
            await self._drain()
            beating.cancel()
            for gateway in (own, reports, calls):
                await gateway.close()

    async def _take(self, own: Gateway, results: Results, calls: Gateway, presence: Presence) -> None:
        while not self._stopping.is_set():
            free = 0 if presence.draining else self._free
            if free == 0:
                await self._wait_for_change()
                continue
            asking = asyncio.create_task(self._ask(own, presence, free))
            stopped = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({asking, stopped}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if not asking.done():  # the gateway takes back what it gives to one who has gone
                asking.cancel()
                return
            for lease in asking.result():
                self._start(lease, results, calls)

    @property
    def _free(self) -> int:
        """None beside a job in quarantine, which may end this process."""
        if any(running.lease.quarantine for running in self._held.values()):
            return 0
        return max(0, self._settings.slots - len(self._held))

    async def _ask(self, own: Gateway, presence: Presence, free: int) -> list[Lease]:
        most = min(free, _MOST_LEASES)
        body = {"queues": self._settings.queues, "max": most, "wait": _WAIT, "worker": presence.describe()}
        answer = await own.post("/v1/leases", body, timeout=_WAIT + 10)
        presence.draining = answer["directive"] == "drain"
        return [Lease.read(lease) for lease in answer["leases"]]

    def _start(self, lease: Lease, results: Results, calls: Gateway) -> None:
        running = Running(lease, self._handlers.get(lease.name), results, calls, self._handler_loop)
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

    async def _drain(self) -> None:
        """What runs may end; what has not at the end of the grace is handed back."""
        if self._runs:
            await asyncio.wait(self._runs, timeout=self._settings.grace)
        for running in list(self._held.values()):
            running.stop("shutdown")
        if self._runs:
            await asyncio.wait(self._runs, timeout=_LAST_REPORTS)
        for running in list(self._held.values()):
            log.warning("job %s: its end could not be reported", running.lease.job_id)
