"""A form: how the values of one type are kept in SQLite, column by column, and how the text comes back.

Values are handled by the column because a list comprehension over a thousand texts costs a fraction of a thousand
calls. NULL is None everywhere and every converter lets it pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

from noormme_py.frozen import frozen
from noormme_py.query.statement import Raw

Column: TypeAlias = Sequence[Any]
"""The values of one column in a batch of rows."""

Convert: TypeAlias = Callable[[Column], Column]

Carried: TypeAlias = Literal["exactly", "changed"]
"""Whether the type means the same in SQLite; the values themselves come back as they were in both cases."""


class Unfit(ValueError):
    """A value that a form cannot hold; the message says why, and does not hold the value."""


@frozen
class Form:
    """How a type is kept. `store` makes stored values of PostgreSQL's texts and raises ValueError for what it cannot.

    `render` makes PostgreSQL's text of what was stored, so that `render(store(texts))` is `canonical(texts)`, and
    `canonical` is nothing for nearly all types. None means that nothing has to be done.

    `declared` is the type of the column in SQLite and `strict` the one in a STRICT table, which knows five; `codec` is
    then what tells the library the type. `select` reads it in PostgreSQL and `read` in SQLite, `{}` being the column.

    `same` makes one text of all texts that mean the same value: an application may write `{"a":1}` where PostgreSQL
    would write `{"a": 1}`.
    """

    name: str
    declared: str
    strict: str
    store: Convert | None = None
    render: Convert | None = None
    canonical: Convert | None = None
    same: Callable[[str], str] | None = None
    select: str = "{}"
    read: str = "{}"
    collate: str | None = None
    codec: str | None = None
    carried: Carried = "exactly"
    note: str | None = None


def each(function: Callable[[Any], Raw]) -> Convert:
    """Return a converter of columns made of one of values."""

    def convert(column: Column) -> Column:
        return [None if value is None else function(value) for value in column]

    return convert
