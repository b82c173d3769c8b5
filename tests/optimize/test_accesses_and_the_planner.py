"""What both readers say of a statement, held against what SQLite can do with an index."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py.engine.scratch import Scratch
from noormme_py.errors import DatabaseError
from noormme_py.frozen import replaced
from noormme_py.names import quote
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.reading.access import Access, Key, Term
from noormme_py.optimize.reading.parsed_accesses import parsed_accesses
from noormme_py.optimize.reading.planned_accesses import planned_accesses
from noormme_py.schema.model import Schema
from tests.optimize.laboratories import laboratory

NAMES = ["a", "b2", "order", "two words", 'say "hi"', "größe", "x'y", "[c]", "AND b=3", "index noormme trial 1"]
SEARCHED = ("equal", "in", "range", "is null")


@dataclass(frozen=True)
class Case:
    """A table, its columns with their types, and a statement on it."""

    script: str
    columns: tuple[str, ...]
    where: tuple[str, ...]
    order: str | None

    @property
    def sql(self) -> str:
        return self.indexed_by("")

    def indexed_by(self, clause: str) -> str:
        where = f" where {' and '.join(self.where)}" if self.where else ""
        return f"select * from t{clause}{where}" + (f" order by {self.order}" if self.order else "")


@st.composite
def cases(draw: st.DrawFn, *, is_simple: bool) -> Case:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    types = [
        draw(st.sampled_from(["text", "text collate nocase", "integer", "real", "text collate rtrim"])) for _ in names
    ]
    forms = ["{} = {}", "{} < {}", "{} >= {}", "{} between {} and {}", "{} in ({}, {})", "{} is null", "{} == {}"]
    if not is_simple:
        forms += [
            "{} is {}",
            "{} <> {}",
            "+{} = {}",
            "{} is not null",
            "not {} = {}",
            "{} collate nocase = {}",
            "{} + 1 > {}",
        ]
        forms += [
            "{} collate nocase > {}",
            "{} = {} or {} > {}",
            "{} is not {}",
            "{} not in ({})",
            "{} = {} collate rtrim",
        ]

    def condition(at: int) -> str:
        mine = [*forms, "{} like {}", "{} glob {}"] if types[at].startswith("text") else forms
        form = draw(st.sampled_from(mine))
        values = draw(st.tuples(*[st.sampled_from(["?", "'a'", "'b%'", "3"])] * 3))
        if "like" in form or "glob" in form:
            values = (draw(st.sampled_from(["'b%'", "'ab*'", "?"])),) * 3
        named = quote(names[at])
        if " or " in form:
            other = quote(draw(st.sampled_from(names)))
            return f"({named} = {values[0]} or {other} > {values[1]})"
        return form.format(named, *values)

    chosen = draw(st.lists(st.integers(0, len(names) - 1), max_size=4, unique=is_simple))
    order = draw(st.sampled_from([None, *names]))
    order = order and quote(order) + draw(st.sampled_from(["", " desc", " collate nocase", " collate nocase desc"]))
    columns = ", ".join(f"{quote(name)} {type_}" for name, type_ in zip(names, types, strict=True))
    return Case(f"create table t ({columns})", tuple(names), tuple(condition(at) for at in chosen), order)


@contextmanager
def opened(script: str) -> Generator[tuple[Schema, Scratch]]:
    with tempfile.TemporaryDirectory() as folder, laboratory(script, Path(folder) / "t.db") as made:
        yield made


def plan_with(lab: Scratch, case: Case, column: str, collation: str) -> list[str]:
    """Return the plan for which the index has to be used; empty when SQLite cannot."""
    lab.query("savepoint one")
    lab.query(f"create index forced on t ({quote(column)} collate {collation})")
    try:
        return [row.detail for row in lab.explain(case.indexed_by(" indexed by forced").replace("?", "'a%'"))]
    except DatabaseError as refusal:
        if "no query solution" not in str(refusal):
            raise
        return []
    finally:
        lab.query("rollback to one")
        lab.query("release one")


def read_by(reader: str, sql: str, schema: Schema, lab: Laboratory) -> Access:
    found = parsed_accesses(sql, schema, lab) if reader == "parsed" else planned_accesses(sql, schema, lab)
    assert found is not None
    (access,) = found
    return access


def held(schema: Schema, key: Key) -> tuple[str, str] | None:
    """Return the column and the collation of an index that the key asks for."""
    return (
        None
        if key.name is None
        else (key.name, (key.collation or schema.table("t").column(key.name).collation).upper())
    )


@pytest.mark.parametrize("reader", ["parsed", "planned"])
@settings(max_examples=80, deadline=None)
@given(case=cases(is_simple=False))
def test_an_index_serves_each_term(reader: str, case: Case) -> None:
    with opened(case.script) as (schema, lab):
        access = read_by(reader, case.sql, schema, lab)
        for term in access.terms:
            wanted = held(schema, term.key)
            if wanted is not None and term.comparison in SEARCHED:
                plan = plan_with(lab, case, *wanted)
                assert any(line.startswith("SEARCH t USING") for line in plan), (term, plan)


@pytest.mark.parametrize("reader", ["parsed", "planned"])
@settings(max_examples=80, deadline=None)
@given(case=cases(is_simple=False))
def test_no_index_that_would_serve_is_missed(reader: str, case: Case) -> None:
    with opened(case.script) as (schema, lab):
        access = read_by(reader, case.sql, schema, lab)
        terms = [*access.terms, *(term for side in access.branches for term in side)]
        known = {held(schema, term.key) for term in terms}
        first = held(schema, access.order[0]) if access.order else None
        for column in case.columns:
            for collation in ("BINARY", "NOCASE", "RTRIM"):
                plan = plan_with(lab, case, column, collation)
                if any(line.startswith("SEARCH ") for line in plan):
                    # NULL is looked up in any collation.
                    is_null = f"{quote(column)} is null" in case.where
                    assert (column, collation) in known or (is_null and terms), (terms, plan)
                elif case.order and plan and not terms and not any("TEMP B-TREE" in line for line in plan):
                    # What is fixed by a term is in every order.
                    assert first == (column, collation), plan


@settings(max_examples=80, deadline=None)
@given(case=cases(is_simple=True))
def test_both_readers_say_the_same_of_a_simple_statement(case: Case) -> None:
    with opened(case.script) as (schema, lab):
        before = lab.query("select * from sqlite_schema")
        planned = read_by("planned", case.sql, schema, lab)
        parsed = read_by("parsed", case.sql, schema, lab)
        assert lab.query("select * from sqlite_schema") == before

        def comparable(access: Access) -> Access:
            terms: list[Term] = sorted(access.terms, key=repr)
            return replaced(access, terms=tuple(terms), conditions=())

        assert comparable(planned) == comparable(parsed)


@settings(max_examples=200, deadline=None)
@given(
    sql=st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                "select update delete insert into from where with recursive as ( ) , ; . * + - -> ->> || = == < like "
                "glob between and or not in is null case when then end t a b 'x' \"a\" [b] `a` ? :p 1 0x1 x'ab' union "
                "all order by group having limit join left natural using on exists distinct over partition values "
                "collate nocase escape cast max(a) count(*) replace /* -- @ #".split()
            ),
            max_size=25,
        ).map(" ".join),
    )
)
def test_no_text_raises(lab_of_t: tuple[Schema, Scratch], sql: str) -> None:
    schema, lab = lab_of_t
    parsed_accesses(sql, schema, lab)
    planned_accesses(sql, schema, lab)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from t where " + "a = 1 or " * 3000 + "b = 2",
        "select * from t where " + "a = 1 and " * 3000 + "b = 2",
        "select * from t where " + "(" * 3000,
        "select * from t where " + "(" * 400 + "a = 1" + ")" * 400,
        "select * from (" * 300 + "select * from t" + ")" * 300 + " where a = 1",
        "select a + 1 as x, x + 1 as y, y as x from t where x = y order by x",
        "with "
        + ", ".join(f"c{i + 1} as (select * from c{i} x join c{i} y)" for i in range(60))
        + " select * from c60",
        "with c0 as (select * from t), "
        + ", ".join(f"c{i + 1} as (select x.a, y.b from c{i} x join c{i} y)" for i in range(30))
        + " select * from c30",
        "select cast(",
        "select cast(a as",
    ],
)
def test_no_size_or_circle_is_too_much(lab_of_t: tuple[Schema, Scratch], sql: str) -> None:
    schema, lab = lab_of_t
    parsed_accesses(sql, schema, lab)
    if "c30" not in sql:
        # SQLite itself would take too long over its plan.
        planned_accesses(sql, schema, lab)


@pytest.fixture(scope="module")
def lab_of_t(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Schema, Scratch]]:
    with laboratory("create table t (a, b); create index i on t (b)", tmp_path_factory.mktemp("t") / "t.db") as made:
        yield made
