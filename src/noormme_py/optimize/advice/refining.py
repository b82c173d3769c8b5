"""A choice of indexes made smaller where that costs little, and wider where that saves a look at the table."""

from __future__ import annotations

from noormme_py.frozen import replaced
from noormme_py.names import fold
from noormme_py.optimize.advice.candidates import LARGEST_PART, states
from noormme_py.optimize.advice.chooser import Chooser
from noormme_py.optimize.advice.index_spec import IndexSpec
from noormme_py.optimize.advice.table_figures import TableFigures, predicate
from noormme_py.optimize.reading.access import Key
from noormme_py.schema.model import Schema

# An index stays as narrow as it can be without losing more than this part of what it saves.
_NARROW_LOSS = 0.002
# … and gets further columns only for this much more: a wide index is a second table.
_WIDE_GAIN = 0.15
_MOST_COLUMNS_MORE, _WIDEST = 3, 5


def pruned(chooser: Chooser) -> None:
    """Take out what later choices have made superfluous."""
    for name in list(chooser.chosen):
        gain = chooser.change((), without=(name,))
        # Without it nothing is saved but its own price: whatever is left is for nothing.
        if gain is not None and gain > -chooser.least:
            chooser.adopt((), without=(name,))


def narrowed(chooser: Chooser) -> None:
    """Replace an index by one with fewer columns where they do no more than that."""
    for name in list(chooser.chosen):
        current: str | None = name
        while current is not None and not chooser.deadline.is_over:
            current = _narrower(chooser, current)


def _narrower(chooser: Chooser, name: str) -> str | None:
    """Take a column out of an index, the last that can go, and return what it is now; None for as it was."""
    spec = chooser.chosen[name]
    loss = chooser.change((), without=(name,))
    for place in range(spec.width - 1, -1, -1) if spec.width > 1 else ():
        built = chooser.build(replaced(spec, keys=(*spec.keys[:place], *spec.keys[place + 1 :])))
        if built is None or built in chooser.visible:
            continue
        change = chooser.change((built,), without=(name,))
        if change is not None and change >= -_NARROW_LOSS * -(loss or 0.0):
            chooser.adopt((built,), without=(name,))
            return built
    return None


def widened(chooser: Chooser, schema: Schema) -> None:
    """Give an index the further columns that its statements read, where that saves a good deal more."""
    for name in list(chooser.chosen):
        if chooser.deadline.is_over:
            return
        spec = chooser.chosen[name]
        loss = chooser.change((), without=(name,))
        wanted = max(chooser.least, _WIDE_GAIN * -(loss or 0.0))
        if chooser.remaining(name) < wanted:
            # Even if nothing of what its statements still cost were left, it would not be enough.
            continue
        for wider in _wider(chooser, spec, schema):
            built = chooser.build(wider)
            if built is None or built in chooser.visible:
                continue
            change = chooser.change((built,), without=(name,))
            if change is not None and change > wanted:
                chooser.adopt((built,), without=(name,))
                break


def parted(chooser: Chooser, schema: Schema, figures: TableFigures) -> None:
    """Leave the rows out of an index that its statements never want, where they say so themselves."""
    for name in list(chooser.chosen):
        if chooser.deadline.is_over:
            return
        spec = chooser.chosen[name]
        for part in _parts(chooser, spec, schema, figures):
            built = chooser.build(part)
            if built is None or built in chooser.visible:
                continue
            change = chooser.change((built,), without=(name,))
            if change is not None and change > 0:
                chooser.adopt((built,), without=(name,))
                break


def _parts(chooser: Chooser, spec: IndexSpec, schema: Schema, figures: TableFigures) -> list[IndexSpec]:
    table = schema.table(spec.table)
    found: list[IndexSpec] = []
    for question in chooser.questions:
        for access in question.accesses if spec.where is None else ():
            if fold(access.table) != fold(spec.table):
                continue
            for state in states(access.terms, table, figures):
                named = {fold(term.key.name or "") for term in state}
                where = " and ".join(predicate(term) for term in state)
                keys = tuple(key for key in spec.keys if fold(key.name or "") not in named) or spec.keys
                part = IndexSpec(spec.table, keys, where)
                if named & {fold(key.name or "") for key in spec.keys} and part not in found:
                    found.append(part)
    return [part for part in found if part.where is not None and figures.share(part.table, part.where) <= LARGEST_PART]


def _wider(chooser: Chooser, spec: IndexSpec, schema: Schema) -> list[IndexSpec]:
    table = schema.table(spec.table)
    keys = {fold(key.name or "") for key in spec.keys}
    alias = fold(table.rowid_alias or "")
    found: list[IndexSpec] = []
    for question in chooser.questions:
        for access in question.accesses:
            if fold(access.table) != fold(spec.table):
                continue
            more = sorted(column for column in access.columns if fold(column) not in keys | {alias})
            if 0 < len(more) <= _MOST_COLUMNS_MORE and spec.width + len(more) <= _WIDEST:
                wider = replaced(spec, keys=(*spec.keys, *(Key(column) for column in more)))
                if wider not in found:
                    found.append(wider)
    return sorted(found, key=lambda wider: wider.width)
