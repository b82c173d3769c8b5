"""Random schemas: the script that makes them, and what discovery ought to say of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import strategies as st

from noormme_py.frozen import replaced
from noormme_py.names import fold
from noormme_py.schema.model import Action, Check, Column, ForeignKey, Generated, Index, IndexColumn, Table
from noormme_py.schema.types import affinity_of, kind_of

Draw: TypeAlias = st.DrawFn

ODD_NAMES = [
    "key",
    "SELECT",
    "from",
    "a b",
    'q"u',
    "it's",
    "b`t",
    "[x]",
    "]",
    ")",
    "a,b",
    "--",
    "/*",
    "é",
    "Ǆ",
    "1",
    ";",
]
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NAMES = (
    st.sampled_from(ODD_NAMES)
    | st.sampled_from("abcdefgh").map("c_{}".format)
    | st.text(LETTERS, min_size=1, max_size=6)
).filter(lambda name: not fold(name).startswith("sqlite_"))
GAPS = st.sampled_from([" ", "\n\t", " /* ), ' \" */ ", " -- ) , ' [\n ", "/**/ "])

TYPES = ["", "INTEGER", "INT", "TEXT", "VARCHAR(20)", "DECIMAL(10, 2)", "DOUBLE PRECISION", "BOOLEAN", "BLOB", "JSON"]
STRICT_TYPES = ["INTEGER", "INT", "TEXT", "REAL", "BLOB", "ANY"]
COLLATIONS = ["BINARY", "NOCASE", "RTRIM"]
GENERATED: list[Generated | None] = [None, "virtual", "stored"]
GENERATED_AS = "1 + length('),')"
ACTIONS: list[Action] = ["no action", "restrict", "set null", "set default", "cascade"]
DEFAULTS = [("7", "7"), ("-1", "-1"), ("'it''s, )'", "'it''s, )'"), ("(1 + 2)", "1 + 2"), ("key", "key")]


@dataclass(frozen=True)
class Made:
    """A table: its script, what is expected, and the keys for which SQLite has to make an index."""

    script: str
    table: Table
    unique_keys: frozenset[tuple[str, ...]]


class Constraints:
    """Constraints in the order they are written, with SQLite's rule for which name a CHECK gets."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.checks: list[Check] = []
        self.foreign_keys: list[ForeignKey] = []

    def check(self, draw: Draw, columns: list[str]) -> str:
        name = draw(st.none() | NAMES)
        column = spelled(draw, draw(st.sampled_from(columns)), as_expression=True)
        expression = draw(
            st.sampled_from([f"{column} <> 'a,)'", f"length( {column} )>1 -- (\n or 1", "(1) or (0)", "1"])
        )
        self.name = name or self.name
        self.checks.append(Check(expression, self.name))
        return joined(draw, [*named(draw, name), "CHECK (", expression, ")"])

    def references(self, draw: Draw, columns: tuple[str, ...], parents: list[Table]) -> list[str]:
        parent = draw(st.sampled_from(parents))
        is_implicit = len(parent.columns) < len(columns) or draw(st.booleans())
        is_deferrable, is_initially_deferred, deferrable = draw(
            st.sampled_from(
                [
                    (False, False, ""),
                    (False, False, "NOT DEFERRABLE INITIALLY DEFERRED"),
                    (True, False, "deferrable"),
                    (True, False, "DEFERRABLE INITIALLY IMMEDIATE"),
                    (True, True, "Deferrable Initially Deferred"),
                ]
            )
        )
        key = ForeignKey(
            columns,
            parent.name,
            () if is_implicit else tuple(draw(st.permutations([c.name for c in parent.columns]))[: len(columns)]),
            on_update=draw(st.sampled_from(ACTIONS)),
            on_delete=draw(st.sampled_from(ACTIONS)),
            is_deferrable=is_deferrable,
            is_initially_deferred=is_initially_deferred,
            is_implicit=is_implicit,
            name=draw(st.none() | NAMES),
        )
        self.name = key.name or self.name
        self.foreign_keys.append(key)
        written = [
            *([] if is_implicit else ["(", comma(draw, key.parent_columns), ")"]),
            *("ON UPDATE", key.on_update.upper(), "on delete", key.on_delete, deferrable),
        ]
        return ["REFERENCES", spelled(draw, parent.name), *written]


def joined(draw: Draw, parts: Iterable[str]) -> str:
    """Write parts with white space and comments between them."""
    first, *rest = parts
    return first + "".join(draw(GAPS) + part for part in rest)


def spelled(draw: Draw, name: str, *, as_expression: bool = False) -> str:
    """Write a name in one of the ways that SQLite reads; 'x' is a name only where no value can be."""
    ways = ['"' + name.replace('"', '""') + '"', "`" + name.replace("`", "``") + "`"]
    if "]" not in name:
        ways.append(f"[{name}]")
    if not as_expression:
        ways.append("'" + name.replace("'", "''") + "'")
    if name.startswith("c_") and name.isascii() and name.isidentifier():
        ways.append(name)
    return draw(st.sampled_from(ways))


def comma(draw: Draw, names: Iterable[str]) -> str:
    return joined(draw, listed(spelled(draw, name) for name in names))


def listed(parts: Iterable[str]) -> list[str]:
    """Put a comma between the parts."""
    return [word for part in parts for word in (",", part)][1:]


def named(draw: Draw, name: str | None) -> list[str]:
    return [] if name is None else ["CONSTRAINT", spelled(draw, name)]


def some(draw: Draw, columns: list[Column]) -> tuple[str, ...]:
    count = draw(st.integers(1, len(columns)))
    return tuple(column.name for column in draw(st.permutations(columns))[:count])


@st.composite
def schemas(draw: Draw) -> list[Made]:
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=fold))
    made: list[Made] = []
    for number, name in enumerate(names):
        made.append(one_table(draw, name, number, [table.table for table in made]))
    return made


def one_table(draw: Draw, name: str, number: int, others: list[Table]) -> Made:
    is_strict = draw(st.booleans())
    columns = [
        one_column(draw, name, column, is_strict, may_be_generated=place > 0)
        for place, column in enumerate(draw(st.lists(NAMES, min_size=1, max_size=4, unique_by=fold)))
    ]
    real = [column for column in columns if column.generated is None]
    key_place = draw(st.sampled_from(["none", "column", "table"]))
    is_without_rowid = key_place != "none" and draw(st.booleans())
    key: tuple[str, ...] = ()
    if key_place != "none":
        key = some(draw, real)[: 1 if key_place == "column" else None]
    is_descending = bool(key) and draw(st.booleans())
    is_alias = (
        not is_without_rowid
        and [c.declared_type for c in columns if c.name in key] == ["INTEGER"]
        and not (is_descending and key_place == "column")
    )
    is_autoincrement = is_alias and not is_descending and draw(st.booleans())
    columns = [
        replaced(c, is_nullable=c.is_nullable and not (c.name in key and (is_strict or is_without_rowid or is_alias)))
        for c in columns
    ]
    itself = Table(name, "table", tuple(columns), key)
    nowhere = Table("no such table", "table", tuple(columns))
    parents = [*others, itself, nowhere]

    constraints = Constraints()
    uniques: list[tuple[str, ...]] = []
    key_words = ["PRIMARY", "KEY"], ["DESC" if is_descending else ""], ["AUTOINCREMENT" if is_autoincrement else ""]
    body: list[str] = []
    for column in columns:
        own_key = [w for words in key_words for w in words] if key_place == "column" and key == (column.name,) else []
        body.append(written_column(draw, column, own_key, constraints, uniques, parents, [c.name for c in columns]))
    if key_place == "table":
        parts = comma(draw, key) + (" DESC" if is_descending else "")
        body.append(joined(draw, ["PRIMARY", "KEY", "(", parts, *key_words[2], ")"]))
        constraints.name = None
    for kind in draw(st.lists(st.sampled_from(["check", "unique", "foreign"]), max_size=3)):
        if kind == "check":
            body.append(constraints.check(draw, [c.name for c in columns]))
        elif kind == "unique":
            uniques.append(some(draw, columns))
            body.append(joined(draw, ["UNIQUE", "(", comma(draw, uniques[-1]), ")"]))
        else:
            child = some(draw, columns)
            words = constraints.references(draw, child, parents)
            prefix = named(draw, constraints.foreign_keys[-1].name)
            body.append(joined(draw, [*prefix, "FOREIGN", "KEY", "(", comma(draw, child), ")", *words]))
        constraints.name = None
    options = ["STRICT"] * is_strict + ["WITHOUT ROWID"] * is_without_rowid
    create = joined(draw, ["CREATE TABLE", spelled(draw, name), "(", *listed(body), ")"])

    indexes = [one_index(draw, f"i{number} {place}", name, columns) for place in range(draw(st.integers(0, 2)))]
    table = Table(
        name=name,
        kind="table",
        columns=tuple(columns),
        primary_key=key,
        rowid_alias="".join(key) if is_alias else None,
        is_autoincrement=is_autoincrement,
        is_without_rowid=is_without_rowid,
        is_strict=is_strict,
        foreign_keys=tuple(resolved(foreign_key, parents) for foreign_key in constraints.foreign_keys),
        indexes=tuple(index for _, index in indexes),
        checks=tuple(constraints.checks),
    )
    script = ";\n".join([f"{create} {', '.join(options)}", *(sql for sql, _ in indexes), ""])
    return Made(script, table, frozenset([*uniques, *([key] if key and not is_alias else [])]))


def resolved(key: ForeignKey, parents: list[Table]) -> ForeignKey:
    parent = next(table for table in parents if table.name == key.parent_table)
    fits = key.is_implicit and len(parent.primary_key) == len(key.columns)
    return replaced(key, parent_columns=parent.primary_key) if fits else key


def one_column(draw: Draw, table: str, name: str, is_strict: bool, *, may_be_generated: bool) -> Column:
    declared = draw(st.sampled_from(STRICT_TYPES if is_strict else TYPES))
    generated = draw(st.sampled_from(GENERATED)) if may_be_generated else None
    return Column(
        table=table,
        name=name,
        declared_type=declared,
        affinity=affinity_of(declared, strict=is_strict),
        kind=kind_of(declared),
        is_nullable=draw(st.booleans()),
        default=draw(st.none() | st.sampled_from([default for _, default in DEFAULTS])) if not generated else None,
        collation=draw(st.sampled_from(COLLATIONS)),
        generated=generated,
        generated_as=GENERATED_AS if generated else None,
    )


def written_column(
    draw: Draw,
    column: Column,
    key_words: list[str],
    constraints: Constraints,
    uniques: list[tuple[str, ...]],
    parents: list[Table],
    names: list[str],
) -> str:
    kinds = ["check", "unique", "references"]
    wanted = draw(st.lists(st.sampled_from(kinds), max_size=2))
    wanted += ["key"] * bool(key_words) + ["null"] + ["collate"] + ["default"] * (column.default is not None)
    wanted += ["generated"] * (column.generated is not None)
    constraints.name = None
    parts: list[str] = []
    for kind in draw(st.permutations(wanted)):
        if kind == "check":
            parts.append(constraints.check(draw, names))
        elif kind == "unique":
            uniques.append((column.name,))
            parts.append("UNIQUE ON CONFLICT REPLACE")
        elif kind == "references":
            words = constraints.references(draw, (column.name,), parents)
            parts += [*named(draw, constraints.foreign_keys[-1].name), *words]
        elif kind == "key":
            parts += key_words
        elif kind == "null":
            # A key of a table WITHOUT ROWID is NOT NULL without saying so, and may say so.
            parts += ["NOT", "NULL"] if not column.is_nullable else []
        elif kind == "collate":
            is_said = column.collation != "BINARY" or draw(st.booleans())
            parts += ["COLLATE", draw(st.sampled_from([column.collation, column.collation.lower()]))] if is_said else []
        elif kind == "default":
            parts += ["DEFAULT", next(written for written, default in DEFAULTS if default == column.default)]
        else:
            # Right after a type these words are part of it to SQLite, with the comments before them.
            is_said = any(parts) and draw(st.booleans())
            parts += ["GENERATED ALWAYS"] * is_said + [f"AS ({GENERATED_AS})", str(column.generated)]
    return joined(draw, [spelled(draw, column.name), column.declared_type, *parts])


def one_index(draw: Draw, name: str, table: str, columns: list[Column]) -> tuple[str, Index]:
    parts: list[str] = []
    key: list[IndexColumn] = []
    for column in draw(st.lists(st.sampled_from(columns), min_size=1, max_size=3)):
        collation = draw(st.none() | st.sampled_from(COLLATIONS))
        collate = f" COLLATE {collation}" if collation else ""
        order = draw(st.sampled_from(["", " ASC", " desc"]))
        if draw(st.booleans()):
            parts.append(spelled(draw, column.name) + collate + draw(GAPS) + order)
            key.append(IndexColumn(column.name, None, order == " desc", collation or column.collation))
        else:
            called = spelled(draw, column.name, as_expression=True)
            expression = draw(st.sampled_from([f"lower({called})", f"{called} || ',)'"]))
            # COLLATE binds closer than ||, so there it is about the operand only.
            is_outermost = expression.startswith("lower")
            parts.append(expression + collate + draw(GAPS) + order)
            key.append(
                IndexColumn(None, expression + collate, order == " desc", (is_outermost and collation) or "BINARY")
            )
    chosen = spelled(draw, draw(st.sampled_from(columns)).name, as_expression=True)
    where = draw(st.none() | st.sampled_from([f"{chosen} IS NOT NULL", f"( {chosen}>1 ) AND {chosen} <> ' where '"]))
    is_unique = draw(st.booleans())
    sql = joined(
        draw,
        [
            *("CREATE", "UNIQUE" if is_unique else "", "INDEX", spelled(draw, name), "ON", spelled(draw, table)),
            *("(", *listed(parts), ")", *(["WHERE", where] if where else [])),
        ],
    )
    return sql, Index(name, table, tuple(key), is_unique, "create", where)
