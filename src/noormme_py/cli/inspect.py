"""`noormme inspect FILE`: what a database file holds, as its schema tells."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from typing import Annotated

import typer

from noormme_py.cli.complaint import complain
from noormme_py.cli.read_untouched import read_untouched
from noormme_py.cli.schema_json import schema_json
from noormme_py.cli.schema_text import print_schema
from noormme_py.errors import NoormmeError
from noormme_py.schema.model import Schema


def inspect(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A path, or a sqlite:/// URL.", show_default=False)],
    table: Annotated[
        str | None, typer.Option("--table", metavar="NAME", help="Show this table or view alone.", show_default=False)
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Show the tables, views, keys, relations and indexes of a database. The file is only read."""
    try:
        schema = read_untouched(file)
        shown = schema if table is None else only(schema, table)
    except NoormmeError as error:
        raise complain(error) from None
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal may not know all characters that a name has.
        sys.stdout.reconfigure(errors="backslashreplace")
    if is_json:
        print(schema_json(shown, file))
    else:
        print_schema(shown, schema)


def only(schema: Schema, table: str) -> Schema:
    """Return the schema with one table; raises TableNotFound with a suggestion."""
    return replace(schema, tables=(schema.table(table),))
