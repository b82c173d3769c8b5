"""What keeps an index from being used is found with its mend, and the mend does what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from noormme_py.engine.scratch import Scratch
from noormme_py.optimize.finding import Finding
from noormme_py.optimize.findings import sargability
from noormme_py.optimize.findings.sargability import non_sargable
from noormme_py.optimize.recording.record import StatementRecord
from noormme_py.query.statement import Parameters
from noormme_py.schema.model import Schema
from tests.optimize.laboratories import laboratory

ROWS = """
create table people (
    id integer primary key, email text, name text, city text collate nocase, born text, data text, code text,
    age integer, score real
);
create table visits (id integer primary key, person integer, note text);
create table small (id integer primary key, name text);
with recursive n (i) as (select 1 union all select i + 1 from n where i < 4000)
insert into people select i, 'User' || i || '@Example.org', 'name' || (i % 1000), 'City' || (i % 400),
    datetime('2020-01-01', i || ' hours'), json_object('x', i % 700), i, i % 900, i / 8.0 from n;
insert into visits select id, (id * 7) % 4000, name from people;
insert into small select id, name from people limit 500;
create index by_email on people (email);
create index by_name on people (name);
create index by_city on people (city);
create index by_born on people (born);
create index by_code on people (code);
create index by_age on people (age);
create index by_score on people (score);
"""


@pytest.fixture
def people(tmp_path: Path) -> Iterator[tuple[Schema, Scratch]]:
    with laboratory(ROWS, tmp_path / "people.db", with_rows=True) as made:
        yield made


def found(people: tuple[Schema, Scratch], sql: str, *samples: Parameters) -> list[Finding]:
    return non_sargable(StatementRecord(sql, samples=samples), *people)


def prove(lab: Scratch, before: tuple[str, Parameters], ddl: list[str], after: tuple[str, Parameters]) -> None:
    """Hold the mended statement against the first one: the same rows, looked up, in a tenth of the steps."""
    rows, steps = lab.query(*before), lab.run(*before).steps
    assert rows
    for statement in ddl:
        lab.query(statement)
    assert sorted(lab.query(*after)) == sorted(rows)
    plan = [row.detail for row in lab.explain(*after)]
    assert any("SEARCH" in line for line in plan), plan
    assert lab.run(*after).steps * 5 < steps, plan


@pytest.mark.parametrize(
    ("condition", "parameters", "kind"),
    [
        ("lower(email) = ?", ["user7@example.org"], "function-on-column"),
        ("json_extract(data, '$.x') = ?", [9], "function-on-column"),
        ("data ->> '$.x' = ?", [9], "function-on-column"),
        ("cast(code as integer) = ?", [9], "function-on-column"),
        ("abs(age) = ?", [9], "function-on-column"),
        ("substr(name, 2, 3) = ?", ["ame"], "function-on-column"),
        ("name || city = 'name7City7'", [], "function-on-column"),
        ("score * 1.1 > ?", [549], "arithmetic-on-column"),
        ("name like 'name99%'", [], "like-needs-nocase"),
        ("name like ?", ["name99%"], "like-needs-nocase"),
    ],
)
def test_an_index_mends_it(people: tuple[Schema, Scratch], condition: str, parameters: list[str], kind: str) -> None:
    sql = f"select id from people p where {condition}"
    (finding,) = found(people, sql, parameters)
    assert finding.kind == kind
    assert finding.mend is not None
    assert finding.mend.startswith("create index")
    if condition.startswith("substr"):
        return  # All rows are wanted; the index is right, and saves nothing here.
    prove(people[1], (sql, parameters), [finding.mend], (sql, parameters))


@pytest.mark.parametrize(
    ("condition", "value", "kind", "mend", "mended"),
    [
        (
            "date(born) = ?",
            "2020-02-01",
            "function-on-column",
            '"born" >= :day and "born" < date(:day, \'+1 day\')',
            '"born" >= ?1 and "born" < date(?1, \'+1 day\')',
        ),
        ("age + 5 > ?", 902, "arithmetic-on-column", '"age" > … - 5', '"age" > ? - 5'),
        ("? >= age - 3", -2, "arithmetic-on-column", '"age" <= … + 3', '"age" <= ? + 3'),
        ("score * 2 >= ?", 999, "arithmetic-on-column", '"score" >= … / 2.0', '"score" >= ? / 2.0'),
        ("+age = ?", 7, "unary-plus", 'leave the + out: "age"', '"age" = ?'),
        (
            "email || '' = ?",
            "User7@Example.org",
            "function-on-column",
            "leave the || '' out: \"email\" = …",
            "email = ?",
        ),
        ("substr(name, 1, 6) = 'name99' and ?", 1, "function-on-column", "\"name\" glob 'name99*'", None),
    ],
)
def test_writing_it_otherwise_mends_it(
    people: tuple[Schema, Scratch], condition: str, value: object, kind: str, mend: str, mended: str | None
) -> None:
    assert isinstance(value, str | int)
    sql = f"select id from people where {condition}"
    (finding,) = found(people, sql, [value])
    assert (finding.kind, finding.mend) == (kind, mend)
    after = f"select id from people where {mended or mend + ' and ?'}"
    prove(people[1], (sql, [value]), [], (after, [value]))


@pytest.mark.parametrize(("sql", "sample"), [("name like '%me77%'", []), ("name like ?", ["%me77%"])])
def test_a_leading_wildcard_wants_full_text(people: tuple[Schema, Scratch], sql: str, sample: list[str]) -> None:
    before = f"select id from people where {sql}"
    (finding,) = found(people, before, sample)
    assert finding.kind == "leading-wildcard"
    assert finding.mend is not None
    create, fill, condition = finding.mend.split("; ", 2)
    asked = condition.partition("then: ")[2].replace("…", "'%me77%'")
    lab = people[1]
    rows = lab.query(before, sample)
    lab.query(create)
    lab.query(fill)
    after = f"select id from people where {asked}"
    assert sorted(lab.query(after)) == sorted(rows)
    # The steps of FTS5 are not SQLite's: the table itself is no longer read whole.
    assert not any(row.detail.startswith("SCAN people ") for row in lab.explain(after) if "VIRTUAL" not in row.detail)
    assert any(row.detail.startswith("SEARCH people ") for row in lab.explain(after))


def test_a_text_column_compared_with_numbers_wants_one_type(people: tuple[Schema, Scratch]) -> None:
    sql = "select p.id from people p cross join visits v on {} where v.id < 20".format("p.code = v.person")
    swapped = sql.replace("people p cross join visits v", "visits v cross join people p")
    (finding,) = found(people, swapped)
    assert (finding.kind, finding.subject) == ("mixed-types", "people.code")
    assert finding.mend == 'give both columns one type, or compare with cast("person" as text)'
    prove(people[1], (swapped, []), [], (swapped.replace("v.person", "cast(v.person as text)"), []))


def test_an_or_wants_an_index_for_every_side(people: tuple[Schema, Scratch]) -> None:
    sql = "select id from people where email = ? or data = ?"
    sample = ["User7@Example.org", '{"x":8}']
    (finding,) = found(people, sql, sample)
    assert (finding.kind, finding.mend) == ("or-without-index", 'create index "people_data" on "people" ("data")')
    assert finding.mend is not None
    prove(people[1], (sql, sample), [finding.mend], (sql, sample))


def test_a_large_offset_wants_pages_by_key(people: tuple[Schema, Scratch]) -> None:
    sql = "select id from people order by id limit 5 offset ?"
    (finding,) = found(people, sql, [3000])
    assert finding.kind == "large-offset"
    assert finding.mend is not None
    assert "paginate_after()" in finding.mend
    after = "select id from people where id > ? order by id limit 5"
    prove(people[1], (sql, [3000]), [], (after, [3000]))
    assert found(people, sql, [30]) == []


@pytest.mark.parametrize("condition", ["age <> 3", "age not in (1, 2)", "not age = 4", "age is not 3"])
def test_what_is_not_wanted_is_told_of_only(people: tuple[Schema, Scratch], condition: str) -> None:
    (finding,) = found(people, f"select * from people where {condition}")
    assert (finding.kind, finding.severity) == ("negated", "info")


@pytest.mark.parametrize(
    "sql",
    [
        "select * from small where lower(name) = 'name7'",
        "select * from people where lower(email) = 'x' and name = 'name7'",
        "select * from people where email like 'x%' collate binary and id = 3",
        "select * from people where city like 'City7%'",
        "select * from people where name in (select note from visits where id = 3)",
        "select * from people where name = lower('NAME7')",
        "select lower(email) from people where age = 5",
        "select * from people where email = 'a' or name = 'b'",
        "select * from people where age = '5' and code = 5",
        "select * from nowhere where lower(a) = 1",
        "insert into small (name) values ('x')",
    ],
)
def test_nothing_is_found_where_nothing_is_to_mend(people: tuple[Schema, Scratch], sql: str) -> None:
    assert found(people, sql) == []


def test_many_rows_are_grave(people: tuple[Schema, Scratch], monkeypatch: pytest.MonkeyPatch) -> None:
    sql = "select * from people where lower(email) = 'x'"
    (finding,) = found(people, sql)
    assert (finding.severity, finding.subject) == ("medium", "people.lower(email)")
    assert finding.evidence == "people has 4000 rows, and the plan reads them one by one"
    monkeypatch.setattr(sargability, "_MANY_ROWS", 2000)
    (finding,) = found(people, sql)
    assert (finding.severity, finding.evidence[:30]) == ("high", "people has 2000 rows or more, ")


def test_values_stay_out_of_findings(people: tuple[Schema, Scratch]) -> None:
    secret = "%hunter2"
    findings = found(people, "select * from people where name like ? or lower(name) = ?", [secret, secret])
    findings += found(people, "select * from people where name like ?", [secret])
    assert len(findings) > 0
    assert "hunter2" not in repr(findings)
