"""Writes the job types' payloads and results as dataclasses, from the JSON Schemas that the gateway tells.

``dts-job-types http://127.0.0.1:3000 > job_types.py``; the key, which needs ``jobs:read``, is in ``DTS_API_KEY``.
"""

from __future__ import annotations

import asyncio
import keyword
import os
import re
import sys
from typing import Any

from .gateway import Gateway

_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_HEAD = '''"""Written by dts-job-types: do not edit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal
'''


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: DTS_API_KEY=<key> dts-job-types <gateway URL>")
    sys.stdout.write(asyncio.run(_generate(sys.argv[1], os.environ.get("DTS_API_KEY", ""))))


async def _generate(url: str, api_key: str) -> str:
    gateway = Gateway(url, api_key)
    try:
        answer = await gateway.get("/v1/job-types")
    finally:
        await gateway.close()
    return write_module(answer["items"])


def write_module(job_types: list[dict[str, Any]]) -> str:
    """``job_types``: as ``GET /v1/job-types`` lists them."""
    module = _Module()
    for job_type in job_types:
        base = _class_name(job_type["name"])
        module.add(base, job_type["payloadSchema"], f"{job_type['name']}: {job_type['description']}")
        module.add(f"{base}Result", job_type["resultSchema"], f"What {job_type['name']} gives.")
    return module.text()


class _Module:
    def __init__(self) -> None:
        self._classes: dict[str, str] = {}

    def text(self) -> str:
        return _HEAD + "".join(f"\n\n{text}" for text in self._classes.values())

    def add(self, name: str, schema: dict[str, Any], title: str) -> None:
        """Classes of members come first: a class is read from top to bottom."""
        required = set(schema.get("required", ()))
        members = sorted(schema.get("properties", {}).items(), key=lambda item: item[0] not in required)
        lines = [
            self._member(name, member, part, required=member in required)
            for member, part in members
            if _is_name(member)
        ]
        body = "\n".join(lines or ["    pass"])
        self._classes[name] = f'@dataclass\nclass {name}:\n    """{title}"""\n\n{body}\n'

    def _member(self, owner: str, name: str, schema: dict[str, Any], *, required: bool) -> str:
        hint = self._hint(f"{owner}{_class_name(name)}", schema)
        if required and "default" not in schema:
            return f"    {name}: {hint}"
        if "default" not in schema:
            return f"    {name}: {_optional(hint)} = None"
        default = schema["default"]
        if isinstance(default, (list, dict)):
            return f"    {name}: {hint} = field(default_factory=lambda: {default!r})"
        return f"    {name}: {hint} = {default!r}"

    def _hint(self, name: str, schema: dict[str, Any]) -> str:
        if "enum" in schema:
            return f"Literal[{', '.join(map(repr, schema['enum']))}]"
        if "const" in schema:
            return f"Literal[{schema['const']!r}]"
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return " | ".join(dict.fromkeys(self._hint(name, part) for part in schema[union]))
        kind = schema.get("type")
        if kind == "array":
            return f"list[{self._hint(name, schema.get('items', {}))}]"
        if kind == "object" and schema.get("properties"):
            self.add(name, schema, f"Part of {name}.")
            return name
        if kind == "object":
            values = schema.get("additionalProperties")
            return f"dict[str, {self._hint(name, values) if isinstance(values, dict) else 'Any'}]"
        return _SCALARS.get(str(kind), "Any")


def _class_name(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text))


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _optional(hint: str) -> str:
    return hint if hint == "Any" or hint.endswith("None") else f"{hint} | None"
