"""What a statement asks of each of its tables: by its text, or by the planner where the text cannot be parsed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.reading.access import Access
from noormme_py.optimize.reading.planned_accesses import planned_accesses
from noormme_py.schema.model import Schema


def accesses(sql: str, schema: Schema, lab: Laboratory) -> tuple[Access, ...]:
    """Return what a statement asks of each use of a table in it, through views too.

    It takes the extra `advisor`, and without it, or for a text that cannot be parsed, what the planner shows. A
    statement that SQLite refuses asks nothing.
    """
    parse = _parser()
    found: tuple[Access, ...] | None = None if parse is None else parse(sql, schema, lab)
    return planned_accesses(sql, schema, lab) if found is None else found


@cache
def _parser() -> Callable[..., Any] | None:
    # It is loaded when it is needed: this takes a fifth of a second.
    try:
        return import_module("noormme_py.optimize.reading.parsed_accesses").parsed_accesses  # type: ignore[no-any-return]
    except ModuleNotFoundError as missing:
        if missing.name != "sqlglot":
            raise
        return None
