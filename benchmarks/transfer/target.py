"""A moved file as it is found: which of its tables and columns are those of the source, whatever a peer calls them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def plain(name: str) -> str:
    """Return a name without what peers change of names: case, underlines, dots."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


class Target:
    """One file of one peer."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        found = self.connection.execute("select name from sqlite_schema where type = 'table'").fetchall()
        self._tables = {plain(name): name for (name,) in found}

    def table(self, schema: str, name: str) -> str | None:
        """Return what the table is called here, quoted."""
        for candidate in (f"{schema}.{name}", name):
            if plain(candidate) in self._tables:
                return quoted(self._tables[plain(candidate)])
        return None

    def columns(self, table: str) -> dict[str, tuple[str, bool, str | None, int]]:
        """Return type, NOT NULL, default and place in the key of each column, by its plain name."""
        found = self.connection.execute(f"pragma table_xinfo({table})").fetchall()
        return {plain(row[1]): (row[2].upper(), bool(row[3]), row[4], row[5]) for row in found}

    def column(self, table: str, name: str) -> str | None:
        """Return what the column is called here, quoted."""
        for row in self.connection.execute(f"pragma table_xinfo({table})"):
            if plain(row[1]) == plain(name):
                return quoted(row[1])
        return None

    def refuses(self, sql: str, parameters: tuple[object, ...]) -> bool:
        """Return whether a constraint stops a statement, which is undone in any case."""
        with self._undone():
            try:
                self.connection.execute(sql, parameters)
            except sqlite3.IntegrityError:
                return True
        return False

    def indexes(self, table: str) -> list[tuple[tuple[str, ...], bool, bool]]:
        """Return keys (plain names, empty for an expression), uniqueness and partiality of each index."""
        found = []
        for row in self.connection.execute(f"pragma index_list({table})").fetchall():
            parts = self.connection.execute(f"pragma index_xinfo({quoted(row[1])})").fetchall()
            keys = tuple("" if part[2] is None else plain(part[2]) for part in parts if part[5])
            found.append((keys, bool(row[2]), bool(row[4])))
        return found

    def foreign_keys(self, table: str) -> dict[tuple[str, ...], tuple[str, str, str]]:
        """Return the plain name of the parent, ON UPDATE and ON DELETE, by the plain names of the columns."""
        groups: dict[int, list[tuple[object, ...]]] = {}
        for row in self.connection.execute(f"pragma foreign_key_list({table})").fetchall():
            groups.setdefault(row[0], []).append(row)
        return {
            tuple(plain(str(row[3])) for row in rows): (
                plain(str(rows[0][2])),
                str(rows[0][5]).lower(),
                str(rows[0][6]).lower(),
            )
            for rows in groups.values()
        }

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def _undone(self) -> Iterator[None]:
        self.connection.execute("begin")
        try:
            yield
        finally:
            if self.connection.in_transaction:
                self.connection.execute("rollback")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
