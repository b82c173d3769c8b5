"""`noormme analyze FILE`: what a database is asked, how it answers, and what would help."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from noormme_py.cli.advice import Wish, analysis_of
from noormme_py.cli.analysis_text import print_analysis
from noormme_py.cli.choices import Grade, Proof
from noormme_py.cli.complaint import complain
from noormme_py.cli.escape import visible
from noormme_py.cli.read_untouched import untouched
from noormme_py.cli.report_file import check_replaceable, write_report
from noormme_py.cli.terminal import output, progress
from noormme_py.cli.workload_files import read_workload
from noormme_py.errors import NoormmeError

SqlOption = Annotated[
    str | None,
    typer.Option("--sql", metavar="FILE", help="The statements, in a file of SQL.", show_default=False),
]
LogOption = Annotated[
    str | None,
    typer.Option("--log", metavar="FILE", help="A log of the application that has them.", show_default=False),
]
RecordOption = Annotated[
    str | None,
    typer.Option(
        "--record",
        metavar="FILE",
        help="A record that the application has saved; without any source, the one beside the database.",
        show_default=False,
    ),
]
VerifyOption = Annotated[
    Proof, typer.Option("--verify", help="Prove suggestions by runs on a private copy, or by the planner alone.")
]
BudgetOption = Annotated[
    float, typer.Option("--budget", metavar="SECONDS", min=0.1, max=3600, help="How long it may take to find them.")
]
MaxOption = Annotated[
    int | None,
    typer.Option("--max-indexes", metavar="N", min=1, help="Suggest no more new indexes.", show_default=False),
]


def analyze(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A path, or a sqlite:/// URL.", show_default=False)],
    record: RecordOption = None,
    sql: SqlOption = None,
    log: LogOption = None,
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Write a report as well.", show_default=False)
    ] = None,
    fail_on: Annotated[
        Grade | None,
        typer.Option(
            "--fail-on",
            help="End with 1 for a finding as grave as this; a suggestion is medium.",
            show_default=False,
        ),
    ] = None,
    verify: VerifyOption = Proof.COPY,
    budget: BudgetOption = 10.0,
    max_indexes: MaxOption = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Show which statements cost the most, what was found, and which indexes would help. The file is only read."""
    try:
        if html is not None:
            check_replaceable(html)
        wish = Wish(verify.value, budget, max_indexes)
        with progress().status("Analysing …"):
            workload = read_workload(file, sql=sql, log=log, record=record)
            analysis = untouched(file, lambda config: analysis_of(config, file, workload, wish))
        if html is not None:
            write_report(html, analysis)
    except NoormmeError as error:
        raise complain(error) from None
    console = output()
    if is_json:
        print(json.dumps(analysis.to_dict(), indent=2))
    else:
        print_analysis(console, analysis)
        if html is not None:
            print(visible(f"{html}: written"))
    if fail_on is not None and analysis.reaches(fail_on.value):
        raise typer.Exit(1)
