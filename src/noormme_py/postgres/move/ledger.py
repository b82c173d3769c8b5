"""Which tables are whole already, kept in the file that is being built: whoever goes on with it reads it there."""

from __future__ import annotations

from collections.abc import Collection

from noormme_py.errors import DatabaseError
from noormme_py.names import quote
from noormme_py.postgres.plan.ddl import create_table
from noormme_py.postgres.plan.planned import PlannedTable
from noormme_py.postgres.rows.building import Building

_NAME = "noormme transfer"
_TABLE = quote(_NAME)


class Ledger:
    """The tables that were copied, each with the text it was made by."""

    def __init__(self, building: Building) -> None:
        self._building = building
        building.execute(f"create table if not exists {_TABLE} (name text primary key, sql text, rows integer)")
        self._known = {str(name): (sql, rows) for name, sql, rows in building.query(f"select * from {_TABLE}")}

    def rows_of(self, table: PlannedTable) -> int | None:
        """Return how many rows a table has that was made just as it is planned now, else None."""
        sql, rows = self._known.get(table.name, (None, 0))
        return int(str(rows)) if sql == create_table(table) else None

    def add(self, table: PlannedTable, rows: int) -> None:
        """Say that a table has all of its rows; it counts from the commit on."""
        parameters = (table.name, create_table(table), rows)
        self._building.execute(f"insert or replace into {_TABLE} values (?, ?, ?)", parameters)

    def drop(self, table: PlannedTable) -> None:
        """Remove what is there of a table."""
        self._building.execute(f"drop table if exists {quote(table.name)}")
        self._building.execute(f"delete from {_TABLE} where name = ?", (table.name,))

    def forget_others(self, names: Collection[str]) -> None:
        """Remove what an earlier try left and this one will not make again: other tables, and all views."""
        things = self._building.query("select type, name from sqlite_schema where type in ('table', 'view')")
        for kind, name in [(str(kind), str(name)) for kind, name in things]:
            is_ours = name == _NAME or name in names or name.startswith("sqlite_")
            if kind == "view" or not is_ours:
                self._building.execute(f"drop {kind} {quote(name)}")
                self._known.pop(name, None)
        # Those of kept tables are made again, by the names that they have now.
        for row in self._building.query("select name from sqlite_schema where type = 'index' and sql is not null"):
            self._building.execute(f"drop index {quote(str(row[0]))}")


def drop_ledger(building: Building) -> None:
    """Remove the ledger, right before the file takes its place: until then it can be gone on with."""
    building.execute(f"drop table if exists {_TABLE}")


def is_ledger_there(building: Building) -> bool:
    """Whether a file is one that can be gone on with."""
    try:
        return bool(building.query("select 1 from sqlite_schema where name = ?", (_NAME,)))
    except DatabaseError:
        return False
