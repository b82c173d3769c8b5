"""Types by their number, made of what the catalog says: each with all that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from noormme_py.frozen import replaced
from noormme_py.postgres.catalog.queries import ColumnRow, ConstraintRow, TypeRow
from noormme_py.postgres.model import PgCheck, PgField, PgType, TypeKind

_KINDS: dict[str, TypeKind] = {
    "e": "enum",
    "c": "composite",
    "d": "domain",
    "r": "range",
    "m": "multirange",
}
_KINDS_OF_OWN = {"b": "base type", "c": "composite type", "d": "domain", "e": "enum", "r": "range type"}


class Types:
    """All types of a database, each made when it is first asked for; `used` are those that were."""

    def __init__(
        self,
        rows: Iterable[TypeRow],
        fields: Mapping[int, Sequence[ColumnRow]],
        checks: Iterable[ConstraintRow],
        extensions: Mapping[int, str],
    ) -> None:
        self._rows = {row.oid: row for row in rows}
        self._fields = fields
        self._checks: dict[int, list[ConstraintRow]] = {}
        for check in checks:
            self._checks.setdefault(check.domain, []).append(check)
        self._extensions = extensions
        self._made: dict[int, PgType] = {}
        self._begun: set[int] = set()

    def get(self, oid: int) -> PgType:
        """Return the type of this number; raises KeyError."""
        made = self._made.get(oid)
        if made is None:
            row = self._rows[oid]
            if oid in self._begun:
                # PostgreSQL lets no type hold itself; if it did, this is where it ends.
                return PgType(row.name, row.schema, "composite")
            self._begun.add(oid)
            made = self._made[oid] = self._make(row)
        return made

    def unused(self) -> list[tuple[str, str]]:
        """Return (kind, name) of the user's types that nothing has asked for."""
        return [
            (f"{_KINDS_OF_OWN[row.kind]} that no column has", f"{row.schema}.{row.name}")
            for row in self._rows.values()
            if row.is_users
            and row.kind in _KINDS_OF_OWN
            and row.array_of is None
            and row.relation_kind in (None, "c")
            and row.oid not in self._begun
            and row.oid not in self._extensions
        ]

    def _make(self, row: TypeRow) -> PgType:
        bare = PgType(
            row.name, row.schema, delimiter=row.delimiter, default=row.default, extension=self._extensions.get(row.oid)
        )
        element = row.array_of or row.subtype or row.multirange_of or row.base
        if row.array_of is not None:
            return replaced(bare, kind="array", element=self.get(element))
        if row.kind == "d":
            return self._domain(row, bare)
        return replaced(
            bare,
            kind=_KINDS.get(row.kind, "base"),
            element=self.get(element) if element else None,
            labels=tuple(row.labels),
            fields=tuple(PgField(field.name, self.get(field.type)) for field in self._fields.get(row.relation, ())),
        )

    def _domain(self, row: TypeRow, bare: PgType) -> PgType:
        below = self.get(row.base)
        own = tuple(check_of(check) for check in self._checks.get(row.oid, ()))
        return replaced(
            bare,
            kind="domain",
            element=below,
            modifier=row.modifier,
            checks=(*below.checks, *own) if below.kind == "domain" else own,
            is_not_null=row.is_not_null or (below.kind == "domain" and below.is_not_null),
        )


def check_of(row: ConstraintRow) -> PgCheck:
    """Return a CHECK; its expression loses the parentheses that PostgreSQL puts around the whole of it."""
    return PgCheck(row.name, without_parentheses(row.expression or ""), row.is_valid)


def without_parentheses(expression: str) -> str:
    """Return the expression without parentheses around all of it: `(a) or (b)` has none."""
    while expression.startswith("(") and _end_of_first(expression) == len(expression) - 1:
        expression = expression[1:-1]
    return expression


def _end_of_first(expression: str) -> int:
    """Return where the parenthesis that is opened first is closed, -1 where it never is."""
    depth = 0
    quote = ""
    for at, character in enumerate(expression):
        # A quote within quotes is doubled, so that it closes them and opens them again.
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return at
    return -1
