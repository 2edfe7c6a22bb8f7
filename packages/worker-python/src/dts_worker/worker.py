"""The worker: handlers by job type, run until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .control import Control, Settings
from .handlers import Handler

Function = TypeVar("Function", bound=Callable[..., Any])


class Worker:
    """Leases jobs from a gateway and runs them.

    ``slots``: jobs at once. ``grace``: seconds for which what runs may run on after SIGTERM; then it is handed back,
    and no attempt is used up. The key needs the scope ``workers:lease``.

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
        own = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._settings = Settings(url.rstrip("/"), api_key, tuple(queues), slots, grace, worker_id or own)
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
        """Until SIGTERM or SIGINT. Raises ApiError when the gateway refuses this worker."""
        asyncio.run(self.serve())

    async def serve(self) -> None:
        """The same in a loop that runs already, in which ``async`` handlers run as well; cancel it to stop."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        control = Control(self._settings, self._handlers, loop)
        _on_signals(loop, control.stop)

        def run() -> None:
            error: BaseException | None = None
            try:
                asyncio.run(control.run())
            except BaseException as caught:
                error = caught
            loop.call_soon_threadsafe(_settle, ended, error)

        threading.Thread(target=run, name="dts-control", daemon=True).start()
        try:
            await asyncio.shield(ended)
        except asyncio.CancelledError:
            control.stop()
            await ended
            raise


def _on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    for name in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(name, stop)
        except (
            NotImplementedError,
            RuntimeError,
            ValueError,
        ):  # Windows, or a loop that is not the main thread's
            return


def _settle(future: asyncio.Future[None], error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
