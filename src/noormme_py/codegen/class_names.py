"""The names of the classes that a module has for each table. They depend on the schema, never on its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set

from noormme_py.frozen import frozen
from noormme_py.names import class_name
from noormme_py.plurals import plural, singular


@frozen
class ClassNames:
    """The classes of one table: `User`, `UserCreate`, `UserUpdate`, `Users`, `UsersInclude`, `UsersRepository`."""

    row: str
    create: str
    update: str
    columns: str
    include: str
    repository: str

    @property
    def all(self) -> tuple[str, ...]:
        return (self.row, self.create, self.update, self.columns, self.include, self.repository)


def class_names(tables: Iterable[str], taken: Set[str]) -> dict[str, ClassNames]:
    """Return the names of the classes of each table, none of them `taken` and no two alike."""
    wanted = {table: _short(table) for table in sorted(tables)}
    claims = Counter(name for found in wanted.values() for name in found.all)
    made: dict[str, ClassNames] = {}
    used = set(taken)
    for table, found in wanted.items():
        # Those that meet one another all step back, so that no order decides.
        if any(claims[name] > 1 or name in taken for name in found.all):
            found = _long(table)
        number = 2
        while used.intersection(found.all):
            found, number = _long(table, str(number)), number + 1
        made[table] = found
        used.update(found.all)
    return made


def _short(table: str) -> ClassNames:
    row, rows = class_name(singular(table)), class_name(plural(table))
    return _names(row, f"{row}Table" if row == rows else rows, rows)


def _long(table: str, number: str = "") -> ClassNames:
    name = class_name(table)
    return _names(f"{name}Row{number}", f"{name}Table{number}", f"{name}{number}")


def _names(row: str, columns: str, rows: str) -> ClassNames:
    return ClassNames(row, f"{row}Create", f"{row}Update", columns, f"{rows}Include", f"{rows}Repository")
