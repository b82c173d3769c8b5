"""What became of one thing of the source: a table, a column, a constraint, a function."""

from __future__ import annotations

from typing import Literal

from noormme_py.frozen import frozen

Outcome = Literal["exact", "changed", "left out"]


@frozen
class Fate:
    """`source` names the thing in PostgreSQL and `target` in SQLite, None where it has nothing of it.

    `kind` is a word such as "column" or "trigger"; `note` says what is different or why it was left out, and `text`
    is the thing's own SQL where somebody will want to do by hand what was not done.
    """

    kind: str
    source: str
    target: str | None
    outcome: Outcome
    note: str | None = None
    text: str | None = None


def left_out(kind: str, source: str, note: str, text: str | None = None) -> Fate:
    """Return the fate of what SQLite has nothing of."""
    return Fate(kind, source, None, "left out", note, text or None)


def carried(kind: str, source: str, target: str, notes: list[str], text: str | None = None) -> Fate:
    """Return the fate of what arrived: exactly, or with changes where there are notes."""
    if not notes:
        return Fate(kind, source, target, "exact")
    return Fate(kind, source, target, "changed", "; ".join(notes), text)
