from __future__ import annotations

import sys
import types
from typing import Any

import pytest
from pydantic import TypeAdapter

from dts_worker.generate import write_module

CELL = {"anyOf": [{"type": "string"}, {"type": "number"}]}

JOB_TYPE: dict[str, Any] = {
    "name": "report.render",
    "description": "Renders rows.",
    "payloadSchema": {
        "type": "object",
        "required": ["title"],
        "properties": {
            "rows": {"default": [], "type": "array", "items": {"type": "array", "items": CELL}},
            "format": {"default": "text", "enum": ["text", "csv"]},
            "title": {"type": "string"},
            "note": {"type": "string"},
            "from": {"type": "string"},
            "owner": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "labels": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
    },
    "resultSchema": {"type": "object", "required": ["rows"], "properties": {"rows": {"type": "integer"}}},
}


@pytest.fixture
def generated() -> types.ModuleType:
    module = types.ModuleType("generated_job_types")
    sys.modules[module.__name__] = module
    exec(write_module([JOB_TYPE]), module.__dict__)
    return module


def test_reads_payloads_with_their_defaults(generated: types.ModuleType) -> None:
    report: Any = TypeAdapter(generated.ReportRender).validate_python(
        {"title": "t", "rows": [["a", 1]], "owner": {"name": "ada"}, "labels": {"a": 1}}
    )
    assert (report.title, report.rows, report.format, report.note) == ("t", [["a", 1]], "text", None)
    assert (report.owner, report.labels) == (generated.ReportRenderOwner("ada"), {"a": 1})


@pytest.mark.parametrize("payload", [{}, {"title": 1}, {"title": "t", "format": "pdf"}, {"title": "t", "owner": {}}])
def test_refuses_what_does_not_fit(generated: types.ModuleType, payload: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        TypeAdapter(generated.ReportRender).validate_python(payload)


def test_writes_results_as_well(generated: types.ModuleType) -> None:
    assert generated.ReportRenderResult(rows=3).rows == 3
