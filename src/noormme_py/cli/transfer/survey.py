"""`noormme transfer survey URL`: what a PostgreSQL database is, and what would become of it in SQLite."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.text import Text

from noormme_py.cli.complaint import complain
from noormme_py.cli.escape import visible
from noormme_py.cli.report_file import check_replaceable
from noormme_py.cli.terminal import output, progress
from noormme_py.cli.transfer.options import (
    ExcludeOption,
    IncludeOption,
    JsonOption,
    MapOption,
    SnakeCaseOption,
    SourceArgument,
    StrictOption,
    pairs_of,
)
from noormme_py.cli.transfer.survey_text import print_survey
from noormme_py.cli.written_module import write_whole
from noormme_py.client.sync_transfer import survey as take_survey
from noormme_py.errors import NoormmeError
from noormme_py.postgres.progress import Progress
from noormme_py.postgres.survey.survey_text import BEGINNING, markdown


def survey(
    source: SourceArgument,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    types: MapOption = None,
    is_snake_case: SnakeCaseOption = False,
    is_strict: StrictOption = False,
    is_quick: Annotated[
        bool, typer.Option("--quick", help="Read no rows: numbers are PostgreSQL's estimates, values stay unknown.")
    ] = False,
    out: Annotated[
        str | None,
        typer.Option("--markdown", metavar="FILE", help="Write all of it as Markdown as well.", show_default=False),
    ] = None,
    is_json: JsonOption = False,
) -> None:
    """Show what a database holds, what carries over, and what to decide before the move. It is only read."""
    try:
        if out is not None:
            check_replaceable(out, BEGINNING)
        with progress().status("Connecting …") as status:

            def tell(at: Progress) -> None:
                place = "the schema" if at.table is None else visible(at.table)
                status.update(Text(f"Looking at {place} …"))

            found = take_survey(
                source,
                include=include or (),
                exclude=exclude or (),
                types=pairs_of("--map", types),
                snake_case=is_snake_case,
                strict=is_strict,
                quick=is_quick,
                progress=tell,
            )
        if out is not None:
            check_replaceable(out, BEGINNING)
            write_whole(out, markdown(found))
    except NoormmeError as error:
        raise complain(error) from None
    console = output()
    if is_json:
        print(json.dumps(found.to_dict(), indent=2))
        return
    print_survey(console, found)
    if out is not None:
        print(f"\n{visible(out)}: written")
    else:
        console.print(Text("\n--markdown FILE writes all of it, column by column.", "dim"))
