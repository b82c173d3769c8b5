"""Options that the transfer commands share."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Annotated

import typer

from noormme_py.errors import ConfigError

SOURCE_VARIABLE = "NOORMME_SOURCE_URL"

SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        envvar=SOURCE_VARIABLE,
        help="postgresql://user@host/database, or libpq's key=value text. In the variable a password is in no history.",
        show_default=False,
    ),
]
IncludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        metavar="PATTERN",
        help="Only these tables: schema.table or table, with * and ?. May be given several times.",
        show_default=False,
    ),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude", metavar="PATTERN", help="Not these tables. May be given several times.", show_default=False
    ),
]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="TABLE=CONDITION",
        help="Only these rows of a table, in PostgreSQL's SQL. May be given several times.",
        show_default=False,
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="TYPE=FORM",
        help="Keep a type in another way: numeric=real, uuid=blob, timestamptz=unixepoch. May be given several times.",
        show_default=False,
    ),
]
SnakeCaseOption = Annotated[
    bool, typer.Option("--snake-case", help='Name "OrderItems" order_items: tables, columns and indexes.')
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Make STRICT tables, which refuse values of other types.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def source_and_files(source: str, *files: str | None) -> tuple[str, ...]:
    """Return the source and the files that arguments name; raises ConfigError where one is missing.

    With the source in its variable only the files are given, and the first of them stands in the source's place.
    """
    known = os.environ.get(SOURCE_VARIABLE)
    given = [one for one in (source, *files) if one is not None]
    if len(given) == len(files) and known is not None and source != known:
        return known, *given
    if len(given) <= len(files):
        raise ConfigError("an argument is missing", hint="give URL and FILE, or put the URL into NOORMME_SOURCE_URL")
    return tuple(given)


def pairs_of(option: str, texts: Iterable[str] | None) -> dict[str, str]:
    """Return what `name=value` options say, the value from the first = on; raises ConfigError."""
    found: dict[str, str] = {}
    for text in texts or ():
        name, is_said, value = text.partition("=")
        if not is_said or not name.strip() or not value.strip():
            raise ConfigError(f"{option} {text!r} is not name=value")
        if name.strip() in found:
            raise ConfigError(f"{option} names {name.strip()!r} twice")
        found[name.strip()] = value.strip()
    return found
