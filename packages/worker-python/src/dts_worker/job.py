"""What a handler is told about the attempt it runs, and what it can do meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from .client import SubmitOptions
from .codec import to_json
from .errors import Stopped
from .gateway import Gateway
from .lease import Lease

T = TypeVar("T")


@dataclass(frozen=True)
class Child:
    """A child of a flow, as its parent is told of it. ``result`` is there when it completed."""

    id: str
    name: str
    state: str
    on_failure: str
    result: Any
    error: dict[str, str] | None


class Attempt:
    """What both kinds of handlers share."""

    def __init__(self, lease: Lease, gateway: Gateway, control: asyncio.AbstractEventLoop) -> None:
        self._lease = lease
        self._gateway = gateway
        self._control = control
        self._stopped = threading.Event()
        self._reason: str | None = None
        self._submitted: dict[str, int] = {}
        self._ends_at = time.monotonic() + lease.timeout

    @property
    def id(self) -> str:
        return self._lease.job_id

    @property
    def name(self) -> str:
        return self._lease.name

    @property
    def tenant(self) -> str:
        return self._lease.tenant

    @property
    def tags(self) -> tuple[str, ...]:
        return self._lease.tags

    @property
    def attempt(self) -> int:
        """1 for the first attempt."""
        return self._lease.attempt

    @property
    def start(self) -> int:
        """1 when the job has certainly never run before."""
        return self._lease.start

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt: jobs run at least once, so pass it on to what must happen only once."""
        return self._lease.idempotency_key

    @property
    def trace_headers(self) -> dict[str, str]:
        """Of the trace that the job belongs to (W3C Trace Context), for what the handler calls; or empty."""
        lease = self._lease
        headers = {"traceparent": lease.traceparent, "tracestate": lease.tracestate}
        return {name: value for name, value in headers.items() if value is not None}

    @property
    def remaining(self) -> float:
        """Seconds until the attempt's time is up."""
        return max(0.0, self._ends_at - time.monotonic())

    @property
    def stop_reason(self) -> str | None:
        """Why the attempt is to end: ``cancelled``, ``timeout``, ``lost``, ``shutdown``; None while it may go on."""
        return self._reason

    def stop(self, reason: str) -> bool:
        """For the worker; the first reason counts."""
        if self._reason is not None:
            return False
        self._reason = reason
        self._stopped.set()
        return True

    def _path(self, verb: str) -> str:
        return f"/v1/leases/{self._lease.token}:{verb}"

    async def _progress(self, value: float | dict[str, Any]) -> None:
        await self._gateway.post(self._path("progress"), {"progress": value})

    async def _log(self, lines: tuple[str, ...]) -> None:
        await self._gateway.post(self._path("log"), {"lines": list(lines)})

    async def _submit(self, name: str, payload: Any, key: str | None, options: SubmitOptions | None) -> str:
        body = {"name": name, "payload": to_json(payload), **(options or {})}
        answer = await self._gateway.post(self._path("submit"), {**body, "key": key or self._nth(body)})
        return str(answer["id"])

    async def _children(self) -> list[Child]:
        children: list[Child] = []
        part: int | None = 0
        while part is not None:
            path = f"/v1/leases/{self._lease.token}/children?from={part}"
            answer = await self._gateway.get(path, timeout=60.0)
            for item in answer["items"]:
                told = (item["id"], item["name"], item["state"], item["onFailure"], item["result"], item["error"])
                children.append(Child(*told))
            part = answer["next"]
        return children

    def _nth(self, body: dict[str, Any]) -> str:
        """By what is submitted, not by how many were before: a handler may go another way when it runs again."""
        fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        count = self._submitted[fingerprint] = self._submitted.get(fingerprint, 0) + 1
        return f"{fingerprint}:{count}"


class Job(Attempt):
    """For ``async def`` handlers, which are cancelled (``asyncio.CancelledError``) when the attempt is to end."""

    async def progress(self, value: float | dict[str, Any]) -> None:
        """Publishes how far the job is: a percentage, or an object of the handler's own of at most 16 KiB."""
        await self._begin(self._progress(value))

    async def log(self, *lines: str) -> None:
        """Appends to the job's log."""
        await self._begin(self._log(lines))

    async def submit(
        self, name: str, payload: Any, *, key: str | None = None, options: SubmitOptions | None = None
    ) -> str:
        """Submits another job of the same tenant, and gives its id. The worker's key needs ``jobs:submit`` for it.

        However often the job runs, the same call makes the same child; give a ``key`` where payloads differ.
        """
        return await self._begin(self._submit(name, payload, key, options))

    async def children(self) -> list[Child]:
        """Of a flow's parent: what became of its children."""
        return await self._begin(self._children())

    def _begin(self, call: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call, self._control))


class SyncJob(Attempt):
    """For ``def`` handlers, which run in threads of their own.

    Nothing can stop a thread: one that runs for long asks ``raise_if_stopped()`` now and then.
    """

    @property
    def stopped(self) -> threading.Event:
        """Set when the attempt is to end."""
        return self._stopped

    def raise_if_stopped(self) -> None:
        """Raises Stopped when the attempt is to end."""
        if self._reason is not None:
            raise Stopped(self._reason)

    def progress(self, value: float | dict[str, Any]) -> None:
        self._wait(self._progress(value))

    def log(self, *lines: str) -> None:
        self._wait(self._log(lines))

    def submit(self, name: str, payload: Any, *, key: str | None = None, options: SubmitOptions | None = None) -> str:
        return self._wait(self._submit(name, payload, key, options))

    def children(self) -> list[Child]:
        return self._wait(self._children())

    def _wait(self, call: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(call, self._control).result()
