"""One query on both sides: which way of saying it gives the same in SQLite, and why the others do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from noormme_py.frozen import frozen
from noormme_py.postgres.expressions.scope import Untranslated
from noormme_py.postgres.workload.answers import Answer, NoAnswer, Source, Target
from noormme_py.postgres.workload.clauses import Clauses, clauses_of, order_columns, with_columns, without
from noormme_py.postgres.workload.differences import Forms, SideBySide
from noormme_py.postgres.workload.ordering import SortedBy
from noormme_py.postgres.workload.rows import rows_of
from noormme_py.postgres.workload.ways import AS_WRITTEN, WITH_NULLS, Translate, Way, named, sorted_alike, translated

TIES = "rows that are equal in what they are sorted by come in another order"
What = Literal["columns", "names", "rows", "order"]


@frozen
class Outcome:
    """What came of a way to say the query. `what` differs, None for nothing; `refusal` is SQLite's."""

    way: Way
    sql: str | None
    what: What | None = None
    refusal: NoAnswer | None = None
    both: SideBySide | None = None
    sorted_by: SortedBy | None = None
    has_ties: bool = False

    @property
    def is_same(self) -> bool:
        return self.what is None and self.refusal is None


class OneQuery:
    """A query whose answer from PostgreSQL is known."""

    def __init__(
        self, sql: str, there: Answer, source: Source, target: Target, forms: Forms, translate: Translate
    ) -> None:
        self.sql, self.there = sql, there
        self.source, self.target, self.forms = source, target, forms
        self.clauses: Clauses = clauses_of(sql)
        self._translate = translate
        self._answers: dict[str, Answer | NoAnswer] = {sql: there}
        self.untranslated: str | None = None

    def ask_source(self, sql: str) -> Answer | NoAnswer:
        """Return PostgreSQL's answer to another text, once asked."""
        found = self._answers.get(sql)
        if found is None:
            found = self._answers[sql] = self.source.ask(sql)
        return found

    def other_ways(self, first: Outcome) -> Iterator[Outcome]:
        """Yield what comes of other ways than the one that was tried first, those nearest to it before the others."""
        if first.what == "names":
            yield self._with_names(first)
        elif first.what in ("order", "rows") and first.refusal is None:
            for way in (WITH_NULLS, self._sorted_alike(first)):
                yield from self._tried_with_names(way)
        translation = translated(self._translate, self.sql)
        if isinstance(translation, Untranslated):
            self.untranslated = translation.reason
            return
        yield from self._tried_with_names(translation)

    def _tried_with_names(self, way: Way | None) -> Iterator[Outcome]:
        found = None if way is None else self.tried(way)
        if found is not None:
            yield found
            if found.what == "names":
                yield self._with_names(found)

    def _with_names(self, outcome: Outcome) -> Outcome:
        wrong = outcome.both.wrong_names if outcome.both else []
        return self.tried(named(outcome.way, self.there.names, wrong)) or outcome

    def _sorted_alike(self, outcome: Outcome) -> Way | None:
        """Return the way that mends an order, where it is understood why it is another one."""
        sorted_by = outcome.sorted_by
        if outcome.what == "rows":
            # LIMIT takes other rows where the order is another.
            found = self.unlimited(outcome.way)
            sorted_by = found[1] if found is not None else None
        why = None if sorted_by is None else sorted_by.why()
        return None if sorted_by is None or not why else sorted_alike(why, sorted_by.labels)

    def as_written(self) -> Outcome:
        """Return what comes of the query as it is."""
        return self._outcome(AS_WRITTEN, self.sql)

    def tried(self, way: Way) -> Outcome | None:
        """Return what comes of a way to say it, None where it has nothing to say."""
        made = way.make(self.sql)
        return None if made is None else self._outcome(way, made)

    def _outcome(self, way: Way, made: str) -> Outcome:
        here = self.target.ask(made)
        if isinstance(here, NoAnswer):
            return Outcome(way, made, refusal=here)
        if len(here.names) != len(self.there.names):
            return Outcome(way, made, "columns")
        both = SideBySide(self.forms.of(self.there.types), self.there, here)
        if not both.are_rows_same:
            return Outcome(way, made, "rows", both=both)
        has_ties = False
        if self.clauses.order and not both.is_order_same:
            sorted_by = self.sorted_by(way, self.sql)
            if sorted_by is None or not sorted_by.is_same:
                return Outcome(way, made, "order", both=both, sorted_by=sorted_by)
            has_ties = True
        return Outcome(way, made, "names" if both.wrong_names else None, both=both, has_ties=has_ties)

    def sorted_by(self, way: Way, sql: str) -> SortedBy | None:
        """Return what both sides sort by; None where that cannot be seen, or where their rows differ."""
        clauses = clauses_of(sql)
        placed = order_columns(clauses, self.there.names)
        if placed is None:
            return None
        places, more = placed
        keyed = with_columns(clauses, more)
        made = None if keyed is None else way.make(keyed)
        if keyed is None or made is None:
            return None
        there, here = self.ask_source(keyed), self.target.ask(made)
        if isinstance(there, NoAnswer) or isinstance(here, NoAnswer) or len(there.names) != len(here.names):
            return None
        forms = self.forms.of(there.types)
        both = SideBySide(forms, there, here)
        if Counter(rows_of(both.there)) != Counter(rows_of(both.here)):
            return None
        return SortedBy(
            clauses.order,
            [forms[place] for place in places],
            [there.types[place].type for place in places],
            [there.columns[place] for place in places],
            [here.columns[place] for place in places],
        )

    def unlimited(self, way: Way) -> tuple[SideBySide, SortedBy | None] | None:
        """Return both answers without LIMIT, and what they sort by; None where there is no LIMIT, or no answer."""
        sql = without(self.sql, self.clauses.limit)
        made = None if sql is None else way.make(sql)
        if sql is None or made is None:
            return None
        there, here = self.ask_source(sql), self.target.ask(made)
        if isinstance(there, NoAnswer) or isinstance(here, NoAnswer) or len(there.names) != len(here.names):
            return None
        return SideBySide(self.forms.of(there.types), there, here), self.sorted_by(way, sql)
