"""Reports how attempts ended: results that come while others are on their way go together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from .codec import bytes_of
from .errors import ApiError
from .gateway import LARGEST_BODY, Gateway, too_large

_MOST = 100
_MOST_BYTES = 4 * 1024 * 1024
_SENDERS = 2
_AGAIN = 0.2


@dataclass(frozen=True)
class _Part:
    token: str
    result: Any
    size: int
    reported: asyncio.Future[None]


class Results:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._waiting: list[_Part] = []
        self._sending: set[asyncio.Task[None]] = set()

    async def report(self, token: str, result: Any) -> None:
        """Returns once it is kept. Raises ApiError: ``lease-lost``, ``payload-too-large``; ValueError for no JSON."""
        size = bytes_of(result)
        if size > LARGEST_BODY:
            raise too_large(size)
        reported: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Part(token, result, size, reported))
        if len(self._sending) < _SENDERS:
            task = asyncio.create_task(self._send())
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        await reported

    async def tell(self, token: str, verb: str, body: dict[str, Any]) -> None:
        """Of an attempt without a result: ``fail`` or ``release``. Raises ApiError."""
        await self._gateway.post(f"/v1/leases/{token}:{verb}", body)

    async def _send(self) -> None:
        while self._waiting:
            parts = self._take()
            leases = [{"leaseToken": part.token, "result": part.result} for part in parts]
            try:
                answer = await self._post({"leases": leases})
            except Exception as error:
                for part in parts:
                    part.reported.set_exception(error)
                continue
            for part, told in zip(parts, answer["results"], strict=True):
                self._settle(part, told)
            if any(told["status"] >= 500 for told in answer["results"]):
                await asyncio.sleep(_AGAIN)

    async def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        return await self._gateway.post("/v1/leases:complete", body, timeout=30.0, largest=2 * _MOST_BYTES)

    def _settle(self, part: _Part, told: dict[str, Any]) -> None:
        if told["status"] == 200:
            part.reported.set_result(None)
        elif told["status"] >= 500:
            self._waiting.append(part)  # it could not be kept now
        else:
            problem = told["problem"]
            part.reported.set_exception(ApiError(told["status"], problem["code"], problem["detail"], problem))

    def _take(self) -> list[_Part]:
        parts = [self._waiting.pop(0)]
        size = parts[0].size
        while self._waiting and len(parts) < _MOST and size + self._waiting[0].size <= _MOST_BYTES:
            parts.append(self._waiting.pop(0))
            size += parts[-1].size
        return parts
