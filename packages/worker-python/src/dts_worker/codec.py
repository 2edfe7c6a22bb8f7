"""Payloads and results: JSON on the wire, dataclasses or pydantic models in handlers."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter

# Numbers that JSON has none for would become null otherwise, without a word.
_ANY: TypeAdapter[Any] = TypeAdapter(Any, config=ConfigDict(ser_json_inf_nan="constants"))


def to_json(value: Any) -> Any:
    """Raises ValueError for what JSON cannot carry."""
    return _ANY.dump_python(value, mode="json")


def bytes_of(value: Any) -> int:
    """Of what ``to_json`` gave, as it is sent. Raises ValueError for what JSON cannot carry."""
    return len(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())


def payload_reader(handler: Callable[..., Any]) -> Callable[[Any], Any]:
    """Reads a payload as the type of the handler's first parameter; as it is where that says none."""
    hint = get_type_hints(_typed(handler)).get(_first_parameter(handler), Any)
    adapter: TypeAdapter[Any] = TypeAdapter(hint)
    return adapter.validate_python


def _typed(handler: Callable[..., Any]) -> Any:
    """Where its hints are: an object that can be called has them there."""
    return handler if inspect.isroutine(handler) else type(handler).__call__


def _first_parameter(handler: Callable[..., Any]) -> str:
    """Raises TypeError for one that cannot be called with a payload and a job."""
    try:
        signature = inspect.signature(handler)
    except ValueError:  # some that are built in tell none
        return ""
    signature.bind(None, None)
    return next(iter(signature.parameters))
