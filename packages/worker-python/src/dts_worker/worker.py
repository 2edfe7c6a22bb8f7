"""The worker: handlers by job type, run until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from .control import Control
from .gateway import check_url
from .handlers import Handler
from .settings import Settings, own_id

Function = TypeVar("Function", bound=Callable[..., Any])

# Seconds that coroutines have to heed their cancellation when the process ends.
_LEAVE = 2.0


class Worker:
    """Leases jobs from a gateway and runs them.

    ``slots``: jobs at once. ``grace``: seconds for which what runs may run on after SIGTERM; then it is handed back,
    and no attempt is used up. The key needs the scope ``workers:lease``.
    Raises ValueError for what no gateway would take.

    Heartbeats are sent from a thread of their own, so a handler that blocks its event loop loses no lease.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        queues: Sequence[str] = ("external",),
        slots: int = 16,
        grace: float = 30.0,
        worker_id: str | None = None,
    ) -> None:
        url = check_url(url)
        self._settings = Settings(url, api_key, tuple(queues), slots, grace, worker_id or own_id())
        self._handlers: dict[str, Handler] = {}

    def job(self, name: str) -> Callable[[Function], Function]:
        """Registers a handler: ``(payload, job) -> result``. A payload is read as the type of the first parameter."""

        def register(function: Function) -> Function:
            if name in self._handlers:
                raise ValueError(f"{name} has a handler already")
            self._handlers[name] = Handler.of(name, function)
            return function

        return register

    def run(self) -> None:
        """Until SIGTERM or SIGINT.

        Raises ApiError when the gateway refuses this worker, ValueError when it has no handler.
        """
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(self.serve())
        finally:
            loop.run_until_complete(_cancel_rest())
            loop.run_until_complete(loop.shutdown_asyncgens())
            asyncio.set_event_loop(None)
            loop.close()

    async def serve(self) -> None:
        """The same in a loop that runs already, in which ``async`` handlers run as well; cancel it to stop."""
        if not self._handlers:
            raise ValueError("there is no handler: every job would fail as unknown-job")
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        control = Control(self._settings, self._handlers, loop)

        def run() -> None:
            error: BaseException | None = None
            try:
                asyncio.run(control.run())
            except BaseException as caught:
                error = caught
            loop.call_soon_threadsafe(_settle, ended, error)

        with _on_signals(control.stop):
            threading.Thread(target=run, name="dts-control", daemon=True).start()
            try:
                await asyncio.shield(ended)
            except asyncio.CancelledError:
                control.stop()
                await ended
                raise


async def _cancel_rest() -> None:
    """Of what runs in this loop. One that does not heed it must not keep the process: its job has been handed back."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    if rest:
        await asyncio.wait(rest, timeout=_LEAVE)


@contextlib.contextmanager
def _on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Not by the event loop: a handler that blocks it would keep the worker from its orderly end."""
    if threading.current_thread() is not threading.main_thread():  # which alone may have signal handlers
        yield
        return
    before = {name: signal.signal(name, lambda *_: stop()) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler or signal.SIG_DFL)


def _settle(future: asyncio.Future[None], error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
