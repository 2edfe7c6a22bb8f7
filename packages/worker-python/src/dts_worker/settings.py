"""How a worker is set up."""

from __future__ import annotations

import os
import re
import secrets
import socket
from dataclasses import dataclass

_ID = re.compile(r"[\w.:-]{1,96}", re.ASCII)
_MOST_SLOTS = 10_000


@dataclass(frozen=True)
class Settings:
    """Raises ValueError for what no gateway would take."""

    url: str
    api_key: str
    queues: tuple[str, ...]
    slots: int
    grace: float
    worker_id: str

    def __post_init__(self) -> None:
        if not 1 <= self.slots <= _MOST_SLOTS:
            raise ValueError(f"slots: 1 to {_MOST_SLOTS}, not {self.slots}")
        if not self.grace >= 0:
            raise ValueError(f"grace: seconds, 0 or more, not {self.grace}")
        if not _ID.fullmatch(self.worker_id):
            raise ValueError(f"worker_id: letters, digits and . _ : - only, at most 96, not {self.worker_id!r}")
        if not self.queues:
            raise ValueError("queues: there must be one")


def host() -> str:
    """As the registry of workers takes it."""
    return re.sub(r"[^\x21-\x7e]", "-", socket.gethostname())[:128] or "unknown"


def own_id() -> str:
    """Of this process and no other."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", host())[:64]
    return f"{name}:{os.getpid()}:{secrets.token_hex(3)}"
