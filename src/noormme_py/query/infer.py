"""The types and names of results: what each item of a SELECT list is called and holds."""

from __future__ import annotations

from dataclasses import replace

from noormme_py.errors import CompileError
from noormme_py.names import fold
from noormme_py.query import nodes
from noormme_py.query.scope import Output, Outputs, Scope, Source, Type
from noormme_py.schema.types import Kind, kind_of

_FUNCTION_KINDS: dict[str, Kind] = {
    "count": "int",
    "length": "int",
    "instr": "int",
    "unixepoch": "int",
    "changes": "int",
    "total_changes": "int",
    "last_insert_rowid": "int",
    "row_number": "int",
    "rank": "int",
    "dense_rank": "int",
    "ntile": "int",
    "percent_rank": "float",
    "cume_dist": "float",
    "total": "float",
    "lower": "str",
    "upper": "str",
    "group_concat": "str",
    "typeof": "str",
    "json_array": "json",
    "json_object": "json",
    "json_group_array": "json",
    "json_group_object": "json",
}
# Functions whose value is one of their arguments' values, unchanged.
_PICKS = frozenset(
    {"min", "max", "coalesce", "ifnull", "nullif", "lag", "lead", "first_value", "last_value", "nth_value"}
)


def type_of(node: nodes.Node, scope: Scope) -> Type:
    """Return the type of an expression's value."""
    match node:
        case nodes.Ref():
            return scope.resolve(node)
        case nodes.Aliased() | nodes.Collate() | nodes.Order():
            return type_of(node.operand, scope)
        case nodes.Cast():
            return kind_of(node.type)
        case nodes.Function() if node.name.lower() in _PICKS:
            return _first_known(node.arguments, scope)
        case nodes.Function():
            return _FUNCTION_KINDS.get(node.name.lower())
        case nodes.Case():
            results = [result for _, result in node.branches]
            return _first_known([*results, node.otherwise] if node.otherwise else results, scope)
        case nodes.Subquery():
            outputs = outputs_of(node.query, scope)
            return outputs[0].type if outputs else None
        case nodes.And() | nodes.Or() | nodes.Not() | nodes.Exists() | nodes.InList() | nodes.InQuery():
            return "bool"
        case nodes.Between() | nodes.Like():
            return "bool"
        case nodes.Binary() if node.operator in ("=", "!=", "<>", "<", "<=", ">", ">=", "is", "is not"):
            return "bool"
        case _:
            return None


def name_of(node: nodes.Node) -> str | None:
    """Return the name that a result column has of itself, or None when it must be given one."""
    match node:
        case nodes.Aliased():
            return node.alias
        case nodes.Ref():
            return node.column
        case nodes.Function():
            return node.name.lower()
        case nodes.JsonPath() if isinstance(node.path[-1], str):
            return node.path[-1]
        case nodes.Cast() | nodes.Collate():
            return name_of(node.operand)
        case _:
            return None


def items_of(items: tuple[nodes.Node, ...], scope: Scope) -> list[tuple[nodes.Node, Output | None]]:
    """Return every item with the column it gives; a star is expanded where its source is known.

    An item that stays a star, because nothing is known of its source, gives None.
    """
    found: list[tuple[nodes.Node, Output | None]] = []
    for item in items:
        if isinstance(item, nodes.Star):
            expanded = scope.expand(item)
            if expanded is None:
                found.append((item, None))
            else:
                found.extend((nodes.Ref(o.name, s.name), replace(o, is_hidden=False)) for s, o in expanded)
            continue
        name = name_of(item)
        if name is None:
            raise CompileError("a computed result column needs a name", hint='give it one: expression.as_("name")')
        if not isinstance(item, nodes.Aliased | nodes.Ref):
            item = nodes.Aliased(item, name)
        found.append((item, Output(name, type_of(item, scope))))
    return found


def outputs_of(query: nodes.Select, around: Scope) -> Outputs | None:
    """Return what a query gives, or None when that is not known."""
    scope = select_scope(query, around)
    outputs = [output for _, output in items_of(query.items, scope)]
    known = tuple(output for output in outputs if output is not None)
    return known if len(known) == len(outputs) else None


def select_scope(query: nodes.Select, around: Scope) -> Scope:
    """Return the scope inside a SELECT."""
    inside = with_common_tables(query.common_tables, Scope(around.schema, parent=around))
    joined = (*query.sources, *(join.source for join in query.joins))
    return replace(inside, sources=sources_of(joined, inside))


def sources_of(items: tuple[nodes.Node, ...], scope: Scope) -> tuple[Source, ...]:
    """Return the named sources of a FROM clause; two of one name cannot be told apart."""
    sources: list[Source] = []
    for item in items:
        source = _source_of(item, scope)
        if any(fold(source.name) == fold(other.name) for other in sources):
            raise CompileError(
                f"two sources are both named {source.name!r}",
                hint=f"give one an alias: '{source.name} as other'",
            )
        sources.append(source)
    return tuple(sources)


def with_common_tables(tables: tuple[nodes.CommonTable, ...], scope: Scope) -> Scope:
    """Return the scope with the tables of a WITH clause in it."""
    for table in tables:
        outputs = common_table_outputs(table, scope)
        scope = replace(scope, common_tables=(*scope.common_tables, (table.name, outputs)))
    return scope


def common_table_outputs(table: nodes.CommonTable, scope: Scope) -> Outputs | None:
    """Return what a common table gives; a recursive one has the types of its first part."""
    outputs = outputs_of(table.query, scope)
    if outputs is None or not table.columns:
        return tuple(Output(name, None) for name in table.columns) or outputs
    if len(outputs) != len(table.columns):
        raise CompileError(
            f"the common table {table.name!r} names {len(table.columns)} columns, its query gives {len(outputs)}"
        )
    return tuple(Output(name, output.type) for name, output in zip(table.columns, outputs, strict=True))


def _source_of(item: nodes.Node, scope: Scope) -> Source:
    match item:
        case nodes.TableName(name):
            return scope.table_source(name)
        case nodes.Aliased(nodes.TableName(name), alias):
            return scope.table_source(name, alias)
        case nodes.Aliased(nodes.Subquery(query), alias):
            return Source(alias, outputs_of(query, scope))
        case nodes.Aliased(_, alias):
            return Source(alias, None)
        case nodes.Function(name):
            return Source(name, None)
        case nodes.Fragment():
            return Source("", None)
        case _:
            raise CompileError("this cannot be selected from", hint='give a table, or a query with .as_("name")')


def _first_known(items: tuple[nodes.Node, ...] | list[nodes.Node], scope: Scope) -> Type:
    return next((found for item in items if (found := type_of(item, scope)) is not None), None)
