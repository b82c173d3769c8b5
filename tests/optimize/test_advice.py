"""What is suggested, for one need at a time, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.optimize.advising import NUMBERS, advice, asked, created, dropped, file_of

PEOPLE = f"""
    create table people (
        id integer primary key, email text not null, name text collate nocase, city text, age integer,
        status text not null, deleted_at text, profile text
    );
    {NUMBERS.format(20_000)}
    insert into people
    select i, 'Person' || i || '@example.org', 'name ' || (i * 7919 % 20000), 'city ' || (i % 400), i % 90,
        iif(i % 100 = 0, 'waiting', 'done'), iif(i % 10 = 0, null, '2026-01-01'),
        json_object('plan', 'plan ' || (i % 900))
    from n;
"""


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return file_of(tmp_path, PEOPLE)


@pytest.mark.parametrize("verify", ["copy", "plan"])
@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        (asked("select * from people where city = ?", ["city 7"]), "people (city)"),
        (asked("select * from people where city = ? and age = ?", ["city 7", 7]), "people (city, age)"),
        (asked("select * from people where city = ? and age > ?", ["city 7", 80]), "people (city, age)"),
        (asked("select * from people where city = ? order by age limit 3", ["city 7"]), "people (city, age)"),
        (asked("select * from people order by email limit 20"), "people (email)"),
        (asked("select * from people order by email desc limit 20"), "people (email)"),
        (asked("select * from people where lower(email) = ?", ["person7@example.org"]), "people ((LOWER(email)))"),
        (asked("select * from people where email like ?", ["person77%"]), "people (email collate NOCASE)"),
        (asked("select * from people where name like ?", ["name 77%"]), "people (name)"),
        (asked("update people set age = age + 1 where email = ?", ["x"]), "people (email)"),
        (asked("delete from people where email = ?", ["x"]), "people (email)"),
        (asked("select * from people where city = :city", {"city": "city 7"}), "people (city)"),  # type: ignore[arg-type]
    ],
)
def test_what_a_statement_needs_is_suggested(people: Path, verify: str, statement: object, wanted: str) -> None:
    found = advice(people, [statement], verify=verify)  # type: ignore[list-item]
    assert [text.lower() for text in created(found)] == [wanted.lower()]


def test_every_branch_of_an_or_gets_its_index(people: Path) -> None:
    found = advice(people, [asked("select * from people where email = ? or city = ?", ["x", "city 7"])])
    assert sorted(created(found)) == ["people (city)", "people (email)"]


def test_a_queue_gets_a_partial_index(people: Path) -> None:
    queue = asked("select * from people where status = 'waiting' order by id limit 10", count=5_000)
    found = advice(people, [asked("select * from people where status = 'waiting' and age > ?", [50]), queue])
    assert len(created(found)) == 1
    assert "where status = 'waiting'" in created(found)[0]


def test_an_expression_in_json_gets_its_index(people: Path) -> None:
    found = advice(people, [asked("select * from people where json_extract(profile, '$.plan') = ?", ["plan 7"])])
    assert len(created(found)) == 1
    assert "json_extract" in created(found)[0].lower()


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(asked("select * from people where id = ?", [7]), id="the key is there"),
        pytest.param(asked("select * from people where status = ?", ["done"]), id="nearly all rows"),
        pytest.param(asked("select * from people where email like ?", ["%7@example.org"]), id="leading wildcard"),
        pytest.param(asked("select * from people where city = ?", ["city 7"], count=1), id="asked once"),
        pytest.param(asked("select count(*) from people"), id="a count of all"),
        pytest.param(asked("select * from people where age + random() % 3 = 7"), id="random"),
        pytest.param(asked("insert into people (email, status) values (?, ?)", ["x", "y"]), id="an insert"),
    ],
)
@pytest.mark.parametrize("verify", ["copy", "plan"])
def test_what_no_index_helps_gets_none(people: Path, verify: str, statement: object) -> None:
    assert advice(people, [statement, asked("select 1")], verify=verify).suggestions == ()  # type: ignore[list-item]


def test_a_table_that_is_mostly_written_gets_no_index(people: Path) -> None:
    read = asked("select * from people where city = ?", ["city 7"], count=20)
    write = asked("insert into people (email, status) values (?, ?)", ["x", "y"], count=50_000)
    assert created(advice(people, [read])) == []
    assert created(advice(people, [asked("select * from people where city = ?", ["city 7"], count=2_000)])) != []
    assert created(advice(people, [asked(read.sql, ["city 7"], count=700), write])) == []


def test_a_small_table_gets_no_index(tmp_path: Path) -> None:
    path = file_of(tmp_path, f"create table t (a, b); {NUMBERS.format(200)} insert into t select i, i from n")
    assert advice(path, [asked("select * from t where a = ?", [7], count=1_000_000)]).suggestions == ()


def test_one_index_serves_several_statements(people: Path) -> None:
    found = advice(
        people,
        [
            asked("select * from people where city = ?", ["city 7"]),
            asked("select * from people where city = ? and age = ?", ["city 7", 7]),
            asked("select * from people where city = ? order by age", ["city 8"]),
        ],
    )
    assert created(found) == ["people (city, age)"]
    assert len(found.suggestions[0].served) == 3


def test_the_number_of_indexes_and_their_bytes_are_limited(people: Path) -> None:
    statements = [
        asked("select * from people where email = ?", ["x"], count=9_000),
        asked("select * from people where city = ?", ["city 7"]),
    ]
    assert created(advice(people, statements, max_indexes=1)) == ["people (email)"]
    # An index of ages is much smaller than one of addresses.
    statements = [
        asked("select * from people where email = ?", ["x"]),
        asked("select * from people where age = ?", [7]),
    ]
    assert created(advice(people, statements, max_bytes=400_000)) == ["people (age)"]
    assert created(advice(people, statements, exclude=["PEOPLE"])) == []


def test_a_file_of_statements_without_counts_is_taken_for_a_busy_application(people: Path) -> None:
    assert created(advice(people, [asked("select * from people where city = 'city 7'", count=1)])) == ["people (city)"]


def test_what_another_index_begins_with_is_dropped(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        PEOPLE + "create index short on people (city); create index long on people (city, age);"
        "create unique index one on people (email); create index other on people (city desc);"
        "create index part on people (city) where age > 3; create index binary on people (name collate binary);",
    )
    found = advice(path, [asked("select * from people where city = ?", ["city 7"])])
    assert created(found) == []
    assert dropped(found) == ["short"]
    assert found.suggestions[0].undo == 'create index "short" on "people" ("city" collate "BINARY")'


def test_the_only_index_of_a_foreign_key_stays(tmp_path: Path) -> None:
    script = f"""
        create table parent (id integer primary key);
        create table child (id integer primary key, parent_id integer references parent, kind text);
        create index by_parent on child (parent_id);
        {NUMBERS.format(5_000)} insert into parent select i from n;
        {NUMBERS.format(20_000)} insert into child select i, i % 5000 + 1, 'k' || (i % 50) from n;
    """
    path = file_of(tmp_path, script)
    # No statement of the record uses it.
    assert dropped(advice(path, [asked("select * from child where kind = ?", ["k7"])])) == []


def test_an_index_that_is_used_and_does_no_good_is_dropped(tmp_path: Path) -> None:
    script = f"""
        create table log (id integer primary key, level integer, text text);
        create index by_level on log (level);
        create table other (id integer primary key, level integer unique);
        {NUMBERS.format(20_000)} insert into log select i, 1, 'text ' || i from n;
    """
    path = file_of(tmp_path, script)
    read = asked("select text from log where level = ?", [1], count=10)
    write = asked("insert into log (level, text) values (?, ?)", [1, "x"], count=50_000)
    found = advice(path, [read, write])
    assert dropped(found) == ["by_level"]
    assert found.suggestions[0].confidence == "medium"
    # Without the writes nothing is gained, and where it finds few rows it is wanted.
    assert dropped(advice(path, [read])) == []
    few = asked("select text from log where level = ?", [7], count=1_000_000)
    assert dropped(advice(path, [few, write])) == []
    # Nor may a statement become slower that takes little time with it, and little without.
    path = file_of(
        tmp_path,
        f"""
        drop table log; create table log (id integer primary key, level integer, text text);
        create index by_level on log (level);
        {NUMBERS.format(2_000)} insert into log select i, iif(i % 100 = 0, 2, 1), 'text ' || i from n;
        """,
    )
    limited = asked("select text from log where level = ? limit 20", [2], count=10)
    assert dropped(advice(path, [limited, write])) == []
    # What no statement uses was not measured.
    assert dropped(advice(path, [asked("select * from other"), write])) == []


@pytest.mark.parametrize("verify", ["copy", "plan"])
def test_an_index_that_harms_a_statement_until_that_has_its_own_is_suggested(tmp_path: Path, verify: str) -> None:
    # For the answers in order SQLite would walk along all posts by time, if there were no index on what they answer.
    path = file_of(
        tmp_path,
        f"""
        create table posts (id integer primary key, reply_to integer, created_at integer, body text);
        {NUMBERS.format(30_000)} insert into posts select i, i % 3000, i * 7919 % 30000, hex(zeroblob(50)) from n;
        """,
    )
    newest = asked("select id, body from posts order by created_at desc limit 30", count=9_000)
    answers = asked("select id, body from posts where reply_to = ? order by created_at", [7], count=3_000)
    found = [
        keys.removesuffix(", created_at)").removesuffix(")")
        for keys in created(advice(path, [newest, answers], verify=verify))
    ]
    assert sorted(found) == ["posts (created_at", "posts (reply_to"]


@pytest.mark.parametrize("verify", ["plan", "copy"])
@pytest.mark.parametrize(
    "sql", ["select name from people indexed by short where city = 'city 7'", "select * from forced"]
)
def test_an_index_that_a_statement_names_stays(tmp_path: Path, verify: str, sql: str) -> None:
    path = file_of(
        tmp_path,
        PEOPLE + "create index short on people (city); create index long on people (city, age);"
        "create view forced as select name from people indexed by short where city = 'city 7';",
    )
    write = asked("insert into people (city) values (?)", ["city 1"], count=50_000)
    assert dropped(advice(path, [asked(sql), write], verify=verify)) == []
