"""The types and names of results: what each item of a SELECT list is called and holds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from noormme_py.errors import CompileError
from noormme_py.frozen import replaced
from noormme_py.names import fold
from noormme_py.query import nodes
from noormme_py.query.scope import OneOf, Output, Outputs, Scope, Source, Type
from noormme_py.schema.model import Column
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
_TRUTHS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">=", "is", "is not", "glob", "not glob"})
_PICKS = frozenset({"min", "max", "coalesce", "ifnull", "lag", "lead", "first_value", "last_value", "nth_value"})


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
            return _shared_type(node.arguments, scope)
        case nodes.Function() if node.name.lower() == "nullif" and node.arguments:
            return type_of(node.arguments[0], scope)
        case nodes.Function():
            return _FUNCTION_KINDS.get(node.name.lower())
        case nodes.Case():
            results = [result for _, result in node.branches]
            return _shared_type([*results, node.otherwise] if node.otherwise else results, scope)
        case nodes.Subquery():
            outputs = outputs_of(node.query, scope)
            return outputs[0].type if outputs else None
        case nodes.And() | nodes.Or() | nodes.Not() | nodes.Exists() | nodes.InList() | nodes.InQuery():
            return "bool"
        case nodes.Between() | nodes.Like():
            return "bool"
        case nodes.Binary() if node.operator in _TRUTHS:
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
                found.extend((nodes.Ref(o.name, s.name), replaced(o, is_hidden=False)) for s, o in expanded)
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
    return _joined_outputs(known_outputs(query.items, scope), query, replaced(scope, sources=(), parent=around))


def _joined_outputs(found: Outputs | None, query: nodes.Select, scope: Scope) -> Outputs | None:
    """Return what a compound gives, of which the first part gives what was found."""
    for kind, part in query.compounds:
        other = outputs_of(part, scope)
        if found is None or other is None:
            return None
        if len(found) != len(other):
            raise CompileError(f"the parts of this {kind} give {len(found)} and {len(other)} columns")
        pairs = zip(found, other, strict=True)
        found = tuple(replaced(one, type=_common_type(one.type, two.type)) for one, two in pairs)
    return found


def known_outputs(items: tuple[nodes.Node, ...], scope: Scope) -> Outputs | None:
    """Return the columns that a list of items gives, or None when not all of them are known."""
    outputs = [output for _, output in items_of(items, scope)]
    known = tuple(output for output in outputs if output is not None)
    return known if len(known) == len(outputs) else None


def check_distinct(outputs: Outputs) -> None:
    """Raise CompileError when two columns have one name."""
    seen: set[str] = set()
    for output in outputs:
        if fold(output.name) in seen:
            raise CompileError(
                f"two result columns are named {output.name[:100]!r}, and a row can hold only one",
                hint=f"select them by name and give one an alias: '{_said(output)} as other'",
            )
        seen.add(fold(output.name))


def _said(output: Output) -> str:
    name = output.name[:100]
    return f"{output.type.table}.{name}" if isinstance(output.type, Column) else name


def check_derived(outputs: Outputs | None) -> None:
    """Raise CompileError for columns that a query in FROM or WITH cannot give under their names."""
    for output in outputs or ():
        # SQLite calls such a column "column1", and would take the name outside for a string.
        if fold(output.name) in ("true", "false"):
            raise CompileError(
                f"SQLite does not let a query in FROM or WITH call a column {output.name!r}",
                hint=f"give it an alias: '{output.name} as other'",
            )
    check_distinct(outputs or ())


def _shared_type(items: Sequence[nodes.Node], scope: Scope) -> Type:
    """Return the type of a value that is one of several, as far as their types are known."""
    known: list[Type] = [found for item in items if (found := type_of(item, scope)) is not None]
    return reduce(_common_type, known) if known else None


def _common_type(one: Type, other: Type) -> Type:
    """Return the type of what may be of either type."""
    if one is None or other is None or one == other:
        return one
    return OneOf(tuple(dict.fromkeys((*_single_types(one), *_single_types(other)))))


def _single_types(type_: Column | Kind | OneOf) -> tuple[Column | Kind, ...]:
    return type_.types if isinstance(type_, OneOf) else (type_,)


def select_scope(query: nodes.Select, around: Scope) -> Scope:
    """Return the scope inside a SELECT."""
    inside = with_common_tables(query.common_tables, Scope(around.schema, parent=around))
    joined = (*query.sources, *(join.source for join in query.joins))
    return replaced(inside, sources=sources_of(joined, inside))


def sources_of(items: tuple[nodes.Node, ...], scope: Scope) -> tuple[Source, ...]:
    """Return the named sources of a FROM clause; two of one name cannot be told apart."""
    sources: list[Source] = []
    for item in items:
        add_source(sources, _source_of(item, scope))
    return tuple(sources)


def add_source(sources: list[Source], source: Source) -> None:
    """Add a source to those of a query; raises CompileError when its name is taken."""
    # SQL text of the caller's own has no name that is known.
    if source.name and any(fold(source.name) == fold(other.name) for other in sources):
        raise CompileError(
            f"two sources are both named {source.name[:100]!r}",
            hint=f"give one an alias: '{source.name[:100]} as other'",
        )
    sources.append(source)


def with_common_tables(tables: tuple[nodes.CommonTable, ...], scope: Scope) -> Scope:
    """Return the scope with the tables of a WITH clause in it."""
    scope = with_names(tables, scope)
    for table in tables:
        scope = with_common_table(table, scope)
    return scope


def with_names(tables: tuple[nodes.CommonTable, ...], scope: Scope) -> Scope:
    """Return the scope in which the queries of a WITH clause begin.

    In SQLite they see all the names of the clause, the later ones and their own too.
    """
    return replaced(scope, common_tables=(*scope.common_tables, *((table.name, None) for table in tables)))


def with_common_table(table: nodes.CommonTable, scope: Scope) -> Scope:
    """Return the scope with one more table of a WITH clause, whose columns are then known."""
    if not table.is_recursive:
        return _knowing(scope, table, outputs_of(table.query, scope))
    # The first part says what the others, which select from the table itself, can see. It is looked at
    # once: twice at every level would be 2**n times for tables that are nested n deep.
    inside = select_scope(table.query, scope)
    first = known_outputs(table.query.items, inside)
    begun = _knowing(scope, table, first)
    found = _joined_outputs(first, table.query, replaced(inside, sources=(), parent=begun))
    return _knowing(scope, table, found)


def _knowing(scope: Scope, table: nodes.CommonTable, outputs: Outputs | None) -> Scope:
    """Return the scope in which the columns of a common table are known."""
    return replaced(scope, common_tables=(*scope.common_tables, (table.name, _named(table, outputs))))


def _named(table: nodes.CommonTable, outputs: Outputs | None) -> Outputs | None:
    """Return the columns of a common table by the names that it gives them."""
    if not table.columns:
        named = outputs
    elif outputs is None:
        named = tuple(Output(name, None) for name in table.columns)
    elif len(outputs) != len(table.columns):
        raise CompileError(
            f"the common table {table.name[:100]!r} names {len(table.columns)} columns, its query gives {len(outputs)}"
        )
    else:
        named = tuple(Output(name, output.type) for name, output in zip(table.columns, outputs, strict=True))
    check_derived(named)
    return named


def _source_of(item: nodes.Node, scope: Scope) -> Source:
    match item:
        case nodes.TableName(name):
            return scope.table_source(name)
        case nodes.Aliased(nodes.TableName(name), alias):
            return scope.table_source(name, alias)
        case nodes.Aliased(nodes.Subquery(query), alias):
            outputs = outputs_of(query, scope)
            check_derived(outputs)
            return Source(alias, outputs)
        case nodes.Aliased(_, alias):
            return Source(alias, None)
        case nodes.Function(name):
            return Source(name, None)
        case nodes.Fragment():
            return Source("", None)
        case _:
            raise CompileError("this cannot be selected from", hint='give a table, or a query with .as_("name")')
