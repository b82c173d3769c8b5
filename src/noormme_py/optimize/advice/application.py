"""Advice that is followed: what is run, what takes it back, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from noormme_py.errors import QueryError
from noormme_py.optimize.suggestion import Advice, Figures, Suggestion


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
