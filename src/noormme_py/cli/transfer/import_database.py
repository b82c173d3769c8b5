"""`noormme transfer import URL FILE`: a PostgreSQL database becomes a SQLite file."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from noormme_py.amounts import plural
from noormme_py.cli.complaint import complain
from noormme_py.cli.escape import visible
from noormme_py.cli.terminal import output
from noormme_py.cli.transfer.options import (
    ExcludeOption,
    IncludeOption,
    JsonOption,
    MapOption,
    SnakeCaseOption,
    SourceArgument,
    StrictOption,
    WhereOption,
    pairs_of,
    source_and_files,
)
from noormme_py.cli.transfer.rows_bar import rows_bar
from noormme_py.client.sync_transfer import transfer
from noormme_py.client.transfer_files import report_path
from noormme_py.errors import NoormmeError
from noormme_py.postgres.fate import Fate
from noormme_py.postgres.move.report import TransferReport
from noormme_py.postgres.move.report_text import verdict

_MOST_FATES = 12


class OnError(StrEnum):
    """`--on-error`: what becomes of a row that cannot be kept."""

    STOP = "stop"
    REPORT = "report"


def import_database(
    source: SourceArgument,
    target: Annotated[
        str | None, typer.Argument(metavar="FILE", help="The SQLite file to make.", show_default=False)
    ] = None,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    where: WhereOption = None,
    types: MapOption = None,
    is_snake_case: SnakeCaseOption = False,
    is_strict: StrictOption = False,
    on_error: Annotated[
        OnError,
        typer.Option("--on-error", help="A row that cannot be kept: stop, or report it and keep it in a file aside."),
    ] = OnError.STOP,
    is_resumed: Annotated[bool, typer.Option("--resume", help="Go on with what an earlier try left.")] = False,
    is_forced: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there, and keep it as a backup.")
    ] = False,
    report: Annotated[
        str | None,
        typer.Option("--report", metavar="FILE", help="Where the report goes: FILE.transfer.json.", show_default=False),
    ] = None,
    is_json: JsonOption = False,
) -> None:
    """Move a database into a new SQLite file, which is there only when every value was compared.

    The source is only read. The report says for every table and column what became of it.
    """
    try:
        url, file = source_and_files(source, target)
        with rows_bar() as tell:
            found = transfer(
                url,
                file,
                include=include or (),
                exclude=exclude or (),
                where=pairs_of("--where", where),
                types=pairs_of("--map", types),
                snake_case=is_snake_case,
                strict=is_strict,
                on_error=on_error.value,
                resume=is_resumed,
                force=is_forced,
                report=report,
                progress=tell,
            )
    except NoormmeError as error:
        raise complain(error) from None
    except KeyboardInterrupt:
        print("stopped: --resume goes on where it was", file=sys.stderr)
        raise typer.Exit(130) from None
    if is_json:
        print(json.dumps(found.to_dict(), indent=2))
    else:
        _print(output(), found, str(report_path(file)) if report is None else report)
    if found.rejected:
        raise typer.Exit(1)


def _print(console: Console, report: TransferReport, path: str) -> None:
    is_whole = not report.rejected and not report.orphans
    console.print(Text(visible(verdict(report)), "bold green" if is_whole else "bold yellow"))
    counts = ", ".join(f"{len(report.fates_of(outcome)):,} {outcome}" for outcome in ("exact", "changed", "left out"))
    console.print(Text(f"In {report.seconds:.1f} s. Of the schema: {counts}.", "dim"))
    for one in report.orphans:
        refer = "refers" if one.rows == 1 else "refer"
        said = f"! {plural(one.rows, 'row')} of {one.table} {refer} to rows of {one.parent} that are not there"
        console.print(Text(visible(said), "yellow"))
    left_out = report.fates_of("left out")
    if left_out:
        console.print(Text("\nLeft out:", "bold"))
    for fate in left_out[:_MOST_FATES]:
        console.print(_told(fate))
    if len(left_out) > _MOST_FATES:
        console.print(Text(f"  … and {len(left_out) - _MOST_FATES:,} more", "dim"))
    console.print()
    if report.backup:
        console.print(Text(visible(f"The database that was there is {report.backup}."), "dim"))
    console.print(Text(visible(f"What became of every column: {path}, and as Markdown beside it."), "dim"))


def _told(fate: Fate) -> Text:
    text = Text(f"  {fate.kind} ", "dim")
    text.append(visible(fate.source), "default")
    text.append(visible(f": {fate.note}" if fate.note else ""), "dim")
    return text
