"""How far long work has come, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from noormme_py.frozen import frozen

Phase = Literal["looking", "copying", "verifying", "finishing", "comparing", "writing"]


@frozen
class Progress:
    """`rows` of about `total_rows` are done with in this phase, of all tables together; `table` is the one at work."""

    phase: Phase
    table: str | None = None
    rows: int = 0
    total_rows: int = 0


Listener: TypeAlias = Callable[[Progress], None]


def nobody(progress: Progress) -> None:
    """Listen to nothing."""
