"""Submits jobs, and waits for them."""

from __future__ import annotations

import uuid
from types import TracebackType
from typing import Any, TypedDict
from urllib.parse import quote

from .codec import to_json
from .gateway import Gateway

_LONGEST_WAIT = 30
# Each that waits has one.
_CONNECTIONS = 500
_FINAL = ("completed", "dead", "cancelled", "expired")


class SubmitOptions(TypedDict, total=False):
    """As ``POST /v1/jobs`` takes them; times in milliseconds or RFC 3339."""

    delay: int
    runAt: str
    priority: int
    attempts: int
    backoff: dict[str, Any]
    timeout: int
    startBy: str
    tags: list[str]
    orderingKey: str


class Client:
    """For services that submit jobs.

    The key needs the scopes of what is done: ``jobs:submit``, ``jobs:read``, ``jobs:cancel``.
    """

    def __init__(self, url: str, api_key: str) -> None:
        self._gateway = Gateway(url, api_key, _CONNECTIONS)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._gateway.close()

    async def submit(
        self,
        name: str,
        payload: Any,
        *,
        idempotency_key: str | None = None,
        options: SubmitOptions | None = None,
    ) -> dict[str, Any]:
        """Gives the job once it is durable.

        It is repeated until then, which the idempotency key makes safe; one is made up unless given.
        """
        body = {"name": name, "payload": to_json(payload), **(options or {})}
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        return await self._gateway.post("/v1/jobs", body, headers=headers)

    async def get(self, job_id: str) -> dict[str, Any]:
        return await self._gateway.get(_path(job_id))

    async def wait(self, job_id: str) -> dict[str, Any]:
        """The job once it has ended: completed, dead, cancelled or expired."""
        while True:
            job = await self._gateway.get(f"{_path(job_id)}?wait={_LONGEST_WAIT}", timeout=_LONGEST_WAIT + 10)
            if job["state"] in _FINAL:
                return job

    async def cancel(self, job_id: str) -> dict[str, Any]:
        return await self._gateway.delete(_path(job_id))


def _path(job_id: str) -> str:
    return f"/v1/jobs/{quote(job_id, safe='')}"
