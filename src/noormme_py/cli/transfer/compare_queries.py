"""`noormme transfer compare-queries URL FILE WORKLOAD`: whether an application's queries give the same in SQLite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from noormme_py.amounts import plural
from noormme_py.cli.complaint import complain
from noormme_py.cli.escape import visible
from noormme_py.cli.terminal import output, progress
from noormme_py.cli.transfer.options import JsonOption, SourceArgument, source_and_files
from noormme_py.cli.transfer.validate import FileArgument, ReportOption
from noormme_py.client.sync_transfer import compare_queries as compare
from noormme_py.errors import ConfigError, NoormmeError
from noormme_py.postgres.progress import Progress
from noormme_py.postgres.workload.findings import QueriesReport, QueryComparison, Verdict

_MOST_LINES, _WIDEST = 20, 1_000
_SAID: dict[Verdict, tuple[str, str]] = {
    "same": ("the same as they are", "green"),
    "same when rewritten": ("the same in other words", "cyan"),
    "differs": ("with other results", "bold red"),
    "refused": ("that SQLite does not take", "bold red"),
    "not compared": ("not compared", "yellow"),
}

_REFUSED = "SQLite does not take it"
_AS_WRITTEN = {
    "names": "its columns have other names",
    "columns": "it has another number of columns",
    "order": "its rows come in another order",
    "rows": "it gives other rows",
}


def compare_queries(
    source: SourceArgument,
    target: FileArgument = None,
    workload: Annotated[
        str | None,
        typer.Argument(
            metavar="WORKLOAD",
            help="A file of statements that end in semicolons. A comment before one may name it (-- name: by_email)"
            " and give its parameters (-- params: 1, 'x').",
            show_default=False,
        ),
    ] = None,
    max_rows: Annotated[int, typer.Option("--max-rows", help="More rows of a query are not compared.")] = 100_000,
    timeout_s: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="How long a query may take on a side.")
    ] = 10.0,
    time_zone: Annotated[
        str | None,
        typer.Option(
            "--time-zone",
            metavar="ZONE",
            help="The time zone of the application's connections, where it is not the server's own.",
            show_default=False,
        ),
    ] = None,
    has_examples: Annotated[
        bool, typer.Option("--show-rows", help="Show a few of the rows that differ: they are data.")
    ] = False,
    report: ReportOption = None,
    is_json: JsonOption = False,
) -> None:
    """Run queries on both sides and tell what differs, why, and what to write instead. Both are only read.

    The exit code is 1 when a query gives something else in SQLite, or nothing, in whatever words.
    """
    try:
        if max_rows < 1 or not timeout_s > 0:
            raise ConfigError("--max-rows and --timeout are more than 0")
        url, file, statements = source_and_files(source, target, workload)
        with progress().status("Comparing queries …") as status:

            def tell(at: Progress) -> None:
                if at.phase == "comparing":
                    status.update(Text(f"Comparing queries: {at.rows:,} of {at.total_rows:,} …"))

            found = compare(
                url,
                file,
                Path(statements),
                max_rows=max_rows,
                timeout_s=timeout_s,
                time_zone=time_zone,
                show_rows=has_examples,
                report=report,
                progress=tell,
            )
        if is_json:
            print(json.dumps(found.to_dict(), indent=2))
        else:
            _print(output(), found)
    except NoormmeError as error:
        raise complain(error) from None
    # Where nothing could be compared, nothing is known to be the same.
    is_known = not found.queries or len(found.of("not compared")) < len(found.queries)
    if not found.is_same or not is_known:
        raise typer.Exit(1)


def _print(console: Console, found: QueriesReport) -> None:
    if not found.queries:
        console.print(Text("There is no statement in the workload.", "bold"))
    for verdict in ("differs", "refused", "same when rewritten", "not compared"):
        for query in found.of(verdict):
            _print_query(console, query)
    for query in found.of("same"):
        if query.notes:
            _print_query(console, query)
    console.print()
    total = plural(len(found.queries), "statement")
    counts = [(len(found.of(verdict)), *said) for verdict, said in _SAID.items()]
    line = Text(f"{total}: " if found.queries else "")
    for number, (count, words, style) in enumerate(one for one in counts if one[0]):
        line.append(f"{', ' if number else ''}{count:,} {words}", style)
    if found.queries:
        console.print(line)
    if found.left_out:
        console.print(Text(f"{plural(found.left_out, 'statement')} more were left out.", "yellow"))
    console.print(Text(visible(f"PostgreSQL computed in the time zone {found.time_zone}."), "dim"))


def _print_query(console: Console, query: QueryComparison) -> None:
    words, style = _headline(query)
    name = f" {query.name}" if query.name else ""
    times = f", {query.count:,} times" if query.count > 1 else ""
    console.print()
    console.print(Text(visible(f"line {query.line}{name}{times}: {words}"), style))
    _print_sql(console, query.sql)
    if query.reason is not None and query.verdict != "not compared":
        console.print(Text(visible(f"  {query.reason}"), "dim"))
    for cause in query.causes:
        console.print(Text(visible(f"  because {cause.text}")))
        if query.verdict != "same when rewritten":
            console.print(Text(visible(f"  write   {cause.mend}"), "green"))
    if query.verdict == "differs" and not query.causes:
        console.print(Text("  The reason could not be proven; --show-rows shows some of the rows.", "dim"))
    if query.rewritten is not None:
        said = "the same when written so:" if query.verdict == "same when rewritten" else "nor is it when written so:"
        console.print(Text(visible(f"  {said}"), "dim"))
        _print_sql(console, query.rewritten, "cyan")
    for note in query.notes:
        console.print(Text(visible(f"  {note}"), "dim"))
    for row in query.examples:
        values = ", ".join("NULL" if value is None else value for value in row.values)
        console.print(Text(visible(f"  only in {row.side}: {values}"), "dim"))


def _headline(query: QueryComparison) -> tuple[str, str]:
    there, here = query.rows
    if query.verdict == "not compared":
        return f"not compared: {query.reason}", "yellow"
    if query.verdict == "refused":
        return _REFUSED, "bold red"
    if query.verdict == "same":
        return "the same", "green"
    if query.verdict == "same when rewritten":
        return f"as it is, {_AS_WRITTEN.get(query.what or '', _REFUSED)}", "cyan"
    if query.what != "rows":
        return _AS_WRITTEN.get(query.what or "", ""), "bold red"
    rows = plural(there or 0, "row")
    rows = rows if there == here else f"{rows} in PostgreSQL, {here or 0:,} in SQLite"
    only = f"; {query.only[0]:,} and {query.only[1]:,} of them on one side alone"
    columns = f" (columns {', '.join(query.columns)})" if query.columns and there == here else ""
    return f"other rows: {rows}{only}{columns}", "bold red"


def _print_sql(console: Console, sql: str, style: str = "") -> None:
    lines = [line for line in sql.splitlines() if line.strip()]
    for line in lines[:_MOST_LINES]:
        console.print(Text(f"  {visible(line.expandtabs(4))[:_WIDEST]}", style))
    if len(lines) > _MOST_LINES:
        console.print(Text(f"  … and {plural(len(lines) - _MOST_LINES, 'line')} more", "dim"))
