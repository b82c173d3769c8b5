"""Comparing the queries of a workload, one after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal

from noormme_py.frozen import replaced
from noormme_py.postgres.form import Column
from noormme_py.postgres.workload.answers import Answer, NoAnswer, Source, Target
from noormme_py.postgres.workload.causes import causes_of
from noormme_py.postgres.workload.differences import Forms, SideBySide
from noormme_py.postgres.workload.findings import AsWritten, Cause, QueryComparison, ShownRow
from noormme_py.postgres.workload.one_query import TIES, OneQuery, Outcome
from noormme_py.postgres.workload.rows import rows_of
from noormme_py.postgres.workload.statements import Recorded
from noormme_py.postgres.workload.ways import Translate, unlocked

MOST_SHOWN = 3
_WIDEST = 100
_LOCK = "SQLite locks no rows: without FOR UPDATE, within a write transaction (BEGIN IMMEDIATE)"
_EMPTY = "it has no rows on both sides, so that no value was compared"
_ANY_ROWS = "LIMIT without ORDER BY takes any rows: that they are the same is chance"
_NAMES = Cause("names", "the columns have other names in SQLite", "AS, with the name that the application reads")


class Comparing:
    """Compares queries; both sides are only read."""

    def __init__(
        self, source: Source, target: Target, forms: Forms, translate: Translate, *, has_examples: bool = False
    ) -> None:
        self._source, self._target = source, target
        self._forms, self._translate = forms, translate
        self._has_examples = has_examples

    def compare(self, recorded: Recorded) -> QueryComparison:
        """Return what comes of a statement; raises TransferError and DatabaseError where a side is lost."""
        bare = QueryComparison(recorded.sql, recorded.line, recorded.name, recorded.count, "not compared")
        if recorded.reason is not None:
            return replaced(bare, reason=recorded.reason)
        sql = unlocked(recorded.sql)
        there = self._source.ask(sql or recorded.sql)
        if isinstance(there, NoAnswer):
            return replaced(bare, reason=there.reason)
        query = OneQuery(sql or recorded.sql, there, self._source, self._target, self._forms, self._translate)
        first = query.as_written()
        if first.refusal is not None and not first.refusal.is_refused:
            return self._told(bare, query, first, first.refusal.reason)
        if first.is_same and sql is None:
            return self._told(replaced(bare, verdict="same"), query, first)
        found = first if first.is_same else next((one for one in query.other_ways(first) if one.is_same), None)
        as_written = _as_written(first, has_lock=sql is not None)
        if found is None and first.refusal is None and self._is_restless(query):
            return replaced(bare, reason="PostgreSQL itself gives other rows each time")
        causes = tuple(causes_of(query, first)) if not first.is_same else ()
        if found is not None:
            made = replaced(
                bare, verdict="same when rewritten", as_written=as_written, rewritten=found.sql, causes=causes
            )
            told = self._told(made, query, found)
            return replaced(told, what=first.what, columns=_columns(first), notes=(*_locks(sql), *told.notes))
        if first.refusal is not None:
            return _settled(self._refused(bare, query, first))
        made = replaced(bare, verdict="differs", as_written=as_written, causes=causes)
        return _settled(self._differing(made, query, first))

    def _refused(self, bare: QueryComparison, query: OneQuery, first: Outcome) -> QueryComparison:
        """Tell of a statement that SQLite does not take, and whose translation, if any, gives something else."""
        reasons = [first.refusal.reason if first.refusal else ""]
        *_, last = [None, *query.other_ways(first)]
        if query.untranslated is not None:
            reasons.append(f"there is no translation: {query.untranslated}")
        elif last is not None and last.refusal is not None:
            reasons.append(f"its translation neither: {last.refusal.reason}")
        made = replaced(bare, verdict="refused", as_written="refused", reason="; ".join(filter(None, reasons)))
        if last is None or last.both is None:
            return self._told(made, query, first)
        differing = replaced(made, verdict="differs", rewritten=last.sql, causes=tuple(causes_of(query, last)))
        return self._differing(differing, query, last)

    def _differing(self, made: QueryComparison, query: OneQuery, outcome: Outcome) -> QueryComparison:
        told = self._told(replaced(made, what=outcome.what, columns=_columns(outcome)), query, outcome)
        if outcome.what == "names":
            told = replaced(told, causes=(_NAMES,))
        if outcome.both is None or outcome.what != "rows":
            return told
        there, here = outcome.both.only()
        both, examples = outcome.both, tuple[ShownRow, ...]()
        if self._has_examples:
            examples = (
                *_shown("PostgreSQL", both.there, both.source, there),
                *_shown("SQLite", both.here, both.target, here),
            )
        return replaced(told, only=(there.total(), here.total()), examples=examples)

    def _told(
        self, made: QueryComparison, query: OneQuery, outcome: Outcome, reason: str | None = None
    ) -> QueryComparison:
        """Return it with what is known whatever came of it."""
        there, here = query.there, outcome.both.target if outcome.both is not None else None
        notes = [*outcome.way.notes] if outcome.is_same else []
        if outcome.has_ties:
            notes.append(TIES)
        if here is not None and outcome.is_same:
            notes += [_EMPTY] if not there.rows else _kinds(outcome.both)
            notes += [_ANY_ROWS] if query.clauses.limit is not None and not query.clauses.order else []
        return replaced(
            made,
            as_written="same" if made.verdict == "same" else made.as_written,
            reason=reason or made.reason,
            notes=tuple(notes),
            rows=(there.rows, None if here is None else here.rows),
            seconds=(there.seconds, None if here is None else here.seconds),
        )

    def _is_restless(self, query: OneQuery) -> bool:
        """Whether PostgreSQL gives other rows when it is asked again."""
        again = self._source.ask(query.sql)
        if not isinstance(again, Answer) or len(again.names) != len(query.there.names):
            return False
        own = SideBySide(self._forms.of(again.types), query.there, again)
        return not own.are_rows_same and not query.clauses.limit


def _settled(found: QueryComparison) -> QueryComparison:
    """Return it as not compared, where the clock alone is at fault."""
    if not found.causes or any(cause.kind != "clock" for cause in found.causes):
        return found
    return replaced(found, verdict="not compared", reason=found.causes[0].text, examples=())


def _kinds(both: SideBySide | None) -> list[str]:
    return [] if both is None else both.kinds()


def _locks(sql: str | None) -> tuple[str, ...]:
    return () if sql is None else (_LOCK,)


def _as_written(first: Outcome, *, has_lock: bool) -> AsWritten:
    if has_lock or first.refusal is not None:
        return "refused"
    return "same" if first.is_same else "differs"


def _columns(outcome: Outcome) -> tuple[str, ...]:
    both = outcome.both
    if both is None:
        return ()
    places = both.wrong_names if outcome.what == "names" else both.differing() if outcome.what == "rows" else []
    return tuple(both.source.names[place] for place in places)


def _shown(
    side: Literal["PostgreSQL", "SQLite"], compared: list[Column], answer: Answer, only: Counter[tuple[Any, ...]]
) -> Iterator[ShownRow]:
    """Yield some of the rows that one side alone has, as they came."""
    rows = zip(rows_of(compared), rows_of(answer.columns), strict=True)
    for _, row in islice((pair for pair in rows if pair[0] in only), MOST_SHOWN):
        yield ShownRow(side, tuple(None if value is None else str(value)[:_WIDEST] for value in row))
