"""`noormme transfer export FILE URL`: the way back into PostgreSQL."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from noormme_py.amounts import plural
from noormme_py.cli.complaint import complain
from noormme_py.cli.escape import visible
from noormme_py.cli.terminal import output
from noormme_py.cli.transfer.options import SOURCE_VARIABLE, ExcludeOption, IncludeOption, JsonOption
from noormme_py.cli.transfer.rows_bar import rows_bar
from noormme_py.cli.transfer.validate import ReportOption
from noormme_py.client.sync_transfer import export as bring_back
from noormme_py.errors import NoormmeError
from noormme_py.postgres.export.export import ExportReport
from noormme_py.postgres.plain import to_plain

FORMAT = 1
"""Raised when a key of the JSON is renamed or removed; new keys may come."""


def export(
    source: Annotated[str, typer.Argument(metavar="FILE", help="The SQLite file.", show_default=False)],
    target: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            envvar=SOURCE_VARIABLE,
            help="postgresql://user@host/database, or libpq's key=value text.",
            show_default=False,
        ),
    ],
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema", metavar="NAME", help="Make the tables anew in this schema, which is made.", show_default=False
        ),
    ] = None,
    is_changes_only: Annotated[
        bool, typer.Option("--changes-only", help="Write those rows alone that differ, by primary key.")
    ] = False,
    is_forced: Annotated[
        bool, typer.Option("--force", help="Replace tables though PostgreSQL alone still has something of them.")
    ] = False,
    report: ReportOption = None,
    is_json: JsonOption = False,
) -> None:
    """Bring the rows back into PostgreSQL, with what has changed since, in one transaction.

    It is committed only when both sides are the same; otherwise PostgreSQL stays as it was.
    """
    try:
        with rows_bar() as tell:
            found = bring_back(
                source,
                target,
                include=include or (),
                exclude=exclude or (),
                schema=schema,
                changes_only=is_changes_only,
                force=is_forced,
                report=report,
                progress=tell,
            )
    except NoormmeError as error:
        raise complain(error) from None
    if is_json:
        print(json.dumps({"format": FORMAT, **to_plain(found)}, indent=2))
    else:
        _print(output(), found)


def _print(console: Console, found: ExportReport) -> None:
    rows = sum(table.rows for table in found.tables)
    said = f"{plural(len(found.tables), 'table')} with {rows:,} rows in PostgreSQL, every value the same as in SQLite."
    console.print(Text(said, "bold green"))
    for table in found.tables:
        if table.how == "unchanged" and not table.notes:
            continue
        what = f"{table.rows:,} rows" if table.how == "replaced" else f"+{table.inserted:,} −{table.deleted:,}"
        console.print(Text(visible(f"  {table.source}: {table.how}, {what}")))
        for note in table.notes:
            console.print(Text(visible(f"    {note}"), "dim"))
    for one in found.skipped:
        console.print(Text(visible(f"  {one}"), "yellow"))
