"""The database of everything, made by everything.sql."""

from __future__ import annotations

from pathlib import Path

from tests.postgres.database import Database

SCRIPT = Path(__file__).with_name("everything.sql")


def make_everything(pg: Database) -> None:
    """Make all of it in an empty database."""
    pg.execute(SCRIPT.read_text())
