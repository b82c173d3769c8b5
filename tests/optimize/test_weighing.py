"""How what an index saves is weighed: against the other statements, its price, and the time that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py import SyncNoormme
from noormme_py.optimize.workload.workload import record_of_sql
from tests.optimize.advising import NUMBERS, advice, asked, created, file_of

TICKETS = f"""
    create table tickets (id integer primary key, status text not null, opened_on text not null, requester text);
    create table labels (ticket_id integer not null, label text not null);
    create table visits (id integer primary key, kind text not null, amount integer not null);
    {NUMBERS.format(6_000)}
    insert into tickets select i, iif(i % 9 = 0, 'open', 'done'), '2026-01-0' || (i % 9 + 1), 'r' || (i % 900) from n;
    {NUMBERS.format(6_000)}
    insert into labels select i * 7 % 6000, 'l' || (i % 50) from n;
    {NUMBERS.format(6_000)}
    insert into visits select i, 'kind ' || (i % 4), i from n;
"""


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    return file_of(tmp_path, TICKETS)


@pytest.mark.parametrize("verify", ["copy", "plan"])
def test_the_worst_statement_does_not_hide_the_others(tickets: Path, verify: str) -> None:
    terrible = "select id from tickets t where exists (select 1 from labels where ticket_id = t.id and label = ?)"
    found = advice(
        tickets,
        [
            asked(terrible, ["none"], count=20_000),
            asked("select id from tickets where requester = ?", ["r7"], count=800),
        ],
        verify=verify,
    )
    assert any("requester" in text for text in created(found))


@pytest.mark.parametrize("verify", ["copy", "plan"])
@pytest.mark.parametrize(
    "sql", ["select kind, count(*) from visits group by kind", "select kind, sum(amount) from visits group by kind"]
)
def test_a_smaller_copy_of_the_whole_table_is_no_advice(tickets: Path, verify: str, sql: str) -> None:
    assert created(advice(tickets, [asked(sql, count=5_000)], verify=verify)) == []


@pytest.mark.parametrize("verify", ["copy", "plan"])
def test_a_date_in_the_text_is_not_the_name_of_a_state(tickets: Path, verify: str) -> None:
    sql = "select id from tickets where opened_on = '2026-01-07' and requester = 'r7'"
    found = advice(tickets, [asked(sql)], verify=verify)
    assert [text.partition(" where ")[2] for text in created(found)] == [""]


def test_statements_of_a_file_are_taken_for_busy_even_if_some_come_twice(tickets: Path) -> None:
    lines = ("requester = ?", "requester = ?", "opened_on = ? and requester > ?", "id = ?", "id > ? and status = ?")
    record = record_of_sql("".join(f"select * from tickets where {text};\n" for text in lines)).record
    with SyncNoormme(tickets) as db:
        found = db.optimizer.suggest(record)
    assert created(found) == ["tickets (requester)"]


def test_an_index_helps_though_statistics_would_have_another_skipped_through(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        f"""
        create table meds (id integer primary key, drug text not null, patient_id integer not null);
        {NUMBERS.format(30_000)} insert into meds select i, 'd' || (i % 40), i * 7919 % 9000 from n;
        create index meds_drug on meds (drug, patient_id);
        """,
    )
    found = advice(path, [asked("select * from meds where patient_id = ?", [7], count=300)])
    assert created(found) == ["meds (patient_id)"]


def test_what_there_is_no_time_to_run_is_judged_by_its_plan(tickets: Path) -> None:
    wanted = asked("select * from tickets where requester = ?", ["r7"])
    assert [made.verification for made in advice(tickets, [wanted], budget_s=4).suggestions] == ["copy"]
    pairs = "select count(*) from tickets a, tickets b, tickets c where a.requester > b.requester || c.status"
    endless = [asked(f"{pairs} || 'x{number}'", count=1) for number in range(60)]
    found = advice(tickets, [*endless, wanted], budget_s=4)
    assert [(made.ddl.partition(" on ")[2], made.verification) for made in found.suggestions] == [
        ('"tickets" ("requester")', "plan")
    ]
    assert any("no time to run" in note for note in found.notes)
