"""The types of a query's columns, by the numbers that the server describes them with."""

from __future__ import annotations

from noormme_py.frozen import frozen
from noormme_py.postgres.catalog.queries import COLUMNS, TYPES, ColumnRow, TypeRow, fetch
from noormme_py.postgres.catalog.types import Types
from noormme_py.postgres.model import PgType
from noormme_py.postgres.server.session import Session


@frozen
class ResultColumn:
    """A column of a query in PostgreSQL; a domain is told as the type it is made of."""

    name: str
    type: PgType
    modifier: int = -1


class ResultTypes:
    """Tells the columns of queries; the catalog is read once."""

    def __init__(self, session: Session) -> None:
        fields: dict[int, list[ColumnRow]] = {}
        for row in fetch(session, COLUMNS, ColumnRow):
            fields.setdefault(row.relation, []).append(row)
        self._session = session
        self._types = Types(fetch(session, TYPES, TypeRow), fields, (), {})

    def columns(self, sql: str) -> tuple[ResultColumn, ...]:
        """Return the columns of a query, which is not run; raises TransferError."""
        return tuple(self._column(*described) for described in self._session.describe(sql))

    def _column(self, name: str, number: int, modifier: int) -> ResultColumn:
        try:
            return ResultColumn(name, self._types.get(number), modifier)
        except KeyError:
            # A type that was made after the catalog was read, or a row of no named type.
            return ResultColumn(name, PgType("record"))
