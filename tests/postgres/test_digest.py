"""Digests: the order of rows does not matter, and everything else does."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.postgres.rows.digest import Digest

ROWS = st.lists(st.tuples(st.none() | st.text(max_size=3), st.none() | st.text(max_size=3)), min_size=1, max_size=30)


def digest_of(rows: list[tuple[str | None, ...]], batch: int = 7) -> Digest:
    made = Digest(len(rows[0]))
    for start in range(0, len(rows), batch):
        some = rows[start : start + batch]
        made.add(list(zip(*some, strict=True)), len(some))
    return made


@given(ROWS, st.randoms(use_true_random=False), st.integers(1, 9))
def test_neither_order_nor_batches_matter(
    rows: list[tuple[str | None, str | None]], chance: random.Random, batch: int
) -> None:
    shuffled = rows.copy()
    chance.shuffle(shuffled)
    assert digest_of([*rows]) == digest_of([*shuffled], batch)


@given(ROWS, ROWS)
def test_other_rows_have_another_digest(
    rows: list[tuple[str | None, str | None]], others: list[tuple[str | None, str | None]]
) -> None:
    is_same = sorted(map(repr, rows)) == sorted(map(repr, others))
    assert (digest_of([*rows]) == digest_of([*others])) is is_same


@pytest.mark.parametrize(
    ("one", "other", "differing"),
    [
        ([("1", "a"), ("2", "b")], [("1", "b"), ("2", "a")], []),
        ([("1", "a"), ("2", "b")], [("1", "a"), ("2", "c")], [1]),
        ([("1", "")], [("1", None)], [1]),
        ([("1", "x")], [("2", "y")], [0, 1]),
        ([("1", "x")], [("1", "x"), ("1", "x")], [0, 1]),
    ],
)
def test_it_says_which_columns_differ(
    one: list[tuple[str | None, ...]], other: list[tuple[str | None, ...]], differing: list[int]
) -> None:
    assert digest_of(one) != digest_of(other)
    assert digest_of(one).differing(digest_of(other)) == differing
