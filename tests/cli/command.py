"""Runs `python -m noormme_py`, and makes databases for it to look at."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

SHOP = """
    create table users (
        id integer primary key autoincrement,
        email text not null unique collate nocase,
        name text default 'nobody',
        age integer check (age >= 0),
        greeting text generated always as ('Hello ' || name) stored,
        constraint grown check (age < 200)
    );
    create table posts (
        id integer primary key,
        author_id integer not null references users on update set null on delete cascade
            deferrable initially deferred,
        title text,
        price decimal(10,2)
    );
    create unique index by_title on posts (lower(title) desc, author_id) where title is not null;
    create table tags (
        post_id int, tag text,
        primary key (post_id, tag),
        constraint tagged foreign key (post_id) references posts (id)
    ) strict, without rowid;
    create view authors as select id, email from users;
    create trigger touch after insert on users begin
        update users set age = 1 where id = new.id;
    end;
"""


def database(path: Path, script: str = SHOP) -> Path:
    """Make a database of the script's tables and return its path."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def noormme(
    *arguments: str | bytes | Path, folder: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line; a warning is a failure there as it is here."""
    environment = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "COLUMNS")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "noormme_py", *arguments],
        cwd=folder,
        env={**environment, "PYTHONIOENCODING": "utf-8", **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def shown(*arguments: str | bytes | Path, folder: Path | None = None, **variables: str) -> str:
    """Run the command line, which must not complain, and return what it printed."""
    run = noormme(*arguments, folder=folder, **variables)
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout


def complaint(*arguments: str | bytes | Path, folder: Path | None = None) -> str:
    """Run the command line, which must complain in one line, and return the line."""
    run = noormme(*arguments, folder=folder)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    return run.stderr.rstrip("\n")
