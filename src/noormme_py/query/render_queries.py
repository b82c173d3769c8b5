"""How SELECT, INSERT, UPDATE and DELETE are written, and which names each of their parts sees."""

from __future__ import annotations

from collections.abc import Sequence

from noormme_py.errors import CompileError, QueryError
from noormme_py.frozen import replaced
from noormme_py.names import fold, suggest
from noormme_py.query import nodes
from noormme_py.query.clauses import insert_alias
from noormme_py.query.infer import (
    add_source,
    items_of,
    known_outputs,
    outputs_of,
    select_scope,
    sources_of,
    with_common_table,
    with_common_tables,
    with_names,
)
from noormme_py.query.scope import Outputs, Scope, Source, Type
from noormme_py.query.writer import Writer, renders


@renders(nodes.Select)
def _select(out: Writer, node: nodes.Select) -> None:
    _with(out, node.common_tables)
    inner = select_scope(node, out.scope)
    items = items_of(node.items, inner)
    if not items:
        raise CompileError("a query selects nothing", hint="name columns with select(…) or take all with select_all()")
    outputs = tuple(output for _, output in items if output is not None)
    with out.within(inner):
        out.put("select distinct " if node.is_distinct else "select ")
        out.separated(", ", [item for item, _ in items])
        _from(out, node.sources)
        _joins(out, node.joins)
        _where(out, node.where)
    with out.within(replaced(inner, aliases=outputs)):
        if node.group_by:
            out.put(" group by ")
            out.separated(", ", node.group_by)
        if node.having is not None:
            out.put(" having ", node.having)
    with out.within(replaced(inner, sources=())):
        for kind, part in node.compounds:
            out.put(f" {kind} ", _compound_part(part))
    results = replaced(inner, sources=(), aliases=outputs)
    # A compound is ordered by its result columns alone.
    is_known = len(outputs) == len(items)
    _order_by(out, node, results if node.compounds and is_known else replaced(inner, aliases=outputs), results)
    with out.within(results):
        if node.limit is not None:
            out.put(" limit ", node.limit)
        elif node.offset is not None:
            out.put(" limit -1")
        if node.offset is not None:
            out.put(" offset ", node.offset)


def _order_by(out: Writer, node: nodes.Select, visible: Scope, results: Scope) -> None:
    aliases = {fold(item.alias) for item in node.items if isinstance(item, nodes.Aliased)}
    for index, item in enumerate(node.order_by):
        out.put(", " if index else " order by ")
        name = _plain_name(item)
        # A name alone is a result's alias first, and a column of the tables only when there is none such.
        with out.within(results if name is not None and fold(name) in aliases else visible):
            out.put(item)


def _plain_name(node: nodes.Node) -> str | None:
    while isinstance(node, nodes.Order | nodes.Collate):
        node = node.operand
    return node.column if isinstance(node, nodes.Ref) and node.table is None else None


def _from(out: Writer, sources: tuple[nodes.Node, ...]) -> None:
    for index, source in enumerate(sources):
        out.put(", " if index else " from ")
        _source(out, source)


def _source(out: Writer, source: nodes.Node) -> None:
    # A query in FROM does not see what it is joined with; the arguments of a function do.
    is_query = isinstance(source, nodes.Aliased) and isinstance(source.operand, nodes.Subquery)
    with out.within(replaced(out.scope, sources=()) if is_query else out.scope):
        out.put(source)


def _compound_part(part: nodes.Select) -> nodes.Select:
    """Return a query that can stand in a compound: SQLite takes no order, limit or WITH inside one."""
    if part.order_by or part.limit or part.offset or part.compounds or part.common_tables:
        return nodes.Select(sources=(nodes.Aliased(nodes.Subquery(part), "part"),), items=(nodes.Star(),))
    return part


def _with(out: Writer, tables: tuple[nodes.CommonTable, ...]) -> None:
    if not tables:
        return
    out.put("with recursive " if any(table.is_recursive for table in tables) else "with ")
    scope = with_names(tables, out.scope)
    for index, table in enumerate(tables):
        out.put(", " if index else "")
        out.name(table.name)
        if table.columns:
            out.put("(")
            out.names(table.columns)
            out.put(")")
        out.put(" as ")
        if table.is_materialized is not None:
            out.put("materialized " if table.is_materialized else "not materialized ")
        known = with_common_table(table, scope)
        with out.within(known if table.is_recursive else scope):
            out.put("(", table.query, ")")
        scope = known
    out.put(" ")


def _joins(out: Writer, joins: tuple[nodes.Join, ...]) -> None:
    for join in joins:
        out.put(f" {join.kind} join ")
        _source(out, join.source)
        if join.on is not None:
            out.put(" on ", join.on)


def _where(out: Writer, condition: nodes.Node | None) -> None:
    if condition is not None:
        out.put(" where ", condition)


@renders(nodes.Insert)
def _insert(out: Writer, node: nodes.Insert) -> None:
    _with(out, node.common_tables)
    scope = with_common_tables(node.common_tables, out.scope)
    target = _target(scope, node.table)
    _check_distinct(node.columns)
    types: list[Type] = [_written(scope, node.table.name, column) for column in node.columns]
    out.put("insert into ", node.table)
    if node.conflicts:
        out.put(insert_alias(node.table.name))
    if node.columns:
        out.put(" (")
        out.names(node.columns)
        out.put(")")
    if node.rows and node.query is not None:
        raise CompileError("an insert takes rows or a query, not both")
    if node.columns and not node.rows and node.query is None:
        raise CompileError("an insert names columns and gives nothing for them", hint="use values() or from_select()")
    with out.within(scope):
        if node.query is not None:
            _check_width(node, outputs_of(node.query, scope))
            out.put(" ", _guarded(node.query) if node.conflicts else node.query)
        elif node.rows:
            _values(out, node.rows, types)
        else:
            out.put(" default values")
    with out.within(replaced(scope, sources=(target, replaced(target, name="excluded")))):
        for conflict in node.conflicts:
            _conflict(out, conflict, node.table.name, target)
    _returning(out, node.returning, replaced(scope, sources=(target,), is_returning=True))


def _unqualified(item: nodes.Node) -> nodes.Node:
    return nodes.Ref(item.column) if isinstance(item, nodes.Ref) else item


def _guarded(query: nodes.Select) -> nodes.Select:
    """Return the query with a WHERE: without one, SQLite takes ON CONFLICT for the ON of a join."""
    if query.compounds:
        kind, last = query.compounds[-1]
        return replaced(query, compounds=(*query.compounds[:-1], (kind, _guarded(_compound_part(last)))))
    return query if query.where is not None else replaced(query, where=nodes.Fragment(("true",)))


def _check_width(node: nodes.Insert, outputs: Outputs | None) -> None:
    if outputs is not None and node.columns and len(outputs) != len(node.columns):
        raise CompileError(f"{len(node.columns)} columns are named and the query gives {len(outputs)}")


def _values(out: Writer, rows: tuple[tuple[nodes.Node, ...], ...], types: list[Type]) -> None:
    out.put(" values ")
    for index, row in enumerate(rows):
        out.put(", (" if index else "(")
        for position, (value, like) in enumerate(zip(row, types, strict=True)):
            out.put(", " if position else "")
            out.value(value, like, is_written=True)
        out.put(")")


def _conflict(out: Writer, node: nodes.Conflict, table: str, target: Source) -> None:
    _check_conflict_key(out, node, table)
    out.put(" on conflict")
    with out.within(replaced(out.scope, sources=(target,))):
        if node.columns:
            out.put(" (")
            out.separated(", ", tuple(map(_unqualified, node.columns)) if insert_alias(table) else node.columns)
            out.put(")")
            # SQLite finds a partial index by its WHERE, and can compare that with literals only.
            with out.as_literals():
                _where(out, node.target_where)
    if node.assignments:
        out.put(" do update")
        # An unqualified name on the right means the row that is there, as in SQL; "excluded" is said.
        with out.within(replaced(out.scope, sources=(target,), parent=out.scope)):
            _assignments(out, table, node.assignments)
            _where(out, node.where)
    else:
        out.put(" do nothing")


@renders(nodes.Update)
def _update(out: Writer, node: nodes.Update) -> None:
    _with(out, node.common_tables)
    scope = with_common_tables(node.common_tables, out.scope)
    table = _table_of(node.table)
    target = _target(scope, node.table)
    if node.joins and not node.sources:
        raise CompileError("an update joins nothing", hint="say the first table with from_()")
    visible = [target]
    for source in sources_of((*node.sources, *(join.source for join in node.joins)), scope):
        add_source(visible, source)
    out.put("update ", node.table)
    with out.within(replaced(scope, sources=tuple(visible))):
        _assignments(out, table.name, node.assignments)
        _from(out, node.sources)
        _joins(out, node.joins)
        _where(out, node.where)
    _returning(out, node.returning, replaced(scope, sources=(target,), is_returning=True))


@renders(nodes.Delete)
def _delete(out: Writer, node: nodes.Delete) -> None:
    _with(out, node.common_tables)
    scope = with_common_tables(node.common_tables, out.scope)
    target = _target(scope, node.table)
    out.put("delete from ", node.table)
    with out.within(replaced(scope, sources=(target,))):
        _where(out, node.where)
    _returning(out, node.returning, replaced(scope, sources=(target,), is_returning=True))


def _assignments(out: Writer, table: str, assignments: tuple[tuple[str, nodes.Node], ...]) -> None:
    if not assignments:
        raise CompileError("an update sets nothing", hint='say what to change with set({"column": value})')
    _check_distinct([column for column, _ in assignments])
    out.put(" set ")
    for index, (column, value) in enumerate(assignments):
        like = _written(out.scope, table, column)
        out.put(", " if index else "")
        out.name(column)
        out.put(" = ")
        out.value(value, like, is_written=True)


def _check_distinct(columns: Sequence[str]) -> None:
    """Refuse a column given twice: SQLite keeps one of the values without a word, and its names have no case."""
    if len({*map(fold, columns)}) < len(columns):
        folded = [fold(column) for column in columns]
        twice = next(column for column, name in zip(columns, folded, strict=True) if folded.count(name) > 1)
        raise CompileError(f"the column {twice[:100]!r} is given twice")


def _returning(out: Writer, items: tuple[nodes.Node, ...], scope: Scope) -> None:
    if items:
        out.put(" returning ")
        with out.within(scope):
            out.separated(", ", [item for item, _ in items_of(items, scope)])


def _table_of(node: nodes.Node) -> nodes.TableName:
    table = node.operand if isinstance(node, nodes.Aliased) else node
    if not isinstance(table, nodes.TableName):
        raise CompileError("only a table can be written to")
    return table


def _check_conflict_key(out: Writer, node: nodes.Conflict, table: str) -> None:
    """Raise CompileError for columns that no unique key has; partial and expression keys are SQLite's to find."""
    found = None if out.scope.schema is None else out.scope.schema.find_table(table)
    names = [column.column for column in node.columns if isinstance(column, nodes.Ref)]
    if found is None or node.target_where is not None or not names or len(names) < len(node.columns):
        return
    wanted = {fold(name) for name in names}
    keys = found.unique_keys
    has_other_keys = any(index.is_unique and index.column_names is None for index in found.indexes)
    is_known = all(found.find_column(name) for name in names) and not has_other_keys
    if is_known and not any({fold(name) for name in key} == wanted for key in keys):
        there = "; ".join(", ".join(key) for key in keys) or "none"
        raise CompileError(f"{', '.join(names)} is no unique key of {table[:100]!r}", hint=f"there are: {there}")


def _target(scope: Scope, node: nodes.Node) -> Source:
    table = _table_of(node)
    found = None if scope.schema is None else scope.schema.find_table(table.name)
    if found is not None and not found.is_writable:
        # SQLite takes an INSERT … RETURNING into a view, writes nothing, and gives the row back.
        raise QueryError(f"{table.name[:100]!r} is a view", hint="write to its tables, or give it INSTEAD OF triggers")
    # A common table expression of the same name is not what is written to.
    plain = Scope(scope.schema)
    return plain.table_source(table.name, node.alias if isinstance(node, nodes.Aliased) else None)


def _written(scope: Scope, table: str, column: str) -> Type:
    """Return the type of a column that is to be written."""
    if scope.schema is None:
        return None
    found = scope.schema.table(table)
    if found.has_rowid and found.find_column(column) is None and column.lower() == "rowid":
        return "int"
    target = found.column(column)
    if not target.is_writable:
        raise QueryError(
            f"the column {table}.{column} is generated and cannot be written",
            hint=suggest("", [c.name for c in found.columns if c.is_writable]),
        )
    return target


def returned_outputs(node: nodes.Query, scope: Scope) -> Outputs | None:
    """Return the columns that a statement gives back: none for a write without RETURNING."""
    if isinstance(node, nodes.Select):
        return outputs_of(node, scope)
    inner = replaced(with_common_tables(node.common_tables, scope), sources=(_target(scope, node.table),))
    return known_outputs(node.returning, inner)
