"""Renders reports: ``python examples/render.py`` beside ``npm start``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dts_worker import Job, Worker


@dataclass
class Report:
    title: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str | float | bool | None]] = field(default_factory=list)
    format: str = "text"


worker = Worker("http://127.0.0.1:3000", Path(".data/api-key").read_text().strip())


@worker.job("report.render")
async def render(report: Report, job: Job) -> dict[str, str | int]:
    lines = [report.title, ", ".join(report.columns), *(", ".join(map(str, row)) for row in report.rows)]
    return {"document": "\n".join(lines), "rows": len(report.rows)}


if __name__ == "__main__":
    worker.run()
