"""A job that this worker holds, as the gateway tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Lease:
    token: str
    job_id: str
    name: str
    queue: str
    tenant: str
    attempt: int
    start: int
    payload: Any
    tags: tuple[str, ...]
    timeout: float
    """Seconds that the attempt may take."""
    heartbeat: float
    """Seconds between two heartbeats."""
    quarantine: bool
    idempotency_key: str
    children: int
    traceparent: str | None
    tracestate: str | None

    @staticmethod
    def read(answer: dict[str, Any]) -> Lease:
        return Lease(
            token=answer["leaseToken"],
            job_id=answer["jobId"],
            name=answer["name"],
            queue=answer["queue"],
            tenant=answer["tenant"],
            attempt=answer["attempt"],
            start=answer["start"],
            payload=answer["payload"],
            tags=tuple(answer["tags"]),
            timeout=answer["timeoutMs"] / 1000,
            heartbeat=answer["heartbeatMs"] / 1000,
            quarantine=answer["quarantine"],
            idempotency_key=answer["idempotencyKey"],
            children=answer["children"],
            traceparent=answer.get("traceparent"),
            tracestate=answer.get("tracestate"),
        )
