"""The works: what is asked of every peer, with which arguments, and what must come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from typing import Any

from benchmarks import data

Arguments = tuple[Any, ...]
Rows = list[tuple[Any, ...]]
Proof = tuple[str, Rows]
"""A query that needs no parameters, and what it must give after the checked call."""


@dataclass(frozen=True)
class Work:
    """One kind of work.

    `method` of the peer is called with each tuple of `arguments(start)`, an endless supply that begins
    at another place every round. `expected` tells what the checked call returns (None: nothing is
    looked at), `proof` what the table then holds. `units` are the rows of one call, where the time of
    a row is what matters; `is_many` says that a call returns a list; `has_comments` that it returns users
    with their comments; `mixes` that a call is an update where it has two arguments.
    """

    name: str
    title: str
    method: str
    arguments: Callable[[int], Iterator[Arguments]]
    expected: Callable[[Arguments], Rows] | None = None
    columns: tuple[str, ...] = data.USER_COLUMNS
    proof: Callable[[Arguments], Proof] | None = None
    tasks: int = 1
    units: int = 1
    is_many: bool = False
    has_comments: bool = False
    is_write: bool = False
    deletes: bool = False
    mixes: bool = False


def _keys(start: int) -> Iterator[int]:
    while True:
        start += 1
        # Neighbours in time are not neighbours in the file.
        yield start * 6007 % data.USERS + 1


def _by_key(start: int) -> Iterator[Arguments]:
    return ((key,) for key in _keys(start))


def _by_email(start: int) -> Iterator[Arguments]:
    return ((f"user{key}@example.com",) for key in _keys(start))


def _by_token(start: int) -> Iterator[Arguments]:
    return ((data.token(key),) for key in _keys(start))


def _by_range(start: int) -> Iterator[Arguments]:
    for key in _keys(start):
        first = min(key, data.SESSIONS - 24)
        yield first, first + 24


def _by_hundred(start: int) -> Iterator[Arguments]:
    for key in _keys(start):
        first = key % (data.COMMENTED_USERS - 99) + 1
        yield first, first + 99


def _thousand(start: int) -> Iterator[Arguments]:
    while True:
        yield (1000,)


def _new_users(start: int) -> Iterator[Arguments]:
    while True:
        start += 1
        yield (data.user_values(start, f"new{start}@example.com"),)


def _ten_thousand(start: int) -> Iterator[Arguments]:
    while True:
        rows = [data.user_values(n, f"bulk{n}@example.com") for n in range(start + 1, start + 10_001)]
        start += 10_000
        yield (rows,)


def _changes(start: int) -> Iterator[Arguments]:
    for key in _keys(start):
        start += 1
        yield key, {"name": f"Changed {start}", "balance": float(start % 1000)}


def _doomed(start: int) -> Iterator[Arguments]:
    # The same keys every round: they are put there anew.
    number = data.DOOMED
    while True:
        number += 1
        yield (number,)


def _mix(start: int) -> Iterator[Arguments]:
    """Nine reads by key, then one update, and so on."""
    while True:
        changes = _changes(start)
        for key, _ in (next(changes) for _ in range(9)):
            yield (key,)
        yield next(changes)
        start += 10


def _user(key: int) -> Rows:
    return [astuple(data.user(key))]


def _user_of_email(arguments: Arguments) -> Rows:
    return _user(int(arguments[0].removeprefix("user").partition("@")[0]))


def _user_of_token(arguments: Arguments) -> Rows:
    return _user(data.user_of_session(int(arguments[0].removeprefix("token-"), 16)))


def _first_users(arguments: Arguments) -> Rows:
    return [astuple(data.user(number)) for number in range(1, arguments[0] + 1)]


def _created(arguments: Arguments) -> Rows:
    return [tuple(arguments[0][name] for name in data.USER_COLUMNS[1:])]


def _is_created(arguments: Arguments) -> Proof:
    values = arguments[0]
    sql = f"select name, role, age, balance from users where email = '{values['email']}'"
    return sql, [(values["name"], values["role"], values["age"], values["balance"])]


def _are_inserted(arguments: Arguments) -> Proof:
    rows = arguments[0]
    return (
        "select count(*), count(age), sum(balance), max(email) from users where email like 'bulk%'",
        [
            (
                len(rows),
                sum(row["age"] is not None for row in rows),
                sum(row["balance"] for row in rows),
                max(row["email"] for row in rows),
            )
        ],
    )


def _is_changed(arguments: Arguments) -> Proof:
    key, changes = arguments
    return f"select name, balance from users where id = {key}", [(changes["name"], changes["balance"])]


def _is_deleted(arguments: Arguments) -> Proof:
    return f"select count(*) from users where id = {arguments[0]}", [(0,)]


WORKS = (
    Work("find_by_id", "row by primary key, typed", "find_by_id", _by_key, lambda a: _user(a[0])),
    Work("find_by_email", "row by unique column", "find_by_email", _by_email, _user_of_email),
    Work("join_prepared", "session join, first row, prepared", "session_prepared", _by_token, _user_of_token),
    Work("join_built", "session join, first row, built anew", "session_built", _by_token, _user_of_token),
    Work("rows_1000", "1000 rows as objects", "list_objects", _thousand, _first_users, is_many=True),
    Work("dataclasses_1000", "1000 rows as dataclasses", "list_dataclasses", _thousand, _first_users, is_many=True),
    Work(
        "join_three",
        "three-table join, 50 rows",
        "three_tables",
        _by_range,
        lambda a: data.joined(*a),
        columns=data.JOINED_COLUMNS,
        is_many=True,
    ),
    Work(
        "relations",
        "100 users with 10 comments each",
        "users_with_comments",
        _by_hundred,
        lambda a: data.users_with_comments(*a),
        has_comments=True,
    ),
    Work(
        "create",
        "insert one row, typed row back",
        "create",
        _new_users,
        _created,
        columns=data.USER_COLUMNS[1:],
        proof=_is_created,
        is_write=True,
    ),
    Work(
        "insert_10k",
        "insert 10,000 rows, per row",
        "insert_many",
        _ten_thousand,
        proof=_are_inserted,
        units=10_000,
        is_write=True,
    ),
    Work("update", "update by key", "update", _changes, proof=_is_changed, is_write=True),
    Work("delete", "delete by key", "delete", _doomed, proof=_is_deleted, is_write=True, deletes=True),
    Work("tasks_read", "50 tasks reading by key", "find_by_id", _by_key, lambda a: _user(a[0]), tasks=50),
    Work(
        "tasks_insert",
        "50 tasks inserting",
        "create",
        _new_users,
        _created,
        columns=data.USER_COLUMNS[1:],
        proof=_is_created,
        tasks=50,
        is_write=True,
    ),
    Work(
        "tasks_mixed",
        "20 tasks, 90 % reads 10 % updates",
        "find_by_id",
        _mix,
        lambda a: _user(a[0]),
        tasks=20,
        is_write=True,
        mixes=True,
    ),
)

READS = tuple(work for work in WORKS if not work.is_write)

FRESH: dict[str, str] = {
    "cold_start": "cold start: import, open, first row",
    "memory": "resident memory after the reads",
}


def works(names: list[str] | None) -> tuple[Work, ...]:
    """Return the works of these names, in their order here."""
    return tuple(work for work in WORKS if names is None or work.name in names)


def work_names() -> list[str]:
    return [*(work.name for work in WORKS), *FRESH]
