"""Advice on indexes: what to create or drop, with the proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Confidence = Literal["low", "medium", "high"]
Verification = Literal["plan", "copy"]
"""How a suggestion was proven: by the planner alone, or by runs on a private copy."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How a statement does: its plan, line by line, and the mean of its runs; None where it was not run."""

    plan: tuple[str, ...]
    steps: int | None
    elapsed_ms: float | None


@dataclass(frozen=True, slots=True)
class Served:
    """A statement that a suggestion changes; `count` is how often the record has it."""

    sql: str
    count: int
    before: Figures
    after: Figures


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One index to create, or to drop.

    `ddl` does it and `undo` takes it back. `gain_steps` is what all of the record's statements save together, and
    `upkeep_entries` how many entries of the index its writes would have made. `bytes` is the size of the index,
    None where none was built. `reason` is one sentence. `instead` is the index that does what a dropped one did, None
    where nothing has to.
    """

    action: Literal["create", "drop"]
    table: str
    index: str
    ddl: str
    undo: str
    served: tuple[Served, ...]
    gain_steps: int
    upkeep_entries: int
    bytes: int | None
    confidence: Confidence
    verification: Verification
    reason: str
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, the most gain first; empty for a database that has what it needs.

    `notes` say what limits it: a budget that ran out, statements that could not be explained.
    """

    suggestions: tuple[Suggestion, ...]
    notes: tuple[str, ...]
    elapsed_s: float
