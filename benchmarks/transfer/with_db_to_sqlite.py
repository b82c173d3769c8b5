"""db-to-sqlite, by its own command line: all tables of the usual schema, then those of the other one."""

from __future__ import annotations

from pathlib import Path

from db_to_sqlite.cli import cli


def move(url: str, path: Path) -> None:
    """Run its command once for each schema, for it knows one at a time."""
    # psycopg2 has a date for infinity (9999-12-31); the driver that SQLAlchemy 2.1 takes unasked gives up there.
    url = url.replace("postgresql://", "postgresql+psycopg2://")
    cli.main([url, str(path), "--all"], standalone_mode=False)
    cli.main([url, str(path), "--all", "--postgres-schema", "warehouse"], standalone_mode=False)
