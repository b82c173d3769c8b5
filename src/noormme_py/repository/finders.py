"""Finder names: `find_by_email`, `find_one_by_email`, `find_many_by_role_and_active`."""

from __future__ import annotations

from typing import Literal

from noormme_py.frozen import frozen
from noormme_py.names import attribute, suggest
from noormme_py.schema.model import Table

FinderKind = Literal["one", "many"]

_PREFIXES: dict[str, FinderKind] = {"find_many_by_": "many", "find_one_by_": "one", "find_by_": "one"}


@frozen
class Finder:
    """What a finder name means: the columns to compare, and whether one row is wanted or all."""

    kind: FinderKind
    columns: tuple[str, ...]


def parse_finder(table: Table, name: str) -> Finder | None:
    """Return what the name means, or None when it is no finder; raises AttributeError for unknown columns."""
    for prefix, kind in _PREFIXES.items():
        if name.startswith(prefix):
            columns = _columns(table, name[len(prefix) :])
            if columns is None:
                raise AttributeError(_unknown(table, name, prefix))
            return Finder(kind, columns)
    return None


def _columns(table: Table, text: str) -> tuple[str, ...] | None:
    """Split at `_and_` wherever both sides are columns: a column may have `_and_` in its own name."""
    by_attribute = {attribute(name): name for name in table.column_names}
    by_attribute |= {name: name for name in table.column_names}

    def split(rest: str) -> tuple[str, ...] | None:
        if rest in by_attribute:
            return (by_attribute[rest],)
        start = rest.find("_and_")
        while start >= 0:
            head, tail = rest[:start], rest[start + len("_and_") :]
            if head in by_attribute and (found := split(tail)) is not None:
                return (by_attribute[head], *found)
            start = rest.find("_and_", start + 1)
        return None

    return split(text)


def _unknown(table: Table, name: str, prefix: str) -> str:
    wanted = next(
        (part for part in name[len(prefix) :].split("_and_") if table.find_column(part) is None),
        name[len(prefix) :],
    )
    hint = suggest(wanted, table.column_names)
    return f"{name!r}: table {table.name!r} has no column {wanted!r}" + (f"; {hint}" if hint else "")


def method_suggestion(name: str, methods: list[str], table: Table) -> str:
    """Return the message for an attribute that a repository does not have."""
    finders = [f"find_by_{attribute(column)}" for column in table.column_names]
    hint = suggest(name, [*methods, *finders])
    return f"the repository of {table.name!r} has no {name!r}" + (f"; {hint}" if hint else "")
