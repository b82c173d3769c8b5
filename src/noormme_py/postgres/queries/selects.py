"""SELECT with all its clauses, VALUES, and what UNION and its like make of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.names import quote
from noormme_py.postgres.expressions.casts import retyped
from noormme_py.postgres.expressions.documents import as_text
from noormme_py.postgres.expressions.logic import folded
from noormme_py.postgres.expressions.term import INTEGERS, NUMBERS, TEXTS, Refused, Term
from noormme_py.postgres.expressions.translation import described
from noormme_py.postgres.expressions.type_names import TypeName, type_name
from noormme_py.postgres.queries.order import distinct_key, in_collation, ordered, parts_of
from noormme_py.postgres.queries.query_translation import Columns, QueryTranslation
from noormme_py.postgres.queries.sources import joined
from noormme_py.postgres.queries.tables import JoinedNames, Selected

UNLOCKED: Final = "the rows are not locked: SQLite has one writer"
_CLAUSES = frozenset(
    "with_ distinct expressions from_ joins where group having windows order limit offset locks".split()
)
_COMPOUND_CLAUSES = frozenset({"this", "expression", "distinct", "with_", "order", "limit", "offset"})
_COMPOUNDS: Final[dict[type[exp.Expr], str]] = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}
_UNNAMED = "?column?"


def render(translation: QueryTranslation, node: exp.Expr, names: Sequence[str] = ()) -> Selected:
    """Return a query in SQLite's SQL; `names` are other names for the first of its columns."""
    with translation.inside() as outer:
        if isinstance(node, exp.Subquery):
            if any(node.args.get(key) for key in node.args if key != "this"):
                raise Refused("a query in parentheses with clauses of its own has no counterpart in SQLite")
            return render(translation, node.this, names)
        if isinstance(node, exp.Values):
            return _values(translation, node, names)
        if isinstance(node, exp.Select):
            return _select(translation, node, names, outer)
        if type(node) in _COMPOUNDS:
            return _compound(translation, node, names)
    raise Refused(f"{described(node)} is no SELECT")


def _select(translation: QueryTranslation, node: Any, names: Sequence[str], outer: Any) -> Selected:
    _only(node, _CLAUSES)
    with_sql = _with(translation, node.args.get("with_"))
    source = node.args.get("from_")
    known = JoinedNames()
    from_sql = ""
    if source is not None:
        from_sql, known = joined(translation, source.this, node.args.get("joins") or [])
    known = replaced(known, outer=outer)
    translation.names = known
    translation.windows = {folded(each.this): each for each in node.args.get("windows") or []}
    columns = _renamed(_outputs(translation, node.expressions, known), names)
    distinct = node.args.get("distinct")
    if distinct is not None:
        if distinct.args.get("on") is not None or distinct.expressions:
            raise Refused("DISTINCT ON has no counterpart in SQLite")
        columns = tuple((name, distinct_key(translation, term)) for name, term in columns)
    said = [f"SELECT {'DISTINCT ' if distinct is not None else ''}" + ", ".join(_listed(columns))]
    if from_sql:
        said.append(f"FROM {from_sql}")
    where, having = node.args.get("where"), node.args.get("having")
    if where is not None:
        said.append(f"WHERE {translation.condition(where.this).sql}")
    said += _group(translation, node.args.get("group"), columns)
    if having is not None:
        said.append(f"HAVING {translation.condition(having.this).sql}")
    keys: list[str] = []
    for part in parts_of(node.args.get("order")):
        at = _position(part.this, columns)
        key = translation.term(part.this) if at is None else columns[at][1]
        # A number would be the place of a column.
        keys += [] if key.is_literal else [ordered(translation, key, part)]
    said += [f"ORDER BY {', '.join(keys)}"] if keys else []
    said += _limit(translation, node)
    if node.args.get("locks"):
        translation.note(UNLOCKED)
    return Selected(with_sql + " ".join(said), columns)


def _only(node: Any, clauses: frozenset[str]) -> None:
    beside = [key for key, given in node.args.items() if given and key not in clauses]
    if beside:
        raise Refused(f"{beside[0].strip('_').upper()} in a SELECT has no counterpart in SQLite")


def _listed(columns: Columns) -> list[str]:
    return [term.sql if _ends_with(term, name) else f"{term.sql} AS {quote(name)}" for name, term in columns]


def _ends_with(term: Term, name: str) -> bool:
    """Whether it is a column of just this name, which SQLite would call it."""
    return not term.is_compound and term.sql.endswith("." + quote(name)) and term.sql.count('"') == 4


def _outputs(translation: QueryTranslation, nodes: Sequence[Any], known: JoinedNames) -> Columns:
    found: list[tuple[str, Term]] = []
    for node in nodes:
        if isinstance(node, exp.Star) and not any(node.args.values()):
            found += known.all()
        elif isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
            found += known.all_of(folded(node.args["table"]))
        elif isinstance(node, exp.Alias):
            found.append((folded(node.args["alias"]), _output(translation, node.this)))
        else:
            found.append((_name(node), _output(translation, node)))
    return tuple(found)


def _output(translation: QueryTranslation, node: exp.Expr) -> Term:
    term = as_text(translation, translation.term(node)) if node is not None else None
    if term is None or not term.sql or (term.document is not None):
        raise Refused("a part of a document, or an array, is written in another way")
    if term.type == "unknown" and not term.is_null:
        term = retyped(translation, term, TypeName("text"))
    return in_collation(term)


def _name(node: Any) -> str:
    """Return the name that PostgreSQL gives a column that has none."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Column):
        return folded(node.this)
    if isinstance(node, exp.Window | exp.Filter):
        return _name(node.this)
    if isinstance(node, exp.Anonymous):
        return folded(node.this) if isinstance(node.this, exp.Identifier) else str(node.this).lower()
    if isinstance(node, exp.Cast):
        inner = _name(node.this)
        return type_name(node.args["to"]).name if inner == _UNNAMED else inner
    if isinstance(node, exp.Case):
        inner = _UNNAMED if node.args.get("default") is None else _name(node.args["default"])
        return "case" if inner == _UNNAMED else inner
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Select) and len(node.this.expressions) == 1:
        inner = node.this.expressions[0]
        return folded(inner.args["alias"]) if isinstance(inner, exp.Alias) else _name(inner)
    return _NAMED.get(type(node), _UNNAMED)


_NAMED: Final[dict[type[exp.Expr], str]] = {
    exp.Extract: "extract",
    exp.Exists: "exists",
    exp.CurrentDate: "current_date",
    exp.CurrentTimestamp: "current_timestamp",
    exp.Trim: "btrim",
    exp.Substring: "substring",
    exp.StrPosition: "position",
    exp.AtTimeZone: "timezone",
    exp.Boolean: "bool",
}


def _renamed(columns: Columns, names: Sequence[str]) -> Columns:
    if len(names) > len(columns):
        raise Refused("there are more names than columns")
    return tuple((names[at] if at < len(names) else name, term) for at, (name, term) in enumerate(columns))


def _position(node: Any, columns: Columns) -> int | None:
    """Return which column of the result is meant by a number or a name alone."""
    if isinstance(node, exp.Literal) and not node.is_string:
        if not node.this.isdigit() or not 0 < int(node.this) <= len(columns):
            raise Refused("a number that is no column of the result")
        return int(node.this) - 1
    if isinstance(node, exp.Column) and node.args.get("table") is None and isinstance(node.this, exp.Identifier):
        found = [at for at, (name, _) in enumerate(columns) if name == folded(node.this)]
        return found[0] if found else None
    return None


def _group(translation: QueryTranslation, node: Any, columns: Columns) -> list[str]:
    if node is None:
        return []
    if any(given for key, given in node.args.items() if key not in ("expressions", "all")) or node.args.get("all"):
        raise Refused("GROUP BY with sets of groups has no counterpart in SQLite")
    keys: list[str] = []
    for each in node.expressions:
        if isinstance(each, exp.Rollup | exp.Cube | exp.GroupingSets):
            raise Refused("GROUP BY with sets of groups has no counterpart in SQLite")
        key = distinct_key(translation, _group_key(translation, each, columns))
        # A number would be the place of a column.
        keys.append("NULL" if key.is_literal else key.operand)
    return [f"GROUP BY {', '.join(keys)}"]


def _group_key(translation: QueryTranslation, node: Any, columns: Columns) -> Term:
    if isinstance(node, exp.Column) and node.args.get("table") is None:
        # A column of the tables is meant before one of the result.
        try:
            return translation.term(node)
        except Refused:
            pass
    at = _position(node, columns)
    return translation.term(node) if at is None else columns[at][1]


def _limit(translation: QueryTranslation, node: Any) -> list[str]:
    limit, offset = node.args.get("limit"), node.args.get("offset")
    count: str | None = None
    if isinstance(limit, exp.Fetch):
        options = limit.args.get("limit_options")
        if options is not None and (options.args.get("with_ties") or options.args.get("percent")):
            raise Refused("FETCH WITH TIES has no counterpart in SQLite")
        count = "1" if limit.args.get("count") is None else _whole(translation, limit.args["count"])
    elif limit is not None:
        if any(given for key, given in limit.args.items() if key != "expression"):
            raise Refused("a LIMIT that is not understood")
        is_all = isinstance(limit.expression, exp.Var | exp.Null)
        count = None if is_all else _whole(translation, limit.expression)
    if offset is None:
        return [] if count is None else [f"LIMIT {count}"]
    return [f"LIMIT {count or -1} OFFSET {_whole(translation, offset.expression)}"]


def _whole(translation: QueryTranslation, node: exp.Expr | None) -> str:
    term = translation.term(node)
    if term.type not in INTEGERS or term.constant is None or term.constant.startswith("-"):
        raise Refused("a LIMIT that is no literal")
    return term.sql


def _with(translation: QueryTranslation, node: Any) -> str:
    if node is None:
        return ""
    said: list[str] = []
    for cte in node.expressions:
        if any(given for key, given in cte.args.items() if key not in ("this", "alias", "materialized")):
            raise Refused("a WITH that has no counterpart in SQLite")
        name, names = (
            folded(cte.args["alias"].this),
            [folded(each) for each in cte.args["alias"].args.get("columns") or []],
        )
        selected = _common(translation, cte.this, name, names, is_recursive=bool(node.args.get("recursive")))
        translation.ctes[name] = selected.columns
        listed = ", ".join(quote(column) for column, _ in selected.columns)
        said.append(f"{quote(name)} ({listed}) AS ({selected.sql})")
    return f"WITH {'RECURSIVE ' if node.args.get('recursive') else ''}{', '.join(said)} "


def _common(
    translation: QueryTranslation, node: Any, name: str, names: Sequence[str], *, is_recursive: bool
) -> Selected:
    """Return a query of WITH. A recursive one sees itself, by what its first part gives."""
    if not is_recursive or not isinstance(node, exp.Union):
        return render(translation, node, names)
    with translation.inside():
        first = render(translation, node.this, names)
        translation.ctes[name] = first.columns
        return render(translation, node, names)


def _compound(translation: QueryTranslation, node: Any, names: Sequence[str]) -> Selected:
    _only(node, _COMPOUND_CLAUSES)
    with_sql = _with(translation, node.args.get("with_"))
    word, is_distinct = _COMPOUNDS[type(node)], bool(node.args.get("distinct"))
    if not is_distinct and word != "UNION":
        raise Refused(f"{word} ALL has no counterpart in SQLite")
    left, right = render(translation, node.this, names), render(translation, node.expression)
    columns = _common_columns(left.columns, right.columns)
    if is_distinct:
        for _, term in columns:
            distinct_key(translation, term)
    said = [f"{_part(node.this, left)} {word}{'' if is_distinct else ' ALL'} {_part(node.expression, right)}"]
    keys: list[str] = []
    for part in parts_of(node.args.get("order")):
        at = _position(part.this, columns)
        if at is None:
            raise Refused("a compound query is ordered by an expression")
        keys.append(ordered(translation, columns[at][1], part, position=at + 1))
    said += [f"ORDER BY {', '.join(keys)}"] if keys else []
    return Selected(with_sql + " ".join([*said, *_limit(translation, node)]), columns)


def _part(node: Any, selected: Selected) -> str:
    """Return a part of a compound query: SQLite knows no parentheses there."""
    while isinstance(node, exp.Subquery):
        node = node.this
    is_plain = isinstance(node, exp.Select) and not any(
        node.args.get(key) for key in ("order", "limit", "offset", "with_")
    )
    return selected.sql if is_plain else f"SELECT * FROM ({selected.sql})"


def _common_columns(left: Columns, right: Columns) -> Columns:
    if len(left) != len(right):
        raise Refused("the parts of a compound query have different columns")
    found: list[tuple[str, Term]] = []
    for (name, one), (_, other) in zip(left, right, strict=True):
        found.append((name, replaced(_common_term(one, other), constant=None, is_null=False)))
    return tuple(found)


def _common_term(one: Term, other: Term) -> Term:
    if one.is_null or other.is_null:
        return other if one.is_null else one
    if (one.collate or "BINARY") != (other.collate or "BINARY"):
        raise Refused("the parts of a compound query are compared in different ways")
    if one.type == other.type and one.form == other.form and one.scale == other.scale:
        return one
    types = {one.type, other.type}
    if types <= TEXTS or types <= INTEGERS:
        return replaced(one, type="text" if types <= TEXTS else "int8")
    if types <= NUMBERS and {one.form, other.form} <= {"integer", "decimal"}:
        return replaced(one, type="numeric", form="decimal", digits=None, scale=None)
    raise Refused(f"a compound query has {one.type} and {other.type} in one column")


def _values(translation: QueryTranslation, node: Any, names: Sequence[str]) -> Selected:
    rows = [[translation.term(each) for each in row.expressions] for row in node.expressions]
    width = len(rows[0])
    if any(len(row) != width for row in rows) or not width:
        raise Refused("VALUES has rows of different lengths")
    columns: Columns = ()
    for row in rows:
        listed = tuple((f"column{at + 1}", _typed(translation, term)) for at, term in enumerate(row))
        columns = listed if not columns else _common_columns(columns, listed)
    columns = _renamed(columns, names)
    said = [
        "SELECT " + ", ".join(f"{term.sql} AS {quote(name)}" for (name, _), term in zip(columns, row, strict=True))
        for row in rows
    ]
    return Selected(" UNION ALL ".join(said), columns)


def _typed(translation: QueryTranslation, term: Term) -> Term:
    if term.document is not None or (not term.sql):
        raise Refused("VALUES has something that is written in another way")
    return retyped(translation, term, TypeName("text")) if not term.is_null else term
