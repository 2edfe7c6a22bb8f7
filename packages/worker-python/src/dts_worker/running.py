"""One attempt: from the lease to the report of how it ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from .codec import to_json
from .errors import ApiError, FinalError, RetryableError, Stopped
from .failure import failure_of
from .gateway import Gateway
from .handlers import Done, Handler, start_async, start_thread
from .job import Job, SyncJob
from .lease import Lease
from .results import Results

log = logging.getLogger("dts_worker")

# Seconds that a handler has to react when it is told to stop, before it is left to itself.
_HEED = 2.0


class Running:
    def __init__(
        self,
        lease: Lease,
        handler: Handler | None,
        results: Results,
        calls: Gateway,
        handler_loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.lease = lease
        self._handler = handler
        self._results = results
        self._handler_loop = handler_loop
        kind = Job if handler is not None and handler.is_async else SyncJob
        self._job: Job | SyncJob = kind(lease, calls, asyncio.get_running_loop())
        self._told = asyncio.Event()

    def stop(self, reason: str) -> None:
        """``cancelled``, ``timeout``, ``lost`` or ``shutdown``; the first one counts."""
        if self._job.stop(reason):
            self._told.set()

    async def run(self) -> None:
        timer = asyncio.get_running_loop().call_later(self.lease.timeout, self.stop, "timeout")
        try:
            result = await self._handle()
        except Exception as error:
            await self._failed(error)
        else:
            await self._completed(result)
        finally:
            timer.cancel()

    async def _handle(self) -> Any:
        handler = self._handler
        if handler is None:
            raise FinalError("unknown-job", f"This worker has no handler for {self.lease.name!r}.")
        payload = handler.parse(self.lease.payload)
        if isinstance(self._job, Job):
            done, cancel = start_async(handler, payload, self._job, self._handler_loop)
        else:
            done, cancel = start_thread(handler, payload, self._job), _leave
        result = await self._until(done, cancel)
        try:
            return to_json(result)
        except (ValueError, RecursionError) as error:
            raise _unfit(error) from error

    async def _until(self, done: Done, cancel: Callable[[], None]) -> Any:
        ending = asyncio.wrap_future(done)
        told = asyncio.create_task(self._told.wait())
        try:
            await asyncio.wait({ending, told}, return_when=asyncio.FIRST_COMPLETED)
            if not ending.done():
                cancel()
                await asyncio.wait({ending}, timeout=_HEED)
            if not ending.done():
                raise Stopped(self._job.stop_reason or "cancelled")
            return ending.result()
        finally:
            told.cancel()

    async def _completed(self, result: Any) -> None:
        """In spite of a stop, too: the work is done. Of a lease that is lost nothing is reported."""
        if self._job.stop_reason == "lost":
            return
        try:
            await self._results.report(self.lease.token, result)
        except ValueError as error:
            await self._fail(_unfit(error))
        except ApiError as error:
            if error.status == 413:
                await self._fail(FinalError("result-too-large", "The result is too large to be sent."))
            elif error.code != "lease-lost":
                raise

    async def _failed(self, error: Exception) -> None:
        if self._job.stop_reason == "lost":
            return
        if self._job.stop_reason == "shutdown":
            await self._post("release", {})
        else:
            await self._fail(error)

    async def _fail(self, error: Exception) -> None:
        if not isinstance(error, (FinalError, RetryableError, Stopped)):
            log.warning("job %s failed", self.lease.job_id, exc_info=error)
        await self._post("fail", failure_of(error))

    async def _post(self, verb: str, body: dict[str, Any]) -> None:
        try:
            await self._results.tell(self.lease.token, verb, body)
        except ApiError as error:
            if error.code != "lease-lost":
                raise


def _unfit(error: Exception) -> FinalError:
    return FinalError("invalid-result", f"The result cannot be sent: {error}")


def _leave() -> None:
    """A thread cannot be cancelled: its job tells it."""
