"""Runs a handler where it belongs: coroutines in the caller's event loop, functions in threads of their own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .codec import payload_reader
from .errors import FinalError, Stopped
from .job import Attempt, Job, SyncJob

Done = concurrent.futures.Future[Any]


@dataclass(frozen=True)
class Handler:
    name: str
    call: Callable[..., Any]
    read: Callable[[Any], Any] = field(repr=False)

    @staticmethod
    def of(name: str, call: Callable[..., Any]) -> Handler:
        """Raises TypeError for one that does not take a payload and a job."""
        return Handler(name, call, payload_reader(call))

    @property
    def is_async(self) -> bool:
        return any(map(inspect.iscoroutinefunction, (self.call, type(self.call).__call__)))

    def parse(self, payload: Any) -> Any:
        """Raises FinalError ``invalid-payload``: another attempt would not make it fit."""
        try:
            return self.read(payload)
        except ValueError as error:  # pydantic's ValidationError is one
            raise FinalError("invalid-payload", f"The payload does not fit {self.name}: {error}") from error


def start_async(
    handler: Handler, payload: Any, job: Job, loop: asyncio.AbstractEventLoop
) -> tuple[Done, Callable[[], None]]:
    """In the caller's loop. Gives what comes of it, and what cancels it."""
    done: Done = concurrent.futures.Future()
    tasks: list[asyncio.Task[Any]] = []

    def begin() -> None:
        task = loop.create_task(_run(handler, payload, job))
        tasks.append(task)
        task.add_done_callback(lambda ended: _hand_over(ended, done, job))

    def cancel() -> None:
        for task in tasks:
            task.cancel()

    loop.call_soon_threadsafe(begin)

    def cancel_there() -> None:
        loop.call_soon_threadsafe(cancel)

    return done, cancel_there


def start_thread(handler: Handler, payload: Any, job: SyncJob) -> Done:
    """A daemon: one that does not heed its job's stop must not keep the process."""
    done: Done = concurrent.futures.Future()

    def run() -> None:
        try:
            done.set_result(handler.call(payload, job))
        except BaseException as error:
            done.set_exception(_as_failure(error))

    threading.Thread(target=run, name=f"job-{job.id}", daemon=True).start()
    return done


async def _run(handler: Handler, payload: Any, job: Job) -> Any:
    try:
        return await handler.call(payload, job)
    except SystemExit as error:  # it would end the loop, and all jobs in it
        raise _as_failure(error) from error


def _hand_over(task: asyncio.Task[Any], done: Done, job: Attempt) -> None:
    if task.cancelled():
        reason = job.stop_reason
        done.set_exception(Stopped(reason) if reason else _as_failure(asyncio.CancelledError()))
        return
    error = task.exception()
    if error is None:
        done.set_result(task.result())
    else:
        done.set_exception(_as_failure(error))


def _as_failure(error: BaseException) -> Exception:
    """What a handler raises fails its attempt, also what means something else to an event loop, or to this process."""
    if isinstance(error, Exception) and not isinstance(error, (StopIteration, concurrent.futures.CancelledError)):
        return error
    failure = RuntimeError(f"the handler raised {type(error).__name__}: {error}".rstrip(": "))
    failure.__cause__ = error
    return failure
