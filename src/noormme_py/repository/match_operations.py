"""The row that matches, or a new one: read, decided and written in one transaction, so that nobody comes between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeAlias, TypeVar

from noormme_py.errors import QueryError
from noormme_py.frozen import changed
from noormme_py.query.operands import Operand
from noormme_py.query.statement import Operation, Statement, Work, ask, atomic
from noormme_py.repository.criteria import condition
from noormme_py.repository.read_operations import ReadOperations
from noormme_py.repository.write_operations import WriteOperations
from noormme_py.schema.model import Table

R = TypeVar("R")
Match: TypeAlias = Mapping[str, object]
"""Columns and the values that they are to have; None is NULL."""


class MatchOperations(Generic[R]):
    """What is done with the one row of a table that has certain values."""

    __slots__ = ("_read", "_write")

    def __init__(self, read: ReadOperations[R], write: WriteOperations[R]) -> None:
        self._read = read
        self._write = write

    def find(self, match: Match) -> Statement[R | None]:
        """Find the row that matches, or None; raises MultipleRows."""
        return self._read.find_only(self.checked(match))

    def get_or_create(self, match: Match, defaults: object) -> Operation[tuple[R, bool]]:
        """Find the row that matches, or make it; tell whether it was made."""
        found = self.find(match)
        return atomic(_found_or(found, self._write.create(self.values_of(match, defaults))))

    def update_or_create(self, match: Match, changes: object, defaults: object) -> Operation[tuple[R, bool]]:
        """Change the row that matches, or make it; tell whether it was made."""
        found = self.find(match)
        creation = self._write.create(self.values_of(match, changes, defaults))
        given = self._read.plan.given(changes)
        if not given:
            return atomic(_found_or(found, creation))
        return atomic(self._changed_or(found, self._change(match, given), creation))

    def update(self, match: Match, changes: object) -> Work[R]:
        """Change the row that matches; raises RowNotFound."""
        given = self._read.plan.given(changes)
        if not given:
            return self._read.get_one(self.checked(match))
        return self._write.updated(self._change(match, given))

    def checked(self, match: Match) -> Match:
        """Return the match by the names of its columns; raises for what is no column or no value."""
        table = self._read.plan.table
        if not isinstance(match, Mapping) or not match:
            raise QueryError(
                "a match is a mapping of columns to their values",
                hint='get_or_create({"email": "ada@example.com"}, {"name": "Ada"})',
            )
        for name, value in match.items():
            if isinstance(value, Operand):
                raise QueryError(f"{_named(table, name)!r} is matched with a value, not with an expression")
        return {_named(table, name): value for name, value in match.items()}

    def values_of(self, match: Match, *further: object) -> dict[str, object]:
        """Return the values of a row that matches; raises QueryError for a column that is given twice."""
        table = self._read.plan.table
        values: dict[str, object] = {}
        for given in (match, *further):
            for name, value in (self._read.plan.given(given) if given is not None else {}).items():
                column = _named(table, name)
                if column in values:
                    raise QueryError(
                        f"the column {table.name}.{column} is given twice",
                        hint="a row that is made has what was looked for; say the other values beside it",
                    )
                values[column] = value
        return values

    def _change(self, match: Match, changes: Mapping[str, object]) -> Statement[R | None]:
        met = self._read.visible(condition(self._read.plan.table, self.checked(match)))
        node = changed(self._write.update_node(met, changes), {"returning": self._read.plan.items})
        return self._read.plan.plans.statement(node, self._read.plan.first)

    def _changed_or(
        self, found: Statement[R | None], change: Statement[R | None], creation: Work[R]
    ) -> Operation[tuple[R, bool]]:
        if (yield from ask(found)) is None:
            return (yield from _done(creation)), True
        return (yield from self._write.updated(change)), False


def _found_or(found: Statement[R | None], creation: Work[R]) -> Operation[tuple[R, bool]]:
    row = yield from ask(found)
    if row is not None:
        return row, False
    return (yield from _done(creation)), True


def _done(work: Work[R]) -> Operation[R]:
    if isinstance(work, Statement):
        return (yield from ask(work))
    return (yield from work)


def _named(table: Table, name: Any) -> str:
    if not isinstance(name, str):
        raise QueryError(f"a match names columns by strings, not by {type(name).__name__}")
    return table.column(name).name
