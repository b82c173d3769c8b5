"""Frozen values as JSON has them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any


def to_plain(value: object) -> Any:
    """Return a value with frozen ones as dicts by their fields, and tuples as lists, at any depth."""
    if isinstance(value, tuple):
        return [to_plain(one) for one in value]
    if hasattr(type(value), "__match_args__") and not isinstance(value, str | int | float):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]
    return value
