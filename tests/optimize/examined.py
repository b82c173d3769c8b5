"""Databases for the doctor to look at, each a file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from noormme_py.circumstances import Circumstances
from noormme_py.client.examine_file import examine_file
from noormme_py.client.read_schema import read_schema
from noormme_py.config import Config, config_for
from noormme_py.engine.scratch import Scratch
from noormme_py.optimize.doctor.case import Integrity, Settings
from noormme_py.optimize.doctor.examination import examine
from noormme_py.optimize.finding import Finding

SOUND = """
    create table users (id integer primary key, email text not null unique);
    create table posts (
        id integer primary key,
        author_id integer not null references users (id),
        title text
    );
    insert into users values (1, 'ada@example.com'), (2, 'eve@example.com');
    insert into posts values (1, 1, 'One'), (2, 2, 'Two');
"""


def database(path: Path, script: str = SOUND) -> Path:
    """Make a database and return its path."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(script)
    return path


def found(path: Path, kind: str, *, integrity: Integrity = False) -> list[Finding]:
    """Return the findings of one kind about a file that nobody has open here."""
    config = config_for(f"sqlite:///{path}?mode=ro", {})
    return [finding for finding in examine_file(config, integrity=integrity) if finding.kind == kind]


def found_in(
    path: Path, kind: str, around: Circumstances | None = None, settings: Settings | None = None
) -> list[Finding]:
    """Return the findings of one kind for other circumstances than the file has here."""
    config: Config = config_for(f"sqlite:///{path}?mode=ro", {})
    schema = read_schema(config)
    with closing(Scratch.cloned(config)) as scratch:
        findings = examine(scratch.survey, schema, around or Circumstances(path=str(path)), settings)
    return [finding for finding in findings if finding.kind == kind]


def one(findings: list[Finding]) -> Finding:
    """Return the only finding there is."""
    assert len(findings) == 1, findings
    return findings[0]
