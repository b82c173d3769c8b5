"""`noormme transfer survey`: what is shown, what programs read, what is written, and how errors are told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import complaint, noormme, shown
from tests.postgres.database import Database

SHOP = """
    create table users (
        id serial primary key, email text not null unique, balance numeric, tags text[], "[red]x[/]" int
    );
    create table orders (id int primary key, user_id int references users, total numeric(12,2));
    create function touch() returns trigger language plpgsql as 'begin return new; end';
    create trigger touched before update on users for each row execute function touch();
    create index by_tags on users using gin (tags);
    insert into users (email, balance) select 'u' || i, i from generate_series(1, 1500) i;
    insert into orders select i, i, i from generate_series(1, 300) i;
"""
WITHOUT = """
import runpy, sys
sys.modules[{module!r}] = None  # what cannot be imported
sys.argv[1:] = {arguments!r}
runpy.run_module("noormme_py", run_name="__main__", alter_sys=True)
"""


def lines_with(text: str, *words: str) -> list[str]:
    return [line for line in text.splitlines() if all(word in line for word in words)]


def without(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = WITHOUT.format(module=module, arguments=list(arguments))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_the_first_lines_say_what_there_is(pg: Database) -> None:
    pg.execute(SHOP)
    text = shown("transfer", "survey", pg.dsn)
    first, second, third = text.splitlines()[:3]
    assert re.fullmatch(r"2 tables with 1,800 rows, \d+ KB\. A move takes about 1 s\.", first)
    assert "on PostgreSQL" in second
    assert re.search(r"\d+ carry over exactly, \d+ with a change, \d+ not at all", third)


def test_advice_tables_types_and_what_is_left_out_are_shown(pg: Database) -> None:
    pg.execute(SHOP)
    text = shown("transfer", "survey", pg.dsn)
    assert lines_with(text, "! 1 column of decimals would be kept as text")
    assert lines_with(text, "! 1 trigger will not be there")
    assert lines_with(text, "public.users", "1,500", "5, 1 changed")
    assert lines_with(text, "text[]", "JSON TEXT", "1")
    assert lines_with(text, "index", "public.users (by_tags)", "gin")
    assert lines_with(text, "trigger", "public.users (touched)")
    assert lines_with(text, "note:", "CREATE EXTENSION pg_stat_statements")


def test_programs_get_json(pg: Database) -> None:
    pg.execute(SHOP)
    data = json.loads(shown("transfer", "survey", pg.dsn, "--json", "--include", "users", "--map", "numeric=real"))
    assert (data["format"], data["rows"]) == (1, 1500)
    [table] = data["tables"]
    assert {column["name"]: column["declared"] for column in table["columns"]}["balance"] == "REAL"
    assert {"kind", "source", "target", "outcome", "note", "text"} == set(data["fates"][0])
    assert {"title", "detail", "names", "kinds"} == set(data["advice"][0])
    assert {"statements", "tables", "since", "writes_per_s", "notes"} == set(data["workload"])


def test_quick_strict_and_snake_case(pg: Database) -> None:
    pg.execute('create table "OrderLines" ("lineNo" int primary key, price numeric(8,2)); analyze')
    text = shown("transfer", "survey", pg.dsn, "--quick", "--strict", "--snake-case")
    assert "No rows were read (--quick)" in text
    assert lines_with(text, "table", "public.OrderLines", "named 'order_lines'")
    assert lines_with(text, "numeric(8,2)", "TEXT")


def test_markdown_replaces_a_survey_and_nothing_else(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    file = tmp_path / "survey.md"
    assert f"\n{file}: written\n" in shown("transfer", "survey", pg.dsn, "--markdown", file)
    first = file.read_text("utf-8")
    assert first.startswith("# PostgreSQL survey: ")
    assert "CREATE TRIGGER touched" in first
    pg.execute("drop table orders")
    shown("transfer", "survey", pg.dsn, "--markdown", file)
    assert "public.orders" not in file.read_text("utf-8")
    file.write_text("my notes")
    assert "is there and is no report" in complaint("transfer", "survey", pg.dsn, "--markdown", file)
    assert file.read_text("utf-8") == "my notes"


def test_the_url_may_be_in_the_environment(pg: Database) -> None:
    pg.execute(SHOP)
    assert "2 tables" in shown("transfer", "survey", NOORMME_SOURCE_URL=pg.dsn)


def test_nothing_of_a_password_is_shown(pg: Database, tmp_path: Path) -> None:
    pg.execute(SHOP)
    dsn = pg.dsn.replace("//postgres@", "//postgres:geheim@")
    told = shown("transfer", "survey", dsn, "--markdown", tmp_path / "s.md") + shown(
        "transfer", "survey", dsn, "--json"
    )
    assert "geheim" not in told + (tmp_path / "s.md").read_text("utf-8")
    assert "geheim" not in complaint("transfer", "survey", "postgresql://postgres:geheim@127.0.0.1:1/x")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--include", "nothing"), "no table is called 'nothing'"),
        (("--map", "numeric"), "--map 'numeric' is not name=value"),
        (("--map", "numeric=real", "--map", "numeric=text"), "--map names 'numeric' twice"),
        (("--map", "numeric=floaty"), "there is no form 'floaty'"),
        (("--markdown", "/nowhere/survey.md"), "cannot be written"),
    ],
)
def test_a_wrong_option_is_one_line(pg: Database, arguments: tuple[str, ...], said: str) -> None:
    pg.execute(SHOP)
    assert said in complaint("transfer", "survey", pg.dsn, *arguments)


def test_a_server_that_is_not_there_is_one_line() -> None:
    assert "cannot connect to" in complaint("transfer", "survey", "postgresql://127.0.0.1:1/nothing")


def test_names_do_nothing_to_the_terminal(pg: Database, tmp_path: Path) -> None:
    pg.execute('create table "a\x1b[31m|b`\n" ("[bold]c" int primary key, d numeric)')
    text = shown("transfer", "survey", pg.dsn, "--markdown", tmp_path / "s.md")
    assert "\x1b" not in text
    assert r"\x1b[31m|b`\n" in text
    [row] = lines_with((tmp_path / "s.md").read_text("utf-8"), "| 2 |")
    assert row.count("|") - row.count("\\|") == 8


@pytest.mark.parametrize("module", ["psycopg", "sqlglot"])
def test_without_the_extra_only_the_transfer_commands_complain(module: str) -> None:
    for arguments in (["transfer", "survey", "postgresql:///x"], ["transfer", "--help"], ["transfer"]):
        run = without(module, *arguments)
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr.startswith("error: the transfer commands need the extra 'postgres'")
        assert run.stderr.count("\n") == 1
        assert "noormme-py[postgres]" in run.stderr
    assert without(module, "--help").returncode == 0
    assert "there is no file" in without(module, "doctor", "nowhere.db").stderr


def test_other_commands_do_not_load_the_driver() -> None:
    report = "import sys, noormme_py.cli.app; print({'psycopg', 'sqlglot'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_the_help_and_the_shell_know_the_commands() -> None:
    assert "survey" in shown("transfer", "--help")
    text = shown("transfer", "survey", "--help")
    assert all(word in text for word in ("NOORMME_SOURCE_URL", "--quick", "--markdown", "--map"))
    run = noormme("transfer", "surve", "x")
    assert (run.returncode, "Did you mean 'survey'" in run.stderr) == (2, True)
