"""What is told of indexes: missing under a foreign key, superfluous, unused, stale, too many."""

from __future__ import annotations

import pytest

from noormme_py.optimize.finding import Finding
from noormme_py.optimize.findings.census import take_census
from noormme_py.optimize.findings.index_findings import DAY_S, index_findings
from noormme_py.optimize.recording.record import Record
from tests.optimize.indexed import Indexed, indexed, record, rows

SHOP = """
    create table users (id integer primary key, name text);
    create table orders (id integer primary key, user_id int references users, note text);
    insert into users values (1, 'Ada'), (2, 'Eve');
"""
DELETES = ("delete from users where id = ?", 500)


def found(db: Indexed, kind: str, known: Record | None = None, used: frozenset[str] | None = None) -> list[Finding]:
    return [finding for finding in index_findings(db.schema, db.census, known, used) if finding.kind == kind]


@pytest.mark.parametrize(
    ("count", "action", "known", "severity"),
    [
        (100, "", (), None),
        (100, "on delete cascade", DELETES, None),
        (2_000, "", (), "low"),
        (2_000, "on delete cascade", (), "low"),
        (12_000, "", (), "low"),
        (12_000, "on delete restrict", (), "low"),
        (12_000, "on delete cascade", (), "medium"),
        (12_000, "on delete set null", (), "medium"),
        (12_000, "", ("delete from users where id = ?", 2), "medium"),
        (12_000, "", ("replace into users values (?, ?)", 2), "medium"),
        (12_000, "", ("update users set id = ?", 2), "medium"),
        (12_000, "", ("update users set name = ?", 2), "low"),
        (12_000, "", ("delete from orders where id = ?", 2), "low"),
        (12_000, "", DELETES, "high"),
    ],
)
def test_a_foreign_key_without_an_index_is_as_grave_as_what_it_costs(
    count: int, action: str, known: tuple[str, int] | tuple[()], severity: str | None
) -> None:
    script = SHOP.replace("references users", f"references users {action}")
    with indexed(script + rows("orders", count, "i, 1 + i % 2, 'x'")) as db:
        told = found(db, "foreign-key-without-index", record(known) if known else None)
        assert [finding.severity for finding in told] == [severity] * (severity is not None)
        for finding in told:
            db.execute(finding.mend or "")
        assert found(db, "foreign-key-without-index") == []


def test_what_the_finding_says_is_what_a_delete_costs() -> None:
    with indexed(SHOP + rows("orders", 12_000, "i, 1, 'x'")) as db:
        before = steps(db)
        db.execute(found(db, "foreign-key-without-index")[0].mend or "")
        assert before > 20_000
        assert steps(db) < 1_000


def steps(db: Indexed) -> int:
    count = 0

    def step() -> None:
        nonlocal count
        count += 1

    db.execute("pragma foreign_keys = on")
    db.survey("begin")
    db.connection.set_progress_handler(step, 10)
    db.survey("delete from users where id = 2")
    db.connection.set_progress_handler(None, 0)
    db.survey("rollback")
    return count * 10


@pytest.mark.parametrize(
    ("child", "severity"),
    [
        ("b int, a int, unique (a, b)", None),
        ("a int, b int, primary key (b, a, i)", None),
        ("a int, b int, x int, unique (a, x, b)", "low"),
        ("a int, b int", "low"),
    ],
)
def test_a_key_of_several_columns_wants_all_of_them_first(child: str, severity: str | None) -> None:
    constraint = child.partition(", unique")[0].partition(", primary")[0]
    rest = child[len(constraint) :]
    script = f"""
        create table p (a int, b int, primary key (a, b));
        create table c (i int, {constraint}{rest}, foreign key (a, b) references p (a, b));
        {rows("c (i, a, b)", 2000, "i, i, i")}
    """
    with indexed(script) as db:
        told = found(db, "foreign-key-without-index")
        assert [finding.severity for finding in told] == [severity] * (severity is not None)


@pytest.mark.parametrize(
    ("index", "is_enough"),
    [
        ("create index x on c (p)", True),
        ("create index x on c (p desc, n)", True),
        ("create index x on c (p) where p is not null", True),
        ('create index x on c (p) where "P" notnull', True),
        ("create index x on c (p) where n > 1", False),
        ("create index x on c (p collate nocase)", False),
        ("create index x on c (n, p)", False),
        ("create index x on c (lower(p))", False),
    ],
)
def test_only_an_index_that_sqlite_uses_for_the_key_is_enough(index: str, is_enough: bool) -> None:
    script = f"""
        create table p (name text primary key);
        create table c (id integer primary key, p text references p, n int);
        {rows("c (p, n)", 2000, "null, i")} insert into p values ('a'), ('b'); {index};
    """
    with indexed(script) as db:
        assert (found(db, "foreign-key-without-index") == []) is is_enough
        db.execute("pragma foreign_keys = on")
        plan = [str(row[3]) for row in db.survey("explain query plan delete from p where name = 'a'")]
        assert any("SCAN" in line and "c" in line.split() for line in plan) is not is_enough


def test_a_key_that_is_the_rowid_needs_no_index() -> None:
    script = f"""
        create table p (id integer primary key);
        create table c (id integer primary key references p, n int);
        create table w (id int references p, n int, primary key (id, n)) without rowid;
        {rows("c", 2000, "i, i")} {rows("w", 2000, "i, i")}
    """
    with indexed(script) as db:
        assert found(db, "foreign-key-without-index") == []


def test_a_key_that_does_not_match_is_for_the_doctor() -> None:
    script = f"create table c (id integer primary key, p references nowhere); {rows('c', 2000, 'i, i')}"
    with indexed(script) as db:
        assert index_findings(db.schema, db.census) == []


def test_redundant_indexes_are_told_with_what_removes_them() -> None:
    script = f"""{SHOP}
        create index by_user on orders (user_id); create index by_user_note on orders (user_id, note);
        create index by_id on orders (id);
    """
    with indexed(script) as db:
        told = found(db, "redundant-index")
        assert [(finding.subject, finding.severity) for finding in told] == [("by_id", "low"), ("by_user", "low")]
        for finding in told:
            db.execute(finding.mend or "")
        assert found(db, "redundant-index") == []


def test_unused_indexes_are_told_after_a_long_time_and_nothing_is_proposed() -> None:
    script = f"""{SHOP}
        create index by_name on users (name); create index by_note on orders (note);
        create index by_user on orders (user_id); create unique index one_name on users (name, id);
    """
    with indexed(script) as db:
        long = record(("select 1", 5000), span_s=DAY_S)
        told = found(db, "unused-index", long, frozenset({"BY_NAME"}))
        assert [(finding.subject, finding.severity) for finding in told] == [("by_note", "info")]
        assert "drop" not in str(told[0].mend)
        assert found(db, "unused-index", record(("select 1", 5000), span_s=DAY_S - 1), frozenset()) == []
        assert found(db, "unused-index", long, None) == []
        assert found(db, "unused-index", None, frozenset()) == []


def test_statistics_are_stale_when_they_are_missing_or_far_off() -> None:
    script = f"{SHOP} create index by_user on orders (user_id); {rows('orders', 2000, 'i, 1, null')}"
    with indexed(script) as db:

        def severities() -> list[str]:
            return [finding.severity for finding in found(db, "stale-statistics")]

        assert severities() == ["low"]
        db.execute(found(db, "stale-statistics")[0].mend or "")
        assert severities() == []
        db.execute("create index by_note on orders (note)")
        assert severities() == ["low"]
        db.execute("analyze; delete from orders where id > 500")
        assert severities() == []
        db.execute("delete from orders where id > 150")
        assert severities() == ["low"]
        db.execute("delete from orders where id > 15")
        assert severities() == ["medium"]
        db.execute("analyze")
        assert severities() == []


def test_small_tables_tables_without_indexes_and_keys_that_are_the_table_are_not_stale() -> None:
    script = f"""{SHOP} create index by_user on orders (user_id);
        create table log (id integer primary key); {rows("log", 5000)}
        create table k (a int, b int, primary key (a, b)) without rowid; {rows("k", 5000, "i, i")} analyze k;
        create table q (id integer primary key, a int); create index q_a on q (a) where a > 9999;
        {rows("q", 5000, "i, i")} analyze q;
    """
    with indexed(script) as db:
        assert found(db, "stale-statistics") == []


@pytest.mark.parametrize(
    ("writes", "reads", "indexes", "is_told"),
    [(10_000, 1_000, 3, True), (10_000, 1_001, 3, False), (999, 0, 3, False), (10_000, 10, 2, False)],
)
def test_many_indexes_on_a_table_that_is_hardly_read_are_told(
    writes: int, reads: int, indexes: int, is_told: bool
) -> None:
    columns = ["note", "a", "b"][:indexes]
    script = f"""{SHOP} alter table orders add column a; alter table orders add column b;
        create index by_user on orders (user_id);
        create unique index one on orders (note, a, b);
        {"".join(f"create index by_{name} on orders ({name});" for name in columns)}
    """
    known = record(("insert into orders (note) values (?)", writes), ("select * from orders where a = ?", reads))
    with indexed(script) as db:
        told = found(db, "write-heavy", known)
        assert [finding.subject for finding in told] == ["orders"] * is_told
        assert all("by_user" not in str(finding.mend) for finding in told)


def test_a_small_database_with_what_it_needs_has_no_finding() -> None:
    script = f"{SHOP} create index by_user on orders (user_id); {rows('orders', 900, 'i, 1, null')}"
    with indexed(script) as db:
        assert index_findings(db.schema, db.census, record(DELETES, span_s=DAY_S), frozenset({"by_user"})) == []


def test_counting_ends_at_a_limit_and_views_are_not_counted() -> None:
    with indexed(f"{SHOP} create view v as select * from orders; {rows('orders', 50, 'i, 1, null')}") as db:
        assert dict(take_census(db.survey, db.schema, most=10).rows) == {"orders": 10, "users": 2}


def test_a_partial_index_does_not_say_how_many_rows_there_were() -> None:
    script = f"""{SHOP} {rows("orders", 50, "i, 1, null")}
        create index a on orders (user_id) where id < 3; create index b on orders (user_id);
        create index c on orders (note) where id < 3; analyze;
    """
    with indexed(script) as db:
        assert db.census.believed["orders"] == 50
