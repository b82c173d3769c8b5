"""The page on migrating is gone through from top to bottom: its commands, its SQL and its Python, in one folder."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from noormme_py import Noormme
from noormme_py.postgres.server.dsn import shown_dsn
from tests.cli.command import noormme
from tests.docs.pages import ROOT, Block, page
from tests.docs.test_snippets import run
from tests.postgres.database import Database

PAGE = page("docs/migrating-from-postgresql.md")
BLOCKS = PAGE.blocks("sh", "sql", "python")

URL, NAME, FOLDER, ROLE = "postgresql://app@localhost/shop", "shop", "/srv/shop", "shop_reader"
"""What readers see of a test's database, its folder, and a role that is its own."""

_LEFT_OUT = "…"
# What another machine, another day or another terminal would print in another way.
_VARYING = [
    (r"\b[\d.]+ (KB|MB|bytes|ms|s)\b", r"# \1"),
    (r"\d{4}-\d\d-\d\d(T[\d:]+\+00:00)", "#"),
    (r"-\d{8}-\d{6}\b", "-#"),
    (r"PostgreSQL \d+(\.\d+)?", "PostgreSQL #"),
    (r"─+", "─"),
    (r" +", " "),
]


@pytest.fixture
def role(pg: Database) -> Iterator[str]:
    """The name of a role that the page may make; roles belong to the whole server."""
    name = f"{ROLE}_{os.getpid()}"
    yield name
    if pg.rows(f"select from pg_roles where rolname = '{name}'"):
        pg.execute(f"drop owned by {name}; drop role {name}")


async def test_the_page_can_be_followed(
    pg: Database, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = ModuleType("page")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    try:
        for block in BLOCKS:
            text = block.text.replace(URL, pg.dsn).replace(ROLE, role)
            printed = ""
            if block.language == "sql":
                _sql(text, pg, tmp_path)
            elif block.language == "sh":
                printed = "".join(_command(line, pg, tmp_path) for line in text.splitlines())
            else:
                printed = await run(Block("python", text, block.line), module, PAGE)
            if block.output is not None or block.language == "python":
                _check(block, printed, pg, tmp_path)
    finally:
        for value in vars(module).values():
            if isinstance(value, Noormme):
                await value.close()


def _sql(text: str, pg: Database, folder: Path) -> None:
    """Run SQL in PostgreSQL, or write the file that its first line names."""
    first, _, rest = text.partition("\n")
    if first.startswith("-- ") and first.endswith(".sql"):
        (folder / first.removeprefix("-- ")).write_text(f"{rest}\n", "utf-8")
    else:
        pg.execute(text)


def _command(line: str, pg: Database, folder: Path) -> str:
    """Run a command, which ends with the exit code that is said behind it, and return what it printed."""
    said, _, comment = line.partition(" # ")
    match shlex.split(said):
        case ["pip", "install", _]:
            return ""
        case ["psql", _, "-f", script]:
            pg.execute((ROOT / script).read_text("utf-8"))
            return ""
        case ["noormme", *words]:
            done = noormme(*words, folder=folder)
            assert done.returncode == int(comment.partition("exit code ")[2] or 0), (said, done.stdout, done.stderr)
            return done.stdout + done.stderr
        case _:
            pytest.fail(f"nobody knows how to run {said!r}")


def _check(block: Block, printed: str, pg: Database, folder: Path) -> None:
    """See that a block printed what the page says; a line with … alone stands for any lines."""
    shown = printed.replace(shown_dsn(pg.dsn), URL).replace(str(folder), FOLDER)
    shown = shown.replace(pg.dsn.partition("?")[0].rpartition("/")[2], NAME)
    expected = _lines(block.output or "")
    pattern = "".join(r"(?:.*\n)*?" if line == _LEFT_OUT else f"{re.escape(line)}\n" for line in expected)
    got = "".join(f"{line}\n" for line in _lines(shown))
    assert re.fullmatch(pattern, got), f"{PAGE.name}, line {block.line}, prints:\n{shown}"


def _lines(text: str) -> list[str]:
    """Return the lines of an output that are not empty, without what varies."""
    for varying, instead in _VARYING:
        text = re.sub(varying, instead, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_every_command_takes_the_url_from_the_variable(pg: Database, tmp_path: Path) -> None:
    pg.execute((ROOT / "examples/shop_postgres.sql").read_text("utf-8"))
    (tmp_path / "work.sql").write_text("select id from customers order by id;")
    for words in (
        ("survey",),
        ("import", "shop.db"),
        ("validate", "shop.db"),
        ("compare-queries", "shop.db", "work.sql"),
        ("export", "shop.db", "--changes-only"),
    ):
        done = noormme("transfer", *words, folder=tmp_path, NOORMME_SOURCE_URL=pg.dsn)
        assert (done.returncode, done.stderr) == (0, ""), words
