"""Where index advice goes wrong elsewhere, each a promise here."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from noormme_py import Noormme, StatementFinished, SyncNoormme
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.recording.record import Record
from tests.optimize.advising import NUMBERS, advice, asked, created, dropped, file_of

WORDS = f"""
    create table words (id integer primary key, word text, number_text text, number integer, amount real, note text);
    create table numbers (id integer primary key, number integer);
    {NUMBERS.format(20_000)}
    insert into words select i, 'word' || i, i % 5000, i % 4000, i % 300 - 150.5, null from n;
    {NUMBERS.format(3_000)} insert into numbers select i, i from n;
"""


@pytest.fixture
def words(tmp_path: Path) -> Path:
    return file_of(tmp_path, WORDS)


def test_a_plan_is_of_the_indexes_of_this_moment(words: Path) -> None:
    sql = "select * from words where word = ?"

    def work(lab: Laboratory) -> list[str]:
        told = [lab.explain(sql, ["word7"])[0].detail]
        lab.query("create index by_word on words (word)")
        told.append(lab.explain(sql, ["word7"])[0].detail)
        lab.hide(["by_word"])
        told.append(lab.explain(sql, ["word7"])[0].detail)
        lab.hide([])
        lab.query("drop index by_word")
        told.append(lab.explain(sql, ["word7"])[0].detail)
        return told

    with SyncNoormme(words) as db:
        scan, search = "SCAN words", "SEARCH words USING INDEX by_word (word=?)"
        assert db.optimizer.in_laboratory(work, with_rows=True) == [scan, search, scan, scan]
        assert db.optimizer.in_laboratory(work, with_rows=False) == [scan, search, scan, scan]


@pytest.mark.parametrize(
    ("samples", "wanted"),
    [
        ([["word77%"]], ["words (word collate NOCASE)"]),
        ([["%77"]], []),
        ([["%77"], ["word77%"]], ["words (word collate NOCASE)"]),
    ],
)
def test_the_recorded_patterns_decide_about_like(words: Path, samples: list[list[str]], wanted: list[str]) -> None:
    assert created(advice(words, [asked("select * from words where word like ?", *samples)])) == wanted


@pytest.mark.parametrize("hidden", ["+number", "number + 0"])
def test_a_column_in_an_expression_is_not_indexed_as_if_it_were_bare(words: Path, hidden: str) -> None:
    found = created(advice(words, [asked(f"select * from words where {hidden} = ?", [77])]))
    assert "words (number)" not in found


def test_an_absolute_value_gets_an_index_of_its_own(words: Path) -> None:
    (found,) = created(advice(words, [asked("select * from words where abs(amount) = ?", [77.5])]))
    assert found.lower() == "words ((abs(amount)))"


def test_the_text_side_of_a_comparison_with_numbers_is_not_indexed(words: Path) -> None:
    join = asked("select count(*) from numbers n join words w on w.number_text = n.number where n.id = ?", [7])
    assert not any("number_text" in keys for keys in created(advice(words, [join])))


def test_every_branch_of_an_or_or_none(words: Path) -> None:
    both = asked("select * from words where word = ? or number = ?", ["word7", 7])
    assert sorted(created(advice(words, [both]))) == ["words (number)", "words (word)"]
    assert created(advice(words, [both], max_indexes=1)) == []
    one_is_hopeless = asked("select * from words where word = ? or note is null", ["word7"])
    assert created(advice(words, [one_is_hopeless])) == []


def test_an_index_that_fresh_statistics_make_superfluous_is_not_suggested(tmp_path: Path) -> None:
    # Without them `word = ?` scans, and an index on it would help; with them SQLite skips from kind to kind.
    path = file_of(
        tmp_path,
        f"""
        create table t (id integer primary key, kind integer, word text, pad text);
        create index by_kind_and_word on t (kind, word);
        {NUMBERS.format(20_000)} insert into t select i, i % 3, 'word' || i, hex(zeroblob(60)) from n;
        """,
    )
    statement = asked("select * from t where word = ?", ["word7"], count=3_000)
    assert created(advice(path, [statement])) == []
    with sqlite3.connect(path) as connection:
        connection.execute("analyze")
    connection.close()
    assert created(advice(path, [statement])) == []


def test_an_index_that_is_believed_in_without_statistics_is_not_suggested(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        f"""
        create table t (id integer primary key, flag integer, word text, pad text);
        create index by_word on t (word);
        {NUMBERS.format(20_000)} insert into t select i, i % 2, 'word' || (i % 900), hex(zeroblob(60)) from n;
        """,
    )
    statement = asked("select * from t where flag = ? and word = ?", [1, "word7"], count=3_000)
    assert not any(keys.startswith("t (flag") for keys in created(advice(path, [statement])))


FAMILY = f"""
    create table parent (id integer primary key, name text);
    create table child (id integer primary key, parent_id integer references parent {{action}}, kind text);
    {NUMBERS.format(200)} insert into parent select i, 'p' || i from n;
    {NUMBERS.format(20_000)} insert into child select i, i % 100 + 1, 'k' || i from n;
"""


@pytest.mark.parametrize("action", ["", "on delete cascade", "on delete restrict", "on delete set null"])
@pytest.mark.parametrize("verify", ["copy", "plan"])
def test_deleting_a_parent_looks_for_children(tmp_path: Path, action: str, verify: str) -> None:
    path = file_of(tmp_path, FAMILY.format(action=action))
    # The row is gone already: running the statement again shows nothing.
    delete = asked("delete from parent where id = ?", [100_000], rows=1_000)
    found = advice(path, [delete], verify=verify)
    assert created(found) == ["child (parent_id)"]
    (served,) = found.suggestions[0].served
    assert served.sql == delete.sql
    assert served.before.steps is not None
    assert served.after.steps is not None
    assert served.before.steps > 10 * served.after.steps


def test_an_index_that_a_foreign_key_needs_is_never_dropped(tmp_path: Path) -> None:
    script = FAMILY.format(action="") + "create index by_parent on child (parent_id);"
    path = file_of(tmp_path, script + "create index by_both on child (kind, parent_id)")
    assert dropped(advice(path, [asked("select * from child where kind = ?", ["k7"])])) == []


def test_random_look_ups_are_not_taken_for_a_scan(words: Path) -> None:
    # An index on number would give nearly all rows, each by a look into the table.
    statement = asked("select sum(amount) from words where number >= ?", [10], count=10_000)
    for suggestion in advice(words, [statement]).suggestions:
        assert all("COVERING" in line for served in suggestion.served for line in served.after.plan)


async def test_the_application_is_not_touched(words: Path) -> None:
    events: list[StatementFinished] = []
    async with Noormme(words) as db:
        await db.execute("select 1")
        db.observe(events.append)
        before = bytes_of(words)
        found = await db.optimizer.suggest(Record((asked("select * from words where word = ?", ["word7"]),)))
        await db.optimizer.suggest(Record((asked("delete from words"), asked("update words set number = 1"))))
        assert len(found.suggestions) == 1
        assert bytes_of(words) == before
    # Nothing ran on the connections of the application, and what was tried was tried elsewhere.
    assert events == []


def bytes_of(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.iterdir() if not each.name.endswith("-shm")}


def test_statements_that_cannot_be_explained_are_told_and_left_out(words: Path) -> None:
    found = advice(
        words,
        [
            asked("select * from words where word = ?", ["word7"]),
            asked("select * from gone where a = ?", [1]),
            asked("select of_the_application(word) from words where number = ?", [1]),
            asked("not even sql"),
        ],
    )
    assert created(found) == ["words (word)"]
    assert any("2 of" in note for note in found.notes)
