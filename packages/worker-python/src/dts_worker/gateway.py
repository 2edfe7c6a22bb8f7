"""HTTP to the gateway: one call, repeated for as long as that is of use."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx

from .codec import bytes_of
from .errors import ApiError

# A call that failed so may succeed when it is repeated, and is safe to repeat.
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 5.0


# Bytes of a body that no gateway reads: one that is larger still has its connection cut, which looks like an outage.
LARGEST_BODY = 1024 * 1024
# A request that was never sent, as it cannot be.
_UNSENT = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


class Gateway:
    """Calls until it is answered; while the gateway or its Redis is away, that is later.

    Raises ValueError for what is no URL of one.
    """

    def __init__(self, url: str, api_key: str, connections: int = 16) -> None:
        # Not left to httpx: what waits for a connection there takes the longer the more there are.
        self._turns = asyncio.Semaphore(connections)
        self._http = httpx.AsyncClient(
            base_url=check_url(url),
            headers={"Authorization": f"Bearer {api_key.strip()}"},
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str, timeout: float = 15.0) -> dict[str, Any]:
        return await self._call("GET", path, timeout=timeout)

    async def delete(self, path: str) -> dict[str, Any]:
        return await self._call("DELETE", path)

    async def post(
        self,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        headers: dict[str, str] | None = None,
        timeout: float = 15.0,
        tries: int | None = None,
        largest: int = LARGEST_BODY,
    ) -> dict[str, Any]:
        """``tries``: how often at most; for ever unless given. Raises ApiError for what is refused for good.

        ``largest``: bytes of the body. Raises ValueError for what JSON cannot carry.
        """
        size = bytes_of(body)
        if size > largest:
            raise too_large(size)
        return await self._call("POST", path, body, headers, timeout, tries)

    async def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 15.0,
        tries: int | None = None,
    ) -> dict[str, Any]:
        wait = _FIRST_WAIT
        tried = 0
        while True:
            tried += 1
            try:
                return await self._once(method, path, body, headers, timeout)
            except (httpx.TransportError, ApiError) as error:
                if isinstance(error, _UNSENT) or (isinstance(error, ApiError) and error.status not in _PASSING):
                    raise
                if tries is not None and tried >= tries:
                    raise
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _once(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        headers: dict[str, str] | None,
        timeout: float,
    ) -> dict[str, Any]:
        limit = httpx.Timeout(timeout, connect=5.0)
        async with self._turns:
            response = await self._http.request(method, path, json=body, headers=headers, timeout=limit)
        answer = _read(response)
        if response.is_success and answer is not None:
            return answer
        problem = answer or {}
        code, detail = str(problem.get("code", "no-gateway")), str(problem.get("detail") or _strange(response))
        raise ApiError(response.status_code, code, detail, problem)


def too_large(size: int) -> ApiError:
    return ApiError(413, "payload-too-large", f"{size} bytes are more than a gateway takes", {})


def check_url(url: str) -> str:
    """Raises ValueError for what is no URL of a gateway."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"{url!r} is no URL of a gateway: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"{url!r} is no URL of a gateway: give one as http://127.0.0.1:3000")
    return url.rstrip("/")


def _read(response: httpx.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _strange(response: httpx.Response) -> str:
    """What answers in the gateway's place, or before it."""
    if response.has_redirect_location:
        return f"{response.url} redirects to {response.headers['location']}: give the gateway's own URL"
    return f"{response.url} answered what no gateway does: {response.text[:200]!r}"
