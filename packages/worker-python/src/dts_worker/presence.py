"""What the gateway is told of this worker, and what it says to the worker's leases."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import httpx

from .errors import ApiError
from .gateway import Gateway
from .running import Running
from .settings import Settings, host

log = logging.getLogger("dts_worker")

# Seconds.
_IDLE_BEAT = 2.0
_BEAT_TIMEOUT = 5.0
_MOST_TOKENS = 1000
_STARTED_AT = datetime.now(timezone.utc).isoformat()


class Presence:
    """Heartbeats of everything that is held."""

    def __init__(self, settings: Settings, gateway: Gateway, held: Mapping[str, Running]) -> None:
        self._settings = settings
        self._gateway = gateway
        self._held = held
        self.draining = False
        """Whether the gateway wishes that nothing more is asked for."""

    async def beat(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(min([_IDLE_BEAT, *(running.lease.heartbeat for running in self._held.values())]))
            for tokens in list(self._batches()):
                try:
                    await self._beat(tokens)
                except (httpx.TransportError, ApiError) as error:  # the next one tells more than a repetition would
                    log.warning("heartbeat: %s", str(error) or type(error).__name__)

    def describe(self) -> dict[str, Any]:
        return {
            "id": self._settings.worker_id,
            "slots": self._settings.slots,
            "busy": len(self._held),
            "host": host(),
            "pid": os.getpid(),
            "version": "python/0.1.0",
            "startedAt": _STARTED_AT,
        }

    def _batches(self) -> Iterator[list[str]]:
        """One without tokens where nothing is held: the worker is to be known all the same."""
        tokens = list(self._held)
        for start in range(0, max(1, len(tokens)), _MOST_TOKENS):
            yield tokens[start : start + _MOST_TOKENS]

    async def _beat(self, tokens: list[str]) -> None:
        body = {"worker": self.describe(), "queues": self._settings.queues, "leaseTokens": tokens}
        answer = await self._gateway.post("/v1/leases:heartbeat", body, timeout=_BEAT_TIMEOUT, tries=1)
        self.draining = answer["directive"] == "drain"
        for told in answer["leases"]:
            running = self._held.get(told["leaseToken"])
            if running is not None and told["directive"] != "continue":
                running.stop("lost" if told["directive"] == "lost" else told["reason"])
