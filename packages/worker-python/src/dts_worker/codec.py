"""Payloads and results: JSON on the wire, dataclasses or pydantic models in handlers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from pydantic import TypeAdapter

_ANY: TypeAdapter[Any] = TypeAdapter(Any)


def to_json(value: Any) -> Any:
    """Raises ValueError for what JSON cannot carry."""
    return _ANY.dump_python(value, mode="json")


def payload_reader(handler: Callable[..., Any]) -> Callable[[Any], Any]:
    """Reads a payload as the type of the handler's first parameter; as it is where that says none."""
    parameters = list(inspect.signature(handler).parameters)
    hint = get_type_hints(handler).get(parameters[0], Any) if parameters else Any
    adapter: TypeAdapter[Any] = TypeAdapter(hint)
    return adapter.validate_python
