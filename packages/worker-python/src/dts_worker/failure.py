"""What is told of an attempt that failed, in the words that the gateway takes."""

from __future__ import annotations

import re
from typing import Any

from .errors import FinalError, RetryableError

_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")
_LONGEST_MESSAGE = 2000
_LONGEST_WAIT_MS = 7 * 24 * 3_600_000


def failure_of(error: Exception) -> dict[str, Any]:
    """The body of ``:fail``. One that the gateway refused would leave the job as of a worker that crashed."""
    message = str(error) or type(error).__name__
    told: dict[str, Any] = {}
    if isinstance(error, (FinalError, RetryableError)):
        if _CODE.fullmatch(error.code):
            told["code"] = error.code
        else:
            message = f"{error.code}: {message}"
    told["message"] = message[:_LONGEST_MESSAGE].encode("utf-8", "replace").decode()
    body: dict[str, Any] = {"error": told, "retryable": not isinstance(error, FinalError)}
    if isinstance(error, RetryableError) and error.retry_after is not None:
        body["retryAfterMs"] = _milliseconds(error.retry_after)
    return body


def _milliseconds(seconds: float) -> int:
    """A negative one, or none that is a number, is at once."""
    return round(min(seconds * 1000, _LONGEST_WAIT_MS)) if seconds > 0 else 0
