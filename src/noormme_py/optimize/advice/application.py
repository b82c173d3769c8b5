"""Advice that is followed: what is run, what takes it back, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from noormme_py.errors import QueryError
from noormme_py.names import fold
from noormme_py.optimize.advice.index_spec import spec_of
from noormme_py.optimize.suggestion import Advice, Figures, Suggestion
from noormme_py.schema.model import Schema


@dataclass(frozen=True, slots=True)
class Application:
    """Suggestions that were applied, or with `is_dry_run` would be. `undo` takes them back, in this order."""

    suggestions: tuple[Suggestion, ...]
    statements: tuple[str, ...]
    undo: tuple[str, ...]
    is_dry_run: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """A statement with what was applied and without it, on the rows of this moment."""

    sql: str
    count: int
    before: Figures
    after: Figures
    is_slower: bool


def application(suggestions: Advice | Iterable[Suggestion], *, is_dry_run: bool) -> Application:
    """Return what applying suggestions means; raises QueryError for what is none."""
    chosen = tuple(suggestions.suggestions if isinstance(suggestions, Advice) else suggestions)
    if any(not isinstance(suggestion, Suggestion) for suggestion in chosen):
        raise QueryError("only suggestions can be applied", hint="give what db.optimizer.suggest() returned")
    return Application(
        suggestions=chosen,
        statements=tuple(suggestion.ddl for suggestion in chosen),
        undo=tuple(suggestion.undo for suggestion in reversed(chosen)),
        is_dry_run=is_dry_run,
    )


def check_drops(applied: Application, schema: Schema) -> None:
    """Raise QueryError when an index to drop has become another one, or when what serves in its place is not there."""
    indexes = {fold(index.name): index for table in schema for index in table.indexes}
    there = indexes.keys() | {fold(made.index) for made in applied.suggestions if made.action == "create"}
    for drop in applied.suggestions:
        known = indexes.get(fold(drop.index))
        if drop.action != "drop" or known is None:
            continue
        if known.is_unique or spec_of(known).ddl(known.name) != drop.undo:
            raise QueryError(f"the index {drop.index!r} has become another one", hint="ask for suggestions again")
        if drop.instead is not None and fold(drop.instead) not in there:
            raise QueryError(
                f"the index {drop.instead!r}, which serves in place of {drop.index!r}, is not there",
                hint="create it with the same call, or ask for suggestions again",
            )
