"""FROM: tables, queries, lists of values and joins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.names import quote
from noormme_py.postgres.expressions.comparisons import compared
from noormme_py.postgres.expressions.logic import folded, unified
from noormme_py.postgres.expressions.term import Refused, Term
from noormme_py.postgres.queries.query_translation import QueryTranslation
from noormme_py.postgres.queries.tables import JoinedNames, derived_source, table_source

_SIDES = {"": "", "LEFT": "LEFT ", "RIGHT": "RIGHT ", "FULL": "FULL "}


def joined(translation: QueryTranslation, first: exp.Expr, joins: Sequence[Any]) -> tuple[str, JoinedNames]:
    """Return what stands behind FROM, with the names that it makes known."""
    sql, names = _source(translation, first)
    for join in joins:
        added, others = _source(translation, join.this)
        sql, names = _join(translation, join, (sql, names), (added, others))
    return sql, names


def _source(translation: QueryTranslation, node: Any) -> tuple[str, JoinedNames]:
    joins = node.args.get("joins") or []
    if isinstance(node, exp.Table):
        found = _table(translation, node)
    elif isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table | exp.Subquery) and not _alias(node):
        # Parentheses around a join, as PostgreSQL writes them.
        sql, names = _source(translation, node.this)
        found = (sql if not joins else f"({sql})" if " JOIN " in sql else sql), names
    elif isinstance(node, exp.Subquery | exp.Values):
        found = _derived(translation, node)
    else:
        raise Refused("FROM has something that SQLite has no counterpart of")
    sql, names = found
    for join in joins:
        sql, names = _join(translation, join, (sql, names), _source(translation, join.this))
    return sql, names


def _table(translation: QueryTranslation, node: Any) -> tuple[str, JoinedNames]:
    others = {"this", "db", "alias", "joins"}
    if not isinstance(node.this, exp.Identifier) or any(node.args.get(key) for key in node.args if key not in others):
        raise Refused("FROM has a function, a sample or ONLY, which have no counterpart in SQLite")
    schema = node.args.get("db")
    name = folded(node.this)
    alias, renamed = _alias(node) or (name, [])
    if schema is None and name in translation.ctes:
        columns = translation.ctes[name]
        names = [*renamed, *[column for column, _ in columns][len(renamed) :]]
        source = derived_source(columns, alias)
        source = replaced(
            source, columns=tuple((new, term) for new, (_, term) in zip(names, source.columns, strict=False))
        )
        return _as(quote(name), name, alias), JoinedNames((source,))
    found = translation.tables(None if schema is None else folded(schema), name)
    if found is None:
        raise Refused(f"the table {name!r} is not among those that were moved")
    return _as(quote(found.name), found.name, alias), JoinedNames((table_source(found, alias, renamed),))


def _as(sql: str, name: str, alias: str) -> str:
    return sql if name == alias else f"{sql} AS {quote(alias)}"


def _derived(translation: QueryTranslation, node: Any) -> tuple[str, JoinedNames]:
    named = _alias(node)
    if named is None:
        raise Refused("a subquery in FROM has no name")
    alias, renamed = named
    # It does not see what stands beside it, only what stands around the whole query, as all that is known by now.
    selected = translation.select(node if isinstance(node, exp.Values) else node.this, renamed)
    return f"({selected.sql}) AS {quote(alias)}", JoinedNames((derived_source(selected.columns, alias),))


def _alias(node: Any) -> tuple[str, list[str]] | None:
    alias = node.args.get("alias")
    if alias is None or alias.this is None:
        return None
    columns = alias.args.get("columns") or []
    if not all(isinstance(column, exp.Identifier) for column in columns):
        raise Refused("a name in FROM with types has no counterpart in SQLite")
    return folded(alias.this), [folded(column) for column in columns]


def _join(
    translation: QueryTranslation, node: Any, left: tuple[str, JoinedNames], right: tuple[str, JoinedNames]
) -> tuple[str, JoinedNames]:
    side, kind = str(node.args.get("side") or "").upper(), str(node.args.get("kind") or "").upper()
    others = {"this", "side", "kind", "on", "using"}
    if side not in _SIDES or kind not in ("", "INNER", "OUTER", "CROSS"):
        raise Refused(f"{side} {kind} JOIN has no counterpart in SQLite".replace("  ", " ").strip())
    if any(node.args.get(key) for key in node.args if key not in others):
        raise Refused("a join that has no counterpart in SQLite")
    names = left[1].beside(right[1])
    added = f"({right[0]})" if " JOIN " in right[0] and not right[0].startswith("(") else right[0]
    on, using = node.args.get("on"), node.args.get("using") or []
    if on is None and not using:
        if side:
            raise Refused("an outer join without a condition")
        return f"{left[0]} CROSS JOIN {added}", names
    if using:
        condition, names = _using(translation, [folded(column) for column in using], left[1], right[1], side)
    else:
        with translation.inside() as outer:
            translation.names = replaced(names, outer=outer)
            condition = translation.condition(on).sql
    return f"{left[0]} {_SIDES[side]}JOIN {added} ON {condition}", names


def _using(
    translation: QueryTranslation, columns: list[str], left: JoinedNames, right: JoinedNames, side: str
) -> tuple[str, JoinedNames]:
    """Return the condition that USING means, with the columns that it makes one."""
    conditions: list[str] = []
    merged: list[tuple[str, Term]] = []
    for name in columns:
        one, other = left.find(None, name), right.find(None, name)
        conditions.append(compared(translation, "=", one, other).operand)
        if side == "FULL":
            found, like = unified(translation, [one, other])
            one = replaced(like, sql=f"coalesce({found[0].sql}, {found[1].sql})")
        merged.append((name, other if side == "RIGHT" else one))
    rest = [(name, term) for names in (left, right) for name, term in names.merged if name not in columns]
    both = replaced(left, merged=()).beside(replaced(right, merged=()))
    return " AND ".join(conditions), replaced(both, merged=(*merged, *rest))
