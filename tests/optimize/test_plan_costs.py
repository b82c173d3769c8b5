"""What a plan is taken to cost, however its lines are written: seen in advice that the planner alone has given."""

from __future__ import annotations

from pathlib import Path

from tests.optimize.advising import NUMBERS, advice, asked, created, file_of


def test_names_with_spaces_are_found_in_a_plan(tmp_path: Path) -> None:
    script = f"""
        create table "Line Items" ("Order Id" integer not null, product text);
        {NUMBERS.format(9_000)} insert into "Line Items" select i / 3, 'p' || i from n;
    """
    statement = asked('select product from "Line Items" where "Order Id" = ?', [7])
    assert created(advice(file_of(tmp_path, script), [statement], verify="plan")) == ["Line Items (Order Id)"]


def test_an_index_behind_a_left_join_is_found_in_a_plan(tmp_path: Path) -> None:
    script = f"""
        create table tickets (id integer primary key, agent integer not null);
        create table replies (id integer primary key, ticket_id integer not null, text text);
        create index tickets_agent on tickets (agent);
        {NUMBERS.format(9_000)} insert into tickets select i, i % 900 from n;
        {NUMBERS.format(20_000)} insert into replies select i, i * 7 % 9000, 'x' from n;
    """
    sql = "select t.id, r.text from tickets t left join replies r on r.ticket_id = t.id where t.agent = ?"
    assert created(advice(file_of(tmp_path, script), [asked(sql, [7])], verify="plan")) == ["replies (ticket_id)"]


def test_a_limit_behind_a_group_saves_nothing_of_the_rows_in_it(tmp_path: Path) -> None:
    script = f"""
        create table readings (id integer primary key, device integer not null, kind integer not null, at integer);
        {NUMBERS.format(30_000)} insert into readings select i, i * 7 % 300, i * 31 % 101, i from n;
    """
    statements = [
        asked("select at from readings where device = ? order by at", [7]),
        asked("select device, max(at) from readings where kind = ? group by device limit 20", [3], count=4),
    ]
    found = advice(file_of(tmp_path, script), statements, verify="plan")
    assert [text.partition("(")[2].split(",")[0].rstrip(")") for text in created(found)] == ["device"]
