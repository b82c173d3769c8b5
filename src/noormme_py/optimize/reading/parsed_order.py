"""The order in which a SELECT wants rows of a table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.names import fold
from noormme_py.optimize.reading.access import Key
from noormme_py.optimize.reading.parsed_keys import Keys
from noormme_py.optimize.reading.scopes import Output, Scope, Source

_AGGREGATES = frozenset(
    "count sum total avg min max group_concat string_agg median json_group_array json_group_object".split()
)
_Wanted = list[tuple[Source, tuple[Key, ...]]]


def set_order(node: exp.Expr, outputs: list[tuple[str, Output]], scope: Scope, keys: Keys) -> None:
    """Note on each table the order that the query wants of it, when all of the order is of that table."""
    ordered = _by(_elements(node, "order"), outputs, scope, keys)
    grouped = _by(_elements(node, "group"), outputs, scope, keys)
    if node.args.get("group") is not None:
        _set_grouped(ordered, grouped)
    elif node.args.get("order") is not None:
        for source, order in ordered:
            source.order = order
    elif node.args.get("distinct") is not None:
        for source, order in _by([output.expression for _, output in outputs], [], scope, keys):
            source.order, source.is_order_free = order, True
    elif isinstance(node, exp.Select) and not _set_aggregate(node, scope, keys):
        _set_window(node, scope, keys)


def grouped_by(node: exp.Expr, scope: Scope, keys: Keys) -> Iterator[tuple[Source, Key]]:
    """Yield the keys that the rows are grouped by, one by one."""
    for element in _elements(node, "group"):
        yield from keys.of(element, scope)


def _set_grouped(ordered: _Wanted, grouped: _Wanted) -> None:
    wanted = dict(ordered)
    for source, group in grouped:
        order = wanted.get(source, ())
        names = [replaced(key, is_descending=False) for key in order]
        if order and all(key in group for key in names):
            source.order = (*order, *(key for key in group if key not in names))
        else:
            source.order, source.is_order_free = group, True


def _set_aggregate(node: exp.Select, scope: Scope, keys: Keys) -> bool:
    """Note what the only aggregate is over: the least is the first of an index, and equal ones lie together."""
    found = [
        call
        for each in (*node.expressions, node.args.get("having"))
        if each is not None
        for call in each.find_all(exp.Anonymous)
        if not isinstance(call.parent, exp.Window)
        and fold(call.name) in _AGGREGATES
        and not (fold(call.name) in ("min", "max") and len(call.expressions) != 1)
    ]
    if len(found) != 1 or len(found[0].expressions) != 1:
        return bool(found)
    call, argument = found[0], found[0].expressions[0]
    is_distinct = isinstance(argument, exp.Distinct)
    if is_distinct or fold(call.name) in ("min", "max"):
        inner = argument.expressions[0] if is_distinct else argument
        for source, key in keys.of(inner, scope):
            source.order = (replaced(key, is_descending=fold(call.name) == "max" and not is_distinct),)
            source.is_order_free = is_distinct
    return True


def _set_window(node: exp.Select, scope: Scope, keys: Keys) -> None:
    windows = [window for each in node.expressions for window in each.find_all(exp.Window)]
    named = {fold(window.name): window for window in node.args.get("windows") or ()}
    specified = [named.get(fold(window.alias), window) if window.alias else window for window in windows]
    wanted = [[*(window.args.get("partition_by") or ()), *_elements(window, "order")] for window in specified]
    if wanted and all(each == wanted[0] for each in wanted):
        for source, order in _by(wanted[0], [], scope, keys):
            source.order = order


def _elements(node: exp.Expr, part: str) -> list[exp.Expr]:
    clause = node.args.get(part)
    return [] if clause is None else list(clause.expressions)


def _by(elements: list[exp.Expr], outputs: list[tuple[str, Output]], scope: Scope, keys: Keys) -> _Wanted:
    """Return the keys of the elements for each table that has one for every element."""
    found: list[dict[Source, Key]] = []
    for element in elements:
        is_descending = isinstance(element, exp.Ordered) and bool(element.args.get("desc"))
        inner = element.this if isinstance(element, exp.Ordered) else element
        meant = _meant(inner, outputs, scope)
        if meant is not None:
            found.append(
                {
                    source: replaced(key, is_descending=is_descending)
                    for source, key in keys.of(meant.expression, meant.scope)
                }
            )
    if not found:
        return []
    return [
        (source, tuple(dict.fromkeys(each[source] for each in found)))
        for source in found[0]
        if all(source in each for each in found)
    ]


def _meant(element: exp.Expr, outputs: list[tuple[str, Output]], scope: Scope) -> Output | None:
    """Return what an element of ORDER BY stands for, None for a constant."""
    if isinstance(element, exp.Literal):
        position = int(element.name) - 1 if not element.is_string and element.name.isdigit() else -1
        return outputs[position][1] if 0 <= position < len(outputs) else None
    if isinstance(element, exp.Column) and not element.text("table"):
        for name, output in outputs:
            if name == fold(element.name):
                return output
    if isinstance(element, exp.Collate):
        inner = _meant(element.this, outputs, scope)
        if inner is not None and inner.expression is not element.this:
            return Output(exp.Collate(this=inner.expression.copy(), expression=element.expression.copy()), inner.scope)
    return Output(element, scope)
