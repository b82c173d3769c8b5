"""Which tables of a database are moved, by the patterns that somebody gave."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from noormme_py.errors import ConfigError
from noormme_py.names import suggest
from noormme_py.postgres.model import PgTable
from noormme_py.postgres.plan.planned import MoveOptions


def matches(table: PgTable, pattern: str) -> bool:
    """Whether `schema.table` or `table`, either with `*` and `?`, means this table."""
    return fnmatchcase(table.qualified, pattern) or fnmatchcase(table.name, pattern)


def is_asked_for(qualified: str, options: MoveOptions) -> bool:
    """Whether options ask for a table that is not there any more, by what is known of its name."""
    if any(_is_meant(qualified, pattern) for pattern in options.exclude):
        return False
    return not options.include or any(_is_meant(qualified, pattern) for pattern in options.include)


def _is_meant(qualified: str, pattern: str) -> bool:
    return fnmatchcase(qualified, pattern) or fnmatchcase(qualified.partition(".")[2], pattern)


def check_patterns(names: Iterable[str], options: MoveOptions) -> None:
    """Raise ConfigError for a pattern that none of these tables (`public.users`) is meant by."""
    known = list(names)
    for pattern in (*options.include, *options.exclude, *(name for name, _ in options.where)):
        if not any(_is_meant(name, pattern) for name in known):
            raise ConfigError(f"no table is called {pattern[:100]!r}", hint=suggest(pattern, known))


def selected(tables: Iterable[PgTable], options: MoveOptions) -> tuple[list[PgTable], list[PgTable]]:
    """Return the tables that are moved, and those that are left out."""
    known = list(tables)
    moved: list[PgTable] = []
    left: list[PgTable] = []
    for table in known:
        (moved if _is_moved(table, options) else left).append(table)
    return moved, left


def condition(table: PgTable, options: MoveOptions) -> str | None:
    """Return the condition on the rows of a table, where there is one."""
    found = [f"({where})" for pattern, where in options.where if matches(table, pattern)]
    return " and ".join(found) or None


def _is_moved(table: PgTable, options: MoveOptions) -> bool:
    if any(matches(table, pattern) for pattern in options.exclude):
        return False
    return not options.include or any(matches(table, pattern) for pattern in options.include)
