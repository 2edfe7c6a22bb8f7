"""A worker that is given one job by a gateway that answers as it is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from conftest import Answer, Gateway
from dts_worker import Worker


def lease(payload: Any, **changes: Any) -> dict[str, Any]:
    return {
        "leaseToken": "token",
        "jobId": "external_1",
        "name": "report.render",
        "queue": "external",
        "tenant": "acme",
        "attempt": 1,
        "start": 1,
        "payload": payload,
        "tags": [],
        "timeoutMs": 60_000,
        "heartbeatMs": 50,
        "quarantine": False,
        "idempotencyKey": "external_1",
        "children": 0,
        **changes,
    }


class Play:
    """One job for a worker; its end ends the worker."""

    def __init__(
        self,
        gateway: Gateway,
        job: dict[str, Any],
        beat: dict[str, Any] | None = None,
        key: str = "key",
        slots: int = 2,
    ) -> None:
        self.gateway = gateway
        self.worker = Worker(gateway.url, key, slots=slots, grace=5.0)
        self._jobs = [job]
        self._beat = beat or {"directive": "continue"}
        self._ended = threading.Event()
        gateway.respond = self._respond

    def _respond(self, path: str, body: dict[str, Any]) -> Answer:
        if path == "/v1/leases":
            if not self._jobs:
                self._ended.wait(0.2)
            return 200, {"directive": "continue", "leases": [self._jobs.pop()] if self._jobs else []}
        if path == "/v1/leases:heartbeat":
            told = [{"leaseToken": token, **self._beat} for token in body["leaseTokens"]]
            return 200, {"directive": "continue", "leases": told}
        if path == "/v1/leases:complete":
            self._ended.set()
            return 200, {"results": [{"status": 200, "outcome": "completed"} for _ in body["leases"]]}
        if path.endswith((":fail", ":release")):
            self._ended.set()
        return 200, {"outcome": "dead", "id": "external_2"}

    async def run(self) -> None:
        serving = asyncio.create_task(self.worker.serve())
        await asyncio.to_thread(self._ended.wait, 30)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving

    @property
    def completed(self) -> list[Any]:
        return [part["result"] for body in self.gateway.sent(":complete") for part in body["leases"]]

    @property
    def failed(self) -> list[dict[str, Any]]:
        return self.gateway.sent(":fail")


def run(play: Play, handler: Callable[..., Any]) -> Play:
    play.worker.job("report.render")(handler)
    asyncio.run(play.run())
    return play
