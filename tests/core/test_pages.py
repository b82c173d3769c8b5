"""What pages ask for, and what cursors are made of."""

from __future__ import annotations

import string
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py import col
from noormme_py.errors import ColumnNotFound, DatabaseBusy, EncodeError, QueryError
from noormme_py.query.statement import Control, Raw
from noormme_py.repository.cursors import Cursors
from tests.core.script import failing, parameters_of, script, sql_of
from tests.core.shop import operations

BEGIN, COMMIT, ROLLBACK = Control.BEGIN, Control.COMMIT, Control.ROLLBACK
USERS = 'select "id", "email", "active", "domain" from "users"'
ROWS = [(number, f"{number}@x", 1, "x") for number in range(1, 4)]
KEY = Cursors(b"a key of sixteen")


def users() -> Any:
    return operations("users").pages


def test_a_numbered_page_is_two_statements_of_one_moment() -> None:
    asked, page = script(users().numbered({"active": True}, "-email", 3, 10), [None, 25, ROWS, None])
    assert sql_of(asked) == [
        BEGIN,
        'select count(*) as "count" from "users" where "users"."active" = ?',
        f'{USERS} where "users"."active" = ? order by "email" desc, "id" limit ? offset ?',
        COMMIT,
    ]
    assert parameters_of(asked) == [[1], [1, 10, 20]]
    assert ([row.id for row in page.items], page.total, page.page, page.per_page) == ([1, 2, 3], 25, 3, 10)
    assert (page.pages, page.has_next, page.has_previous) == (3, False, True)


def test_a_page_behind_the_last_one_is_empty_and_knows_the_total() -> None:
    _, page = script(users().numbered(None, None, 9, 10), [None, 25, [], None])
    assert (page.items, page.total, page.pages, page.has_next, page.has_previous) == ([], 25, 3, False, True)
    _, page = script(users().numbered(None, None, 1, 10), [None, 0, [], None])
    assert (page.items, page.total, page.pages, page.has_next, page.has_previous) == ([], 0, 0, False, False)


@pytest.mark.parametrize("wrong", [0, -1, True, 1.5, "1", None])
def test_numbers_of_pages_begin_with_one(wrong: Any) -> None:
    for page, per_page in ((wrong, 10), (1, wrong)):
        with pytest.raises(QueryError, match="from 1 up"):
            users().numbered(None, None, page, per_page)
    with pytest.raises(QueryError, match="from 1 up"):
        users().after(None, None, None, wrong)


def test_faults_come_before_anything_is_asked() -> None:
    with pytest.raises(EncodeError):
        users().numbered({"active": "yes"}, None, 1, 10)
    with pytest.raises(EncodeError):
        users().after(None, {"active": "yes"}, None, 10)
    with pytest.raises(EncodeError):
        users().numbered(None, None, 2**40, 2**40)
    with pytest.raises(ColumnNotFound, match="emial"):
        users().after(None, None, "emial", 10)


def test_a_page_that_fails_ends_its_transaction() -> None:
    asked = failing(users().numbered(None, None, 1, 10), [None, DatabaseBusy("locked"), None], DatabaseBusy)
    assert (asked[0], asked[-1]) == (BEGIN, ROLLBACK)


def test_the_first_page_asks_for_one_row_more() -> None:
    asked, page = script(users().after(None, None, "-email", 2), [None, ROWS, None])
    assert sql_of(asked) == [BEGIN, f'{USERS} order by "email" desc, "id" limit ?', COMMIT]
    assert parameters_of(asked) == [[3]]
    assert ([row.id for row in page.items], page.has_next) == ([1, 2], True)
    _, page = script(users().after(None, None, "-email", 3), [None, ROWS, None])
    assert (len(page.items), page.next_cursor, page.has_next) == (3, None, False)


def test_the_rows_after_a_cursor_are_asked_for_part_by_part_until_there_are_enough() -> None:
    ada, bob, eve = ((number, f"{number}@x", active, "x") for number, active in ((1, 1), (2, 1), (3, 0)))
    _, first = script(users().after(None, None, "-active", 1), [None, [ada, bob], None])
    asked, page = script(users().after(first.next_cursor, {"id__lt": 9}, "-active", 1), [None, [], [eve], [], None])
    assert sql_of(asked) == [
        BEGIN,
        f'{USERS} where "active" = (?) and "id" > (?) and "users"."id" < ? order by "id" limit ?',
        f'{USERS} where "active" < (?) and "users"."id" < ? order by "active" desc, "id" limit ?',
        f'{USERS} where "active" is null and "users"."id" < ? order by "id" limit ?',
        COMMIT,
    ]
    assert parameters_of(asked) == [[1, 1, 9, 2], [1, 9, 2], [9, 2]]
    assert ([row.id for row in page.items], page.next_cursor) == ([3], None)
    asked, _ = script(users().after(first.next_cursor, None, "-active", 1), [None, [bob, bob], None])
    assert len(asked) == 3


def test_a_key_that_the_rows_do_not_show_is_read_beside_them() -> None:
    log = operations("log").pages
    asked, page = script(log.after(None, None, "line", 1), [None, [("a", 4), ("b", 5)], None])
    assert sql_of(asked)[1] == 'select "line", "rowid" from "log" order by "line", "rowid" limit ?'
    assert [row.line for row in page.items] == ["a"]
    asked, _ = script(log.after(page.next_cursor, None, "line", 1), [None, [], [], None])
    assert parameters_of(asked) == [["a", 4, 2], ["a", 2]]


@pytest.mark.parametrize("order", [col("email").collate("nocase"), (col("id") + 1).desc(), col("id", table="other")])
def test_a_computed_order_has_no_cursor(order: Any) -> None:
    with pytest.raises(QueryError, match="computed") as caught:
        users().after(None, None, order, 10)
    assert "paginate()" in str(caught.value.hint)


def test_a_cursor_is_good_for_its_table_and_order_alone() -> None:
    cursor = script(users().after(None, None, "email", 2), [None, ROWS, None])[1].next_cursor
    assert script(users().after(cursor, {"active": True}, ["email", "id"], 2), [None, ROWS, None])[1].items
    nulls = (col("email").asc(nulls="last"), col("email").desc(nulls="first"))
    for order in ("-email", "id", ["email", "-id"], None, *nulls):
        with pytest.raises(QueryError, match="not one of this table in this order"):
            users().after(cursor, None, order, 2)
    with pytest.raises(QueryError, match="not one of this table in this order"):
        operations("members").pages.after(cursor, None, None, 2)


@pytest.mark.parametrize(
    "forged", ["", "x", "====", "é", "A" * 22, "A" * 40, "\0", "a b", "%00", "🙂" * 9, "A" * 100_000]
)
def test_what_is_no_cursor_is_refused(forged: str) -> None:
    with pytest.raises(QueryError, match="cursor"):
        KEY.opened("order", forged)


@pytest.mark.parametrize("wrong", [7, b"AAAA", ["x"], True])
def test_a_cursor_is_a_str(wrong: Any) -> None:
    with pytest.raises(QueryError, match="a cursor is a str"):
        users().after(wrong, None, None, 2)


def test_cursors_of_another_key_are_refused() -> None:
    cursor = Cursors(b"another sixteen!").sealed("order", [1])
    with pytest.raises(QueryError):
        KEY.opened("order", cursor)
    assert Cursors().opened("order", Cursors().sealed("order", [1])) == [1]


keys = st.lists(
    st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(), max_size=4
)


@given(keys)
def test_a_cursor_gives_back_the_very_values(key: list[Raw]) -> None:
    cursor = KEY.sealed("order", key)
    assert set(cursor) <= set(string.ascii_letters + string.digits + "-_")
    opened = KEY.opened("order", cursor)
    assert [(type(value), repr(value)) for value in opened] == [(type(value), repr(value)) for value in key]


@given(keys, st.data())
def test_a_changed_cursor_is_refused(key: list[Raw], data: st.DataObject) -> None:
    cursor = KEY.sealed("order", key)
    place = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_+/= \n"))
    changes = (cursor[:place] + letter + cursor[place + 1 :], cursor[:place] + letter + cursor[place:], cursor[:place])
    for other in changes:
        if other != cursor:
            with pytest.raises(QueryError):
                KEY.opened("order", other)
    for order in ("another order", "ordre"):
        with pytest.raises(QueryError):
            KEY.opened(order, cursor)


def test_a_refusal_does_not_tell_what_the_cursor_holds() -> None:
    cursor = KEY.sealed("order", ["secret@example.com"])
    assert b"secret" in urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    with pytest.raises(QueryError) as caught:
        KEY.opened("another order", cursor)
    assert "secret" not in str(caught.value)
    assert cursor not in str(caught.value)
