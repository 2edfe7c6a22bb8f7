"""The errors by which a handler steers what happens next, and those of the API."""

from __future__ import annotations

from typing import Any


class FinalError(Exception):
    """The job can never succeed: no further attempt, straight to the dead letters.

    ``code`` is stable and in kebab case: operators find dead letters by it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RetryableError(Exception):
    """The attempt failed, another may succeed.

    ``retry_after`` is in seconds; the job's own backoff unless given.
    """

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after


class Stopped(Exception):
    """The attempt is to end: what a handler that runs in a thread gets from ``job.raise_if_stopped()``."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the attempt was stopped: {reason}")
        self.reason = reason


class ApiError(Exception):
    """The gateway refused a call; ``code`` is the problem's."""

    def __init__(self, status: int, code: str, detail: str, problem: dict[str, Any]) -> None:
        entries = [entry for entry in problem.get("errors", ()) if isinstance(entry, dict)]
        wrong = "".join(f"\n  {entry.get('pointer', '')} {entry.get('detail', '')}" for entry in entries)
        super().__init__(f"{status} {code}: {detail}{wrong}")
        self.status = status
        self.code = code
        self.detail = detail
        self.problem = problem
