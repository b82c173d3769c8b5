"""A schema as JSON. Its keys are the field names of `Schema`, `Table`, `Column` and the others, and stay."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any

from noormme_py.schema.model import Schema

FORMAT = 1
"""Raised when a key is renamed or removed; new keys may come."""


def schema_json(schema: Schema, file: str) -> str:
    """Return ASCII text: `format`, `file` as it was given, then `version`, `tables` and `notes` of the schema."""
    return json.dumps({"format": FORMAT, "file": file, **_plain(schema)}, indent=2)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name)) for field in fields(value) if not field.name.startswith("_")
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
