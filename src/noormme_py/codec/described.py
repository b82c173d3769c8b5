"""Result columns as a cursor names them, where nothing else is known of them."""

from __future__ import annotations

from typing import Any

from noormme_py.codec.decode import ResultColumn
from noormme_py.errors import ResultError


def described(cursor: Any) -> list[ResultColumn]:
    """Return the result columns that a cursor names; raises ResultError when two have one name."""
    names = [column[0] for column in cursor.description or ()]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ResultError(
            "several result columns are named " + ", ".join(map(repr, sorted(twice))) + "; a row can hold only one",
            hint="give them aliases",
        )
    return [ResultColumn(name) for name in names]
