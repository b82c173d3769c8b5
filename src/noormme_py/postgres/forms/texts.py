"""Texts, JSON, UUIDs and bytes, and every type that is kept as the text that PostgreSQL writes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from noormme_py.postgres.form import Column, Form
from noormme_py.postgres.forms.numbers import same_decimal

TEXT = Form("text", "TEXT", "TEXT")
CITEXT = Form(
    "citext",
    "TEXT",
    "TEXT",
    collate="NOCASE",
    carried="changed",
    note="compared without case, which SQLite knows of ASCII letters alone",
)
XML = Form("text", "TEXT", "TEXT", carried="changed", note="kept as text, without PostgreSQL's functions on XML")
ENUM = Form("enum", "TEXT", "TEXT", carried="changed", note="kept as text with a CHECK; it sorts by its letters")


def varchar(limit: int | None) -> Form:
    """Return the form of varchar and varchar(n); the limit is held by a CHECK."""
    return Form("text", "VARCHAR" if limit is None else f"VARCHAR({limit})", "TEXT")


def char(length: int) -> Form:
    """Return the form of char(n): padded as PostgreSQL gives it, and compared without regard to the padding."""
    return Form("char", f"CHAR({length})", "TEXT", same=lambda text: text.rstrip(" "), collate="RTRIM")


def as_written(what: str) -> Form:
    """Return the form of a type that SQLite has nothing like."""
    return Form("text", "TEXT", "TEXT", carried="changed", note=f"kept as the text that PostgreSQL writes of {what}")


def _same_json(text: str) -> str:
    try:
        value = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        return text
    return json.dumps(value, sort_keys=True, default=_same_number)


def _same_number(value: Any) -> Any:
    # No text of a jsonb document has a NUL in it.
    return f"\0{same_decimal(str(value))}"


# The word TEXT gives the column TEXT affinity: NUMERIC would make 1.1 of the document `1.10`.
JSON = Form("json", "JSON TEXT", "TEXT", same=_same_json, codec="json")
JSONB = Form("json", "JSONB TEXT", "TEXT", same=_same_json, codec="json")
UUID = Form("uuid", "UUID", "TEXT", same=lambda text: text.strip("{}").lower(), codec="uuid")


def _bytes(column: Column) -> Column:
    return [None if v is None else bytes.fromhex(v[2:]) for v in column]


def _byte_texts(column: Column) -> Column:
    return [
        None if v is None else f"\\x{v.hex()}" if isinstance(v, bytes) else f"\\x{str(v).encode().hex()}"
        for v in column
    ]


BYTES = Form("blob", "BLOB", "BLOB", store=_bytes, render=_byte_texts)
