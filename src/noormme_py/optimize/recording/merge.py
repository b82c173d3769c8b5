"""Records put together, and what is new in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from noormme_py.frozen import replaced
from noormme_py.optimize.recording.histogram import Buckets, buckets_of, joined
from noormme_py.optimize.recording.record import LoopRecord, Record, StatementRecord
from noormme_py.optimize.recording.samples import all_samples
from noormme_py.optimize.recording.shape_text import statement_shape

Counts = tuple[tuple[str, int], ...]


def merged(records: Iterable[Record]) -> Record:
    """Return several records as one: of several processes, or of several days."""
    by_shape: dict[str, list[StatementRecord]] = {}
    span_s, left_out = 0.0, 0
    for record in records:
        span_s += record.span_s
        left_out += record.left_out
        for statement in record.statements:
            by_shape.setdefault(statement_shape(statement.sql), []).append(statement)
    statements = [_joined(several) for several in by_shape.values()]
    statements.sort(key=lambda statement: (-statement.total_ns, statement.sql))
    return Record(tuple(statements), span_s, left_out)


def since(now: Record, before: Record) -> Record:
    """Return what a record has that an earlier state of the same one had not."""
    known = {statement_shape(statement.sql): statement for statement in before.statements}
    statements = tuple(_newer(statement, known.get(statement_shape(statement.sql))) for statement in now.statements)
    return Record(
        tuple(statement for statement in statements if statement.count or statement.errors),
        now.span_s - before.span_s,
        now.left_out - before.left_out,
    )


def without_parameters(record: Record) -> Record:
    """Return the record without the sets of parameters that were bound."""
    return replaced(
        record,
        statements=tuple(replaced(statement, samples=(), slowest=None, last=None) for statement in record.statements),
    )


def _joined(several: Sequence[StatementRecord]) -> StatementRecord:
    if len(several) == 1:
        return several[0]
    first = several[0]
    # What another text of the shape binds does not fit this one.
    by_time = sorted((one for one in several if one.sql == first.sql), key=lambda one: -one.max_ns)
    return StatementRecord(
        sql=first.sql,
        count=sum(one.count for one in several),
        samples=all_samples(one.samples for one in by_time),
        total_ns=sum(one.total_ns for one in several),
        max_ns=max(one.max_ns for one in several),
        wait_ns=sum(one.wait_ns for one in several),
        rows=sum(one.rows for one in several),
        errors=sum(one.errors for one in several),
        call_site=next((one.call_site for one in several if one.call_site is not None), None),
        slowest=by_time[0].slowest,
        last=max(by_time, key=lambda one: one.last_seen_s).last,
        error_names=_summed(one.error_names for one in several),
        lanes=_summed(one.lanes for one in several),
        buckets=joined(*(one.buckets for one in several)),
        loops=_joined_loops(chain.from_iterable(one.loops for one in several)),
        last_seen_s=max(one.last_seen_s for one in several),
    )


def _newer(now: StatementRecord, before: StatementRecord | None) -> StatementRecord:
    # One that counts less was forgotten meanwhile, and is another one.
    if before is None or now.count < before.count or now.errors < before.errors:
        return now
    return replaced(
        now,
        count=now.count - before.count,
        total_ns=now.total_ns - before.total_ns,
        wait_ns=now.wait_ns - before.wait_ns,
        rows=now.rows - before.rows,
        errors=now.errors - before.errors,
        error_names=_less(now.error_names, before.error_names),
        lanes=_less(now.lanes, before.lanes),
        buckets=_less_buckets(now.buckets, before.buckets),
        loops=_less_loops(now.loops, before.loops),
    )


def _summed(several: Iterable[Counts]) -> Counts:
    counts: Counter[str] = Counter()
    for pairs in several:
        counts.update(dict(pairs))
    return tuple(sorted(counts.items()))


def _less(now: Counts, before: Counts) -> Counts:
    return tuple(sorted((Counter(dict(now)) - Counter(dict(before))).items()))


def _less_buckets(now: Buckets, before: Buckets) -> Buckets:
    return buckets_of(Counter(dict(now)) - Counter(dict(before)))


def _joined_loops(loops: Iterable[LoopRecord]) -> tuple[LoopRecord, ...]:
    by_site: dict[str, LoopRecord] = {}
    for loop in loops:
        known = by_site.get(loop.call_site)
        by_site[loop.call_site] = (
            loop
            if known is None
            else LoopRecord(
                loop.call_site,
                known.units + loop.units,
                known.runs + loop.runs,
                max(known.most_distinct, loop.most_distinct),
                known.repeats + loop.repeats,
            )
        )
    return tuple(sorted(by_site.values(), key=lambda loop: (-loop.runs, loop.call_site)))


def _less_loops(now: tuple[LoopRecord, ...], before: tuple[LoopRecord, ...]) -> tuple[LoopRecord, ...]:
    known = {loop.call_site: loop for loop in before}
    less: list[LoopRecord] = []
    for loop in now:
        old = known.get(loop.call_site)
        if old is not None:
            loop = replaced(
                loop, units=loop.units - old.units, runs=loop.runs - old.runs, repeats=loop.repeats - old.repeats
            )
        if loop.runs > 0:
            less.append(loop)
    return tuple(less)
