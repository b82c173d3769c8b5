"""What `analyze` and `optimize` do with advice: they show it, and with `--apply` they follow it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from noormme_py.cli.app import app
from noormme_py.client.sync_optimizer import SyncOptimizer
from noormme_py.optimize.record import Record
from noormme_py.optimize.suggestion import Advice, Suggestion
from tests.cli.command import database
from tests.cli.test_untouched import content
from tests.optimize.analyses import DROPPED, ORDERS_INDEX, SKU_INDEX

SCRIPT = """
    create table products (id integer primary key, sku text);
    create table orders (id integer primary key, customer_id int, status text, created_at text);
"""
ADVICE = Advice((ORDERS_INDEX, SKU_INDEX, DROPPED), ("A note.",), 0.5)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database whose optimizer gives the advice, and follows it."""
    file = database(tmp_path / "shop.db", SCRIPT)
    (tmp_path / "work.sql").write_text("select * from products where sku = ?", "utf-8")

    def suggest(self: SyncOptimizer, record: Record, **wish: object) -> Advice:
        assert len(record.statements) == 1
        assert wish == {"budget_s": 2.0, "max_indexes": 3, "verify": "plan"}
        return ADVICE

    def apply(self: SyncOptimizer, suggestions: Sequence[Suggestion], *, dry_run: bool) -> None:
        assert not dry_run
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(";".join(one.ddl for one in suggestions))

    monkeypatch.setattr(SyncOptimizer, "suggest", suggest, raising=False)
    monkeypatch.setattr(SyncOptimizer, "apply", apply, raising=False)
    monkeypatch.chdir(tmp_path)
    return file


def run(command: str, *options: str, answer: str | None = None, code: int = 0) -> str:
    wish = ["--sql", "work.sql", "--verify", "plan", "--budget", "2", "--max-indexes", "3"]
    done = CliRunner().invoke(app, [command, "shop.db", *wish, *options], input=answer)
    assert done.exit_code == code, done.output
    return done.output


def indexes(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [
            name for (name,) in connection.execute("select name from sqlite_schema where type = 'index' order by 1")
        ]


def test_suggestions_are_shown_with_their_proof(shop: Path) -> None:
    text = run("analyze")
    assert text.startswith("2 new indexes would make 3 of 1 statement up to 317× faster.")
    for one in ADVICE.suggestions:
        assert f"\n{one.ddl};\n  {one.reason}\n" in text
    assert "3.8 ms → 12 µs (60 k → 24 steps)  select * from products where sku = ?" in text
    assert "note: A note.\n" in text
    assert indexes(shop) == []


@pytest.mark.parametrize(("severity", "code"), [("high", 0), ("medium", 1), ("info", 1)])
def test_a_suggestion_fails_a_build_that_asks_for_it(shop: Path, severity: str, code: int) -> None:
    run("analyze", "--fail-on", severity, code=code)
    assert json.loads(run("analyze", "--json", "--fail-on", severity, code=code))["advice"]["notes"] == ["A note."]


def test_the_report_has_the_suggestions(shop: Path) -> None:
    run("analyze", "--html", "report.html")
    page = shop.with_name("report.html").read_text("utf-8")
    assert page.count("create</span> <span") >= 3
    assert "orders_customer_id_status_created_at" in page


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--json",)], ids=" ".join)
def test_a_dry_run_changes_no_byte(shop: Path, options: tuple[str, ...]) -> None:
    before = content(shop.parent)
    text = run("optimize", *options)
    assert content(shop.parent) == before
    assert SKU_INDEX.index in text
    assert "--json" in options or text.endswith("Nothing was changed. --apply creates what is to be created.\n")


def test_applying_creates_and_does_not_drop(shop: Path) -> None:
    text = run("optimize", "--apply", "--yes")
    assert indexes(shop) == [ORDERS_INDEX.index, SKU_INDEX.index]
    done = text[text.index("created ") :].splitlines()
    assert done == [
        "created orders_customer_id_status_created_at on orders",
        "  13 ms → 41 µs (1.2 M → 620 steps)",
        "created products_sku on products",
        "  3.8 ms → 12 µs (60 k → 24 steps)",
        "",
        "To take it back:",
        '  drop index "orders_customer_id_status_created_at";',
        '  drop index "products_sku";',
    ]


def test_what_was_created_is_said_in_json(shop: Path) -> None:
    found = json.loads(run("optimize", "--apply", "--yes", "--json"))
    assert found["created"] == indexes(shop) == [ORDERS_INDEX.index, SKU_INDEX.index]
    assert [one["undo"] for one in found["advice"]["suggestions"]][:2] == [ORDERS_INDEX.undo, SKU_INDEX.undo]
