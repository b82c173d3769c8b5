from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from noormme_py import Noormme, col, fn, param
from noormme_py.errors import (
    ColumnNotFound,
    CompileError,
    TableNotFound,
)

REFUSED: list[tuple[str, Callable[[Any], Any], type[Exception], str]] = [
    ("no columns", lambda db: db.create_table("t"), CompileError, "no columns"),
    (
        "columns and a query",
        lambda db: db.create_table("t").column("a", "text").as_select(db.select_from("users").select("id")),
        CompileError,
        "not of both",
    ),
    (
        "a strict table of a query",
        lambda db: db.create_table("t").as_select(db.select_from("users").select("id")).strict(),
        CompileError,
        "neither STRICT",
    ),
    (
        "a table of a query without rowid",
        lambda db: db.create_table("t").as_select(db.select_from("users").select("id")).without_rowid(),
        CompileError,
        "WITHOUT ROWID",
    ),
    (
        "an action without a reference",
        lambda db: db.create_table("t").column("a", "text", on_delete="cascade"),
        CompileError,
        "refers to nothing",
    ),
    (
        "autoincrement without a key",
        lambda db: db.create_table("t").column("a", "integer", autoincrement=True),
        CompileError,
        "autoincrement",
    ),
    (
        "stored without generated",
        lambda db: db.create_table("t").column("a", "integer", stored=True),
        CompileError,
        "stored",
    ),
    (
        "a reference to two columns",
        lambda db: db.create_table("t").column("a", "integer", references=("x", "b", "c")),
        CompileError,
        "one column",
    ),
    (
        "an unknown action",
        lambda db: db.create_table("t").column("a", "integer", references="users", on_delete="cascade; --"),
        CompileError,
        "not a foreign key action",
    ),
    (
        "an unknown column in a check",
        lambda db: db.create_table("t").column("a", "text").check(col("b") > 1),
        ColumnNotFound,
        "'b'",
    ),
    (
        "a key of nothing",
        lambda db: db.create_table("t").column("a", "text").primary_key(),
        CompileError,
        "names no columns",
    ),
    (
        "a placeholder",
        lambda db: db.create_table("t").column("a", "text", check=col("a") == param("x")),
        CompileError,
        "no placeholder",
    ),
    (
        "a default without a literal",
        lambda db: db.create_table("t").column("a", "text", default=object()),
        CompileError,
        "no SQL literal",
    ),
    (
        "a default that is not a number",
        lambda db: db.create_table("t").column("a", "real", default=float("nan")),
        CompileError,
        "no SQL literal",
    ),
    (
        "a default too large",
        lambda db: db.create_table("t").column("a", "integer", default=2**63),
        CompileError,
        "no SQL literal",
    ),
    ("a default with NUL", lambda db: db.create_table("t").column("a", "text", default="a\0b"), CompileError, "NUL"),
    (
        "a default with a lone surrogate",
        lambda db: db.create_table("t").column("a", "text", default="\ud800"),
        CompileError,
        "surrogate",
    ),
    ("a type with a quote", lambda db: db.create_table("t").column("a", "text'"), CompileError, "not a type name"),
    (
        "a type that ends the definition",
        lambda db: db.create_table("t").column("a", "text, b text"),
        CompileError,
        "not a type name",
    ),
    ("a type with a comment", lambda db: db.create_table("t").column("a", "text --"), CompileError, "not a type name"),
    ("alter nothing", lambda db: db.alter_table("users"), CompileError, "alters nothing"),
    (
        "alter twice",
        lambda db: db.alter_table("users").drop_column("age").drop_column("email"),
        CompileError,
        "does one thing",
    ),
    (
        "alter an unknown table",
        lambda db: db.alter_table("usres").rename_to("x"),
        TableNotFound,
        "did you mean 'users'",
    ),
    (
        "drop an unknown column",
        lambda db: db.alter_table("users").drop_column("agee"),
        ColumnNotFound,
        "did you mean 'age'",
    ),
    (
        "rename an unknown column",
        lambda db: db.alter_table("users").rename_column("agee", "x"),
        ColumnNotFound,
        "did you mean 'age'",
    ),
    (
        "index an unknown table",
        lambda db: db.create_index("i").on("usres", "id"),
        TableNotFound,
        "did you mean 'users'",
    ),
    (
        "index an unknown column",
        lambda db: db.create_index("i").on("users", fn.lower("nmae")),
        ColumnNotFound,
        "did you mean 'name'",
    ),
    (
        "an index where an unknown column is",
        lambda db: db.create_index("i").on("users", "id").where(col("nmae") == 1),
        ColumnNotFound,
        "did you mean 'name'",
    ),
    ("an index of nothing", lambda db: db.create_index("i"), CompileError, "needs a table and columns"),
    ("a view of nothing", lambda db: db.create_view("v"), CompileError, "no query"),
    (
        "a view of an unknown column",
        lambda db: db.create_view("v").as_select(db.select_from("users").select("nmae")),
        ColumnNotFound,
        "did you mean 'name'",
    ),
    ("drop an unknown table", lambda db: db.drop_table("usres"), TableNotFound, "did you mean 'users'"),
    ("an empty name", lambda db: db.create_table("").column("a", "text"), CompileError, "empty"),
    ("a name with NUL", lambda db: db.create_table("a\0").column("a", "text"), CompileError, "NUL"),
]


@pytest.mark.parametrize(
    ("build", "fault", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
async def test_what_cannot_be_is_refused_before_any_sql(
    db: Noormme, build: Callable[[Any], Any], fault: type[Exception], message: str
) -> None:
    version = db.schema.version
    with pytest.raises(fault, match=message):
        await build(db).execute()
    assert (await db.refresh_schema()).version == version
