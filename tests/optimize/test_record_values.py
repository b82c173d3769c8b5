"""Records as values: they are merged in any order, told apart from an earlier state, and come back from their text."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from noormme_py.optimize.recording.histogram import Buckets, bucket_of, buckets_of, joined, quantile
from noormme_py.optimize.recording.merge import merged, since
from noormme_py.optimize.recording.record import LoopRecord, Record, StatementRecord
from noormme_py.optimize.recording.record_text import from_text, to_text
from noormme_py.optimize.recording.shape_text import is_control, statement_shape


def in_buckets(times_ns: list[int]) -> Buckets:
    return buckets_of(Counter(map(bucket_of, times_ns)))


counts = st.integers(0, 10**12)
raw = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text() | st.binary()
parameters = st.lists(raw, max_size=3).map(tuple) | st.dictionaries(st.text(), raw, max_size=3)
names = st.dictionaries(st.sampled_from(["loop", "reader", "writer"]), st.integers(1, 9)).map(
    lambda found: tuple(sorted(found.items()))
)
times = st.lists(st.integers(1, 10**13), min_size=1, max_size=50)
loops = st.builds(LoopRecord, st.sampled_from(["a:1", "b:2"]), *[st.integers(1, 99)] * 4)
statements = st.builds(
    StatementRecord,
    sql=st.sampled_from(["select 1", "select a from t where b = ?", "delete from t"]),
    count=counts,
    samples=st.lists(parameters, max_size=3).map(tuple),
    total_ns=counts,
    max_ns=counts,
    wait_ns=counts,
    rows=counts,
    errors=counts,
    call_site=st.none() | st.text(),
    slowest=st.none() | parameters,
    last=st.none() | parameters,
    error_names=names,
    lanes=names,
    buckets=times.map(in_buckets),
    loops=loops.map(lambda loop: (loop,)),
    last_seen_s=st.floats(0, 10**10),
)
records = st.builds(
    Record,
    st.lists(statements, max_size=3, unique_by=lambda one: one.sql).map(tuple),
    st.integers(0, 10**6).map(float),
    counts,
)


def figures(record: Record) -> Record:
    """What of a record does not depend on which was merged first."""
    return Record(
        tuple(
            sorted(
                (replace(one, samples=(), slowest=None, last=None, call_site=None) for one in record.statements),
                key=lambda one: one.sql,
            )
        ),
        record.span_s,
        record.left_out,
    )


@given(records, records, records)
def test_records_are_merged_in_any_order(a: Record, b: Record, c: Record) -> None:
    assert figures(merged([a, b])) == figures(merged([b, a]))
    assert figures(merged([merged([a, b]), c])) == figures(merged([a, merged([b, c])]))


@given(records)
def test_a_text_gives_the_record_back(record: Record) -> None:
    assert from_text(to_text(record)) == record


@given(records, records)
def test_what_is_new_and_what_was_there_are_the_whole(before: Record, new: Record) -> None:
    now = merged([before, new])
    again = merged([before, since(now, before)])
    for one, other in zip(figures(again).statements, figures(now).statements, strict=True):
        assert (one.count, one.total_ns, one.rows, one.errors, one.lanes, one.buckets) == (
            other.count,
            other.total_ns,
            other.rows,
            other.errors,
            other.lanes,
            other.buckets,
        )
        assert [(loop.call_site, loop.runs, loop.units) for loop in one.loops] == [
            (loop.call_site, loop.runs, loop.units) for loop in other.loops
        ]


@given(times, times, st.floats(0.01, 1))
def test_a_quantile_is_at_most_five_percent_wrong(some: list[int], more: list[int], q: float) -> None:
    both = sorted(some + more)
    exact = both[max(1, ceil(q * len(both))) - 1]
    buckets = joined(in_buckets(some), in_buckets(more))
    assert sum(count for _, count in buckets) == len(both)
    assert abs(quantile(buckets, q) - exact) <= 0.05 * exact + 1


def test_a_shape_is_what_is_left_without_the_values() -> None:
    shape = statement_shape("select a, b from t where c in (?) and d = ? limit ?")
    for text in (
        "SELECT a, b FROM t WHERE c IN (1, 2, 3) AND d = 'x' LIMIT 5",
        "select a,b from t -- all\n where c in (:a, :b) and d = x'00' limit -1;",
    ):
        assert statement_shape(text) == shape
    assert statement_shape("insert into t values (1, 2), (3, 4)") == statement_shape("insert into t values (?, ?)")
    assert statement_shape('select "A" from t') != statement_shape('select "a" from t')
    assert statement_shape("select a - 1") != statement_shape("select a")
    assert statement_shape("select a from t where b = 1") != statement_shape("select a from t where c = 1")


@given(st.text())
def test_any_text_has_a_shape(text: str) -> None:
    assert statement_shape(text) == statement_shape(text)
    assert isinstance(is_control(text), bool)
