"""The indexes that could serve one use of a table: many, because it is SQLite's planner that chooses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, permutations

from noormme_py.frozen import replaced
from noormme_py.names import fold
from noormme_py.optimize.advice.index_spec import IndexSpec, signature, spec_of
from noormme_py.optimize.advice.table_figures import TableFigures, predicate
from noormme_py.optimize.reading.access import Access, Key, Term
from noormme_py.optimize.recording.shape_text import is_constant
from noormme_py.query.tokens import tokens
from noormme_py.schema.model import Table

_WIDEST = 4
# A key that leaves more of the rows than this is worth no index of its own.
_LARGEST_SHARE = 0.5
# … and a partial index is worth having when its predicate leaves few.
LARGEST_PART = 0.35
# A constant in a statement's text is the name of a state when its column has few, and else some value of the moment.
_MOST_STATES = 12
# Equalities beyond these are combined no further: the most selective come first.
_MOST_EQUALITIES = 5


def candidates(access: Access, table: Table, figures: TableFigures) -> list[IndexSpec]:
    """Return the indexes that could serve the access and are not there, without the same one twice."""
    found: dict[tuple[object, ...], IndexSpec] = {}
    known = [(signature(spec_of(index), table), index.where) for index in table.indexes]
    known += [(signature(IndexSpec(table.name, (Key(table.rowid_alias),)), table), None)] if table.rowid_alias else []
    for spec in _all(access, table, figures):
        shape = signature(spec, table)
        is_there = any(where in (None, spec.where) and have[: len(shape)] == shape for have, where in known)
        if not is_there:
            found.setdefault((shape, spec.where), spec)
    return list(found.values())


def _all(access: Access, table: Table, figures: TableFigures) -> Iterator[IndexSpec]:
    yield from _full(access, table, figures, access.terms, where=None)
    for branch in access.branches:
        # The order of the whole comes from no branch.
        yield from _full(replaced(access, order=()), table, figures, (*branch, *access.terms), where=None)
        yield from _full(replaced(access, order=()), table, figures, branch, where=None)
    for fixed in states(access.terms, table, figures):
        where = " and ".join(predicate(term) for term in fixed)
        if figures.share(table.name, where) <= LARGEST_PART:
            rest = [term for term in access.terms if term not in fixed]
            yield from _full(access, table, figures, rest, where=where)
            if not rest and not access.order:
                yield IndexSpec(table.name, tuple(_distinct(term.key for term in fixed))[:_WIDEST], where)


def _full(
    access: Access, table: Table, figures: TableFigures, terms: Iterable[Term], *, where: str | None
) -> Iterator[IndexSpec]:
    fixed = _equalities(table, figures, terms)
    equal = [term.key for term in fixed]
    ranges = _distinct(term.key for term in terms if term.comparison in ("range", "prefix", "is not null"))
    order = _directed(_without_rowid(access.order, table))

    def made(*keys: Key) -> Iterator[IndexSpec]:
        kept = tuple(_distinct(keys))[:_WIDEST]
        if kept and (where is not None or _is_selective(kept, fixed, table, figures)):
            yield IndexSpec(table.name, kept, where)

    for count in range(len(equal), 0, -1):
        for keys in combinations(equal, count):
            yield from made(*keys)
            if order:
                yield from made(*keys, *(key for key in order if not _has(keys, key)))
            for key in ranges:
                yield from made(*keys, key)
    for key in ranges:
        yield from made(key)
        if where is not None or len(ranges) > 1:
            yield from made(key, *(other for other in ranges if other is not key))
    if order:
        yield IndexSpec(table.name, tuple(_distinct(order))[:_WIDEST], where)
        if access.is_order_free and len(order) <= 3:
            for keys in permutations(order):
                yield from made(*keys)


def _equalities(table: Table, figures: TableFigures, terms: Iterable[Term]) -> list[Term]:
    found = [term for term in terms if term.comparison in ("equal", "in", "is null")]
    figures.count_values(table.name, [term.key for term in found])
    # A list of values leaves several places in the index to go on from: it comes last.
    found.sort(key=lambda term: (term.comparison == "in", figures.share_of(table.name, term)))
    return list({_identity(term.key): term for term in reversed(found)}.values())[::-1][:_MOST_EQUALITIES]


def _is_selective(keys: tuple[Key, ...], fixed: list[Term], table: Table, figures: TableFigures) -> bool:
    """Whether the equalities that a full index begins with leave few enough of the rows."""
    shares = {_identity(term.key): figures.share_of(table.name, term) for term in fixed}
    left = 1.0
    for key in keys:
        if _identity(key) not in shares:
            break
        left *= shares[_identity(key)]
    return left <= _LARGEST_SHARE or _identity(keys[0]) not in shares


def states(terms: Iterable[Term], table: Table, figures: TableFigures) -> Iterator[tuple[Term, ...]]:
    """Yield what a partial index may be about: a missing value, or one of the few states that a row can be in."""
    found = [
        term
        for term in terms
        if term.comparison in ("is null", "is not null")
        or (
            (term.comparison == "equal" and term.literal is not None and _is_constant(term.literal))
            and figures.values(table.name, term.key) <= _MOST_STATES
        )
    ]
    for term in found:
        yield (term,)
    if len(found) > 1:
        yield tuple(found)


def _without_rowid(order: tuple[Key, ...], table: Table) -> tuple[Key, ...]:
    """Leave a rowid out at the end of an order: every index has it there, and it only decides between equals."""
    if len(order) > 1 and table.rowid_alias is not None and fold(order[-1].name or "") == fold(table.rowid_alias):
        return order[:-1]
    return order


def _is_constant(literal: str) -> bool:
    """Whether it looks like the program's own word for a state: a date of the moment does not."""
    return all(token.kind == "punct" or is_constant(token) for token in tokens(literal))


def _directed(order: tuple[Key, ...]) -> tuple[Key, ...]:
    """Return the order with its first key ascending: an index is read from either end."""
    if not order or not order[0].is_descending:
        return order
    return tuple(replaced(key, is_descending=not key.is_descending) for key in order)


def _distinct(keys: Iterable[Key]) -> list[Key]:
    found: dict[tuple[str, str], Key] = {}
    for key in keys:
        found.setdefault(_identity(key), key)
    return list(found.values())


def _has(keys: Iterable[Key], wanted: Key) -> bool:
    return any(_identity(key) == _identity(wanted) for key in keys)


def _identity(key: Key) -> tuple[str, str]:
    return (fold(key.name) if key.name is not None else f"({key.expression})", (key.collation or "").upper())
