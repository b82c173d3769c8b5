"""Who moves the shop, and how each is asked to. A peer runs in a process of its own, where only it is imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

Move = Callable[[str, Path], None]
"""Move all tables from a connection URL into a file that does not exist yet."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One peer in the list. `packages` are the distributions whose versions are printed."""

    title: str
    where: str
    packages: tuple[str, ...]
    is_ours: bool = False

    def load(self) -> Move:
        """Import what moves; raises ImportError for a peer that is not installed."""
        module, _, name = self.where.partition(":")
        move: Move = getattr(import_module(f"benchmarks.transfer.{module}"), name)
        return move


UNIT = "pump"
"""The floor: every ratio is to it."""

COPY, VALIDATED = "noormme", "noormme-validated"
"""The two whose difference is what validation costs."""

PEERS: dict[str, Entry] = {
    UNIT: Entry("pump: COPY → executemany", "pump:move", ("psycopg",)),
    "pump-whole": Entry("pump, constraints by hand", "pump:move_whole", ("psycopg",)),
    COPY: Entry("noormme_py, copy", "with_noormme:copy", ("noormme-py", "psycopg"), is_ours=True),
    VALIDATED: Entry(
        "noormme_py, validated", "with_noormme:copy_and_validate", ("noormme-py", "psycopg"), is_ours=True
    ),
    "db-to-sqlite": Entry(
        "db-to-sqlite",
        "with_db_to_sqlite:move",
        ("db-to-sqlite", "psycopg2-binary", "sqlalchemy", "sqlite-utils"),
    ),
}
