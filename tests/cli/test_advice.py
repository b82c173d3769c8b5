"""What `analyze` and `optimize` do with advice: they show it, and with `--apply` they follow it."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from noormme_py.cli.app import app
from tests.cli.command import database
from tests.cli.test_untouched import content

SCRIPT = """
    create table products (id integer primary key, sku text not null, name text);
    create table orders (id integer primary key, customer_id integer not null, status text not null, total integer);
    create index orders_customer on orders (customer_id);
    create index orders_customer_status on orders (customer_id, status);
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 5000)
    insert into products (sku, name) select printf('sku-%05d', i), 'thing ' || i from n;
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 5000)
    insert into orders (customer_id, status, total) select i % 500, iif(i % 10, 'paid', 'open'), i from n;
    analyze;
"""
BY_SKU = "select name from products where sku = ?"
WORK = f"""
-- count: 2000
-- parameters: ["sku-00017"]
{BY_SKU};
-- count: 500
-- parameters: [17]
select total from orders where customer_id = ? and status = 'open';
-- count: 5000
insert into orders (customer_id, status, total) values (1, 'open', 1);
"""
CREATED = 'create index "ix_products_sku" on "products" ("sku")'
DROPPED = 'drop index "orders_customer"'
KEPT = ["orders_customer", "orders_customer_status"]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database that lacks one index for its work and has one too many."""
    (tmp_path / "work.sql").write_text(WORK, "utf-8")
    monkeypatch.chdir(tmp_path)
    return database(tmp_path / "shop.db", SCRIPT)


def run(command: str, *options: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, [command, "shop.db", "--sql", "work.sql", *options])
    assert done.exit_code == code, done.output
    return done.output


def indexes(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [
            name for (name,) in connection.execute("select name from sqlite_schema where type = 'index' order by 1")
        ]


def test_suggestions_are_shown_with_their_proof(shop: Path) -> None:
    text = run("analyze")
    assert re.match(r"1 new index would make 1 of 3 statements \S+× faster\. 1 index can be dropped\.\n", text)
    assert f"\n{CREATED};\n" in text
    assert f"\n{DROPPED};\n" in text
    assert re.search(rf" → .* steps\)  {re.escape(BY_SKU)}\n", text)
    assert indexes(shop) == KEPT


def test_what_a_suggestion_mends_is_not_told_again(shop: Path) -> None:
    assert "full-scan" not in run("analyze")
    found = json.loads(run("analyze", "--json"))["findings"]
    assert [(one["kind"], one["mended_by"]) for one in found] == [
        ("full-scan", "ix_products_sku"),
        ("redundant-index", "orders_customer"),
    ]


def test_the_planner_alone_gives_the_same_advice(shop: Path) -> None:
    advice = json.loads(run("optimize", "--verify", "plan", "--json"))["advice"]
    assert [one["ddl"] for one in advice["suggestions"]] == [CREATED, DROPPED]
    assert {one["verification"] for one in advice["suggestions"]} == {"plan"}


def test_no_more_indexes_are_suggested_than_asked_for(shop: Path) -> None:
    (shop.parent / "work.sql").write_text(WORK + "\n-- count: 2000\nselect sku from products where name = 'thing 7';")
    for most, created in ((1, 1), (2, 2)):
        advice = json.loads(run("optimize", "--max-indexes", str(most), "--json"))["advice"]
        assert sum(one["action"] == "create" for one in advice["suggestions"]) == created


@pytest.mark.parametrize(("severity", "code"), [("high", 0), ("medium", 1), ("info", 1)])
def test_a_suggestion_fails_a_build_that_asks_for_it(shop: Path, severity: str, code: int) -> None:
    # Few runs: the scan itself is nothing grave.
    (shop.parent / "work.sql").write_text(f"-- count: 150\n{BY_SKU};")
    run("analyze", "--fail-on", severity, code=code)


def test_the_report_has_the_suggestions(shop: Path) -> None:
    run("analyze", "--html", "report.html")
    page = shop.with_name("report.html").read_text("utf-8")
    assert "Create ix_products_sku on products" in page
    assert "Drop orders_customer on orders" in page
    assert "It mends 1 finding: full-scan." in page


@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--json",)], ids=" ".join)
def test_a_dry_run_changes_no_byte(shop: Path, options: tuple[str, ...]) -> None:
    before = content(shop.parent)
    text = run("optimize", *options)
    assert content(shop.parent) == before
    assert "ix_products_sku" in text
    assert "--json" in options or text.endswith("Nothing was changed. --apply creates what is to be created.\n")


def test_applying_creates_and_does_not_drop_and_says_so(shop: Path) -> None:
    text = run("optimize", "--apply", "--yes")
    assert indexes(shop) == ["ix_products_sku", *KEPT]
    assert "This command drops no index, not even with --apply. To drop one, run its statement yourself" in text
    done = text[text.index("created ") :].splitlines()
    assert done[:3] == ["created ix_products_sku on products", "", "Measured again, with them and without:"]
    assert [line.partition(")  ")[2] for line in done[3:-3]] == [BY_SKU]
    assert done[-3:] == ["", "To take it back:", '  drop index "ix_products_sku";']


def test_drops_alone_are_shown_and_nothing_is_changed(shop: Path) -> None:
    (shop.parent / "work.sql").write_text(WORK.replace(BY_SKU, "select name from products where id = ?"))
    before = content(shop.parent)
    text = run("optimize", "--apply", "--yes")
    assert f"\n{DROPPED};\n" in text
    assert text.endswith("\nNothing was changed.\n")
    assert content(shop.parent) == before


def test_what_was_created_is_said_in_json(shop: Path) -> None:
    found = json.loads(run("optimize", "--apply", "--yes", "--json"))
    assert found["created"] == ["ix_products_sku"]
    assert indexes(shop) == ["ix_products_sku", *KEPT]
