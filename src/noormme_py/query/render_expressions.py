"""How each kind of expression is written as SQL."""

from __future__ import annotations

import re

from noormme_py.errors import CompileError
from noormme_py.query import nodes, operands
from noormme_py.query.infer import outputs_of, type_of
from noormme_py.query.scope import Scope, Type
from noormme_py.query.writer import Slot, Writer, renders, text_literal

_TYPE = re.compile(r"\A[A-Za-z_][A-Za-z0-9_ ]{0,60}(?:\([ ]*[+-]?\d{1,9}(?:[ ]*,[ ]*[+-]?\d{1,9})?[ ]*\))?\Z", re.ASCII)


def checked_type(name: str) -> str:
    """Return a type name that is safe to write as it is."""
    if not _TYPE.match(name):
        raise CompileError(f"{name[:60]!r} is not a type name")
    return name


@renders(nodes.Ref)
def _ref(out: Writer, node: nodes.Ref) -> None:
    found = out.scope.find(node)
    # In RETURNING there is one table, which SQLite does not know by its alias: plain names are certain.
    if node.table is not None and not out.scope.is_returning:
        out.name(node.table)
        out.put(".")
    elif found is None and out.is_checked:
        return out.unsure_name(node.column)
    return out.name(node.column)


@renders(nodes.Star)
def _star(out: Writer, node: nodes.Star) -> None:
    if node.table is not None:
        out.name(node.table)
        out.put(".")
    out.put("*")


@renders(nodes.Value)
def _value(out: Writer, node: nodes.Value) -> None:
    out.value(node, None)


@renders(nodes.Param)
def _param(out: Writer, node: nodes.Param) -> None:
    out.bind(Slot(None, None, node.name))


@renders(nodes.Null)
def _null(out: Writer, node: nodes.Null) -> None:
    out.put("null")


@renders(nodes.Fragment)
def _fragment(out: Writer, node: nodes.Fragment) -> None:
    out.put(node.texts[0])
    for item, text in zip(node.nodes, node.texts[1:], strict=True):
        out.put(item, text)


@renders(nodes.Binary)
def _binary(out: Writer, node: nodes.Binary) -> None:
    if isinstance(node.left, nodes.Row) and isinstance(node.right, nodes.Row):
        return _row_comparison(out, node.left, node.operator, node.right)
    _operand(out, node.left, _type_at(node.operator, node.left, node.right, out.scope))
    out.put(f" {node.operator} ")
    _operand(out, node.right, _type_at(node.operator, node.right, node.left, out.scope))


def _type_at(operator: str, node: nodes.Node, other: nodes.Node, scope: Scope) -> Type:
    """Return the type that data is encoded as when an operator sets it against something."""
    if operator in operands.PATTERNS:
        return "str"
    # Text that is appended is text, and a plain number a factor or a distance, whatever it is applied to.
    is_number = isinstance(node, nodes.Value) and isinstance(node.value, int | float)
    if operator == "||" or (is_number and operator in operands.ARITHMETIC):
        return None
    return type_of(other, scope)


def _row_comparison(out: Writer, left: nodes.Row, operator: str, right: nodes.Row) -> None:
    if len(left.items) != len(right.items):
        raise CompileError(f"a row of {len(left.items)} is compared with a row of {len(right.items)}")
    out.put(left, f" {operator} (")
    for index, (one, other) in enumerate(zip(left.items, right.items, strict=True)):
        out.put(", " if index else "")
        out.value(other, type_of(one, out.scope))
    out.put(")")


_COMPOUND = (
    nodes.Binary,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.InList,
    nodes.InQuery,
    nodes.Between,
    nodes.Like,
    nodes.Collate,
    nodes.Fragment,
    nodes.Negative,
)


def _operand(out: Writer, node: nodes.Node, like: Type = None) -> None:
    """Write a node so that its neighbours cannot tear it apart."""
    if isinstance(node, _COMPOUND):
        out.put("(", node, ")")
    else:
        out.value(node, like)


@renders(nodes.Negative)
def _negative(out: Writer, node: nodes.Negative) -> None:
    # Two minus signs in a row would begin a comment.
    if isinstance(node.operand, nodes.Value) and out.is_literal:
        out.put("-(", node.operand, ")")
    else:
        out.put("-")
        _operand(out, node.operand)


@renders(nodes.And)
def _and(out: Writer, node: nodes.And) -> None:
    _joined(out, node.items, " and ", nodes.Or)


@renders(nodes.Or)
def _or(out: Writer, node: nodes.Or) -> None:
    _joined(out, node.items, " or ", nodes.And)


def _joined(out: Writer, items: tuple[nodes.Node, ...], word: str, other: type[nodes.Node]) -> None:
    for index, item in enumerate(items):
        out.put(word if index else "")
        if isinstance(item, other | nodes.Fragment):
            out.put("(", item, ")")
        else:
            out.put(item)


@renders(nodes.Not)
def _not(out: Writer, node: nodes.Not) -> None:
    out.put("not ")
    _operand(out, node.operand)


@renders(nodes.InList)
def _in_list(out: Writer, node: nodes.InList) -> None:
    word = " not in " if node.is_negated else " in "
    like = type_of(node.left, out.scope)
    if isinstance(node.values, nodes.Param):
        _operand(out, node.left)
        return _json_list(out, word, Slot(None, like, node.values.name, is_list=True))
    if isinstance(node.left, nodes.Row):
        return _in_rows(out, node.left, word, node.values)
    # x IN (1, NULL) is never false and x NOT IN (1, NULL) never true: NULL is asked for by itself.
    values = [value for value in node.values if value is not None]
    asks_null = len(values) < len(node.values)
    if not values and not asks_null:
        # Nothing is in an empty list; SQLite says the same of NULL.
        out.put("1" if node.is_negated else "0")
        return None
    out.put("(" if asks_null and values else "")
    if values:
        _operand(out, node.left)
        place = out.places.get(id(node))
        if len(values) > out.max_list:
            _json_list(out, word, Slot(tuple(values), like, is_list=True, source=place))
        else:
            out.put(word, "(")
            for index, value in enumerate(values):
                out.put(", " if index else "")
                if isinstance(value, operands.Operand):
                    out.value(operands.operand(value), like)
                else:
                    out.bind(Slot(value, like, source=None if place is None else place + index))
            out.put(")")
    if asks_null:
        out.put((" and " if node.is_negated else " or ") if values else "")
        _operand(out, node.left)
        out.put(" is not null" if node.is_negated else " is null")
    out.put(")" if asks_null and values else "")
    return None


def _json_list(out: Writer, word: str, slot: Slot) -> None:
    out.put(word, "(select value from json_each(")
    out.bind(slot)
    out.put("))")


def _in_rows(out: Writer, left: nodes.Row, word: str, rows: tuple[object, ...]) -> None:
    if not rows:
        out.put("0" if word == " in " else "1")
        return
    types: list[Type] = [type_of(item, out.scope) for item in left.items]
    out.put(left, word, "(values ")
    for index, row in enumerate(rows):
        if not isinstance(row, tuple | list) or len(row) != len(types):
            raise CompileError(f"each value of this list is a tuple of {len(types)}")
        out.put(", (" if index else "(")
        for position, (value, like) in enumerate(zip(row, types, strict=True)):
            out.put(", " if position else "")
            out.value(operands.operand(value), like)
        out.put(")")
    out.put(")")


@renders(nodes.InQuery)
def _in_query(out: Writer, node: nodes.InQuery) -> None:
    outputs = outputs_of(node.query, out.scope)
    wanted = len(node.left.items) if isinstance(node.left, nodes.Row) else 1
    if outputs is not None and len(outputs) != wanted:
        raise CompileError(f"the query of an 'in' gives {len(outputs)} columns, {wanted} are compared")
    _operand(out, node.left, outputs[0].type if outputs else None)
    out.put(" not in (" if node.is_negated else " in (", node.query, ")")


@renders(nodes.Between)
def _between(out: Writer, node: nodes.Between) -> None:
    like = type_of(node.left, out.scope)
    _operand(out, node.left)
    out.put(" not between " if node.is_negated else " between ")
    _operand(out, node.low, like)
    out.put(" and ")
    _operand(out, node.high, like)


@renders(nodes.Like)
def _like(out: Writer, node: nodes.Like) -> None:
    _operand(out, node.left)
    out.put(" not like " if node.is_negated else " like ")
    _operand(out, node.pattern, "str")
    out.put(" escape '\\'" if node.is_escaped else "")


@renders(nodes.Exists)
def _exists(out: Writer, node: nodes.Exists) -> None:
    out.put("exists (", node.query, ")")


@renders(nodes.Subquery)
def _subquery(out: Writer, node: nodes.Subquery) -> None:
    out.put("(", node.query, ")")


@renders(nodes.Row)
def _row(out: Writer, node: nodes.Row) -> None:
    out.put("(")
    out.separated(", ", node.items)
    out.put(")")


@renders(nodes.Case)
def _case(out: Writer, node: nodes.Case) -> None:
    if not node.branches:
        raise CompileError("a case has no branches", hint="give it some: case().when(…).then(…)")
    like = type_of(node, out.scope)
    met = None if node.operand is None else type_of(node.operand, out.scope)
    out.put("case")
    if node.operand is not None:
        out.put(" ")
        _operand(out, node.operand)
    for when, then in node.branches:
        out.put(" when ")
        out.value(when, met)
        out.put(" then ")
        out.value(then, like)
    if node.otherwise is not None:
        out.put(" else ")
        out.value(node.otherwise, like)
    out.put(" end")


@renders(nodes.Cast)
def _cast(out: Writer, node: nodes.Cast) -> None:
    out.put("cast(", node.operand, f" as {checked_type(node.type)})")


@renders(nodes.Collate)
def _collate(out: Writer, node: nodes.Collate) -> None:
    _operand(out, node.operand)
    out.put(" collate ")
    out.name(node.collation)


@renders(nodes.JsonPath)
def _json_path(out: Writer, node: nodes.JsonPath) -> None:
    # A literal, not a parameter: an index on the same expression is then found.
    out.put("json_extract(", node.operand, f", {text_literal(_path(node.path))})")


def _path(keys: tuple[str | int, ...]) -> str:
    steps = ["$"]
    for key in keys:
        if isinstance(key, bool) or not isinstance(key, int | str):
            raise CompileError(f"a JSON path is made of strings and integers, not of {type(key).__name__}")
        if isinstance(key, int):
            steps.append(f"[{int(key)}]" if key >= 0 else f"[#{int(key)}]")
        elif '"' in key or "\\" in key:
            raise CompileError("a JSON path key cannot hold a double quote or a backslash")
        else:
            steps.append(f'."{key}"')
    return "".join(steps)


@renders(nodes.Order)
def _order(out: Writer, node: nodes.Order) -> None:
    if node.direction not in ("asc", "desc"):
        raise CompileError(f"{str(node.direction)[:20]!r} is not a direction", hint="use 'asc' or 'desc'")
    if node.nulls not in (None, "first", "last"):
        raise CompileError(f"{str(node.nulls)[:20]!r} is no place for NULLs", hint="use 'first' or 'last'")
    out.put(
        node.operand,
        " desc" if node.direction == "desc" else "",
        f" nulls {node.nulls}" if node.nulls else "",
    )


@renders(nodes.Aliased)
def _aliased(out: Writer, node: nodes.Aliased) -> None:
    if isinstance(node.operand, nodes.Fragment):
        out.put("(", node.operand, ")")
    else:
        out.put(node.operand)
    out.put(" as ")
    out.name(node.alias)


@renders(nodes.TableName)
def _table_name(out: Writer, node: nodes.TableName) -> None:
    out.name(node.name)
