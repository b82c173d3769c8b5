"""The names that things have in SQLite: as they were where that can be, and never two alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from noormme_py.frozen import frozen
from noormme_py.names import fold

_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_RESERVED = "sqlite_"
# What a move itself needs while it is at work.
_OURS = frozenset({"noormme transfer", "noormme_counting"})
HOME = "public"


@frozen
class KnownNames:
    """The names that a move gave: of tables by `public.users`, of columns by `public.users.id`."""

    tables: Mapping[str, str]
    columns: Mapping[str, str]


class Namespace:
    """Names that are taken; SQLite compares them without the case of ASCII letters."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """Return the name, with a number behind it where it is taken already."""
        if fold(wanted).startswith(_RESERVED) or fold(wanted) in _OURS:
            wanted = f"pg_{wanted}"
        found, number = wanted, 2
        while fold(found) in self._taken:
            found, number = f"{wanted}_{number}", number + 1
        self._taken.add(fold(found))
        return found


def snake_case(name: str) -> str:
    """Return a CamelCase name in snake_case; one that is not stays as it is."""
    return _WORD_ENDS.sub("_", name).lower()


def home_of(schemas: Iterable[str]) -> str | None:
    """Return the schema whose tables keep their names: `public`, or the only one there is."""
    found = set(schemas)
    if HOME in found:
        return HOME
    return found.pop() if len(found) == 1 else None


def name_in_sqlite(schema: str, name: str, home: str | None, *, is_snake_case: bool) -> str:
    """Return `users` for a table of the schema that is at home, `sales_orders` for one of another."""
    wanted = name if schema == home else f"{schema}_{name}"
    return snake_case(wanted) if is_snake_case else wanted
