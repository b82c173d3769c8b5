"""`noormme optimize FILE`: the indexes that would help, and with --apply, making them."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from noormme_py.amounts import plural
from noormme_py.cli.advice import Wish, analysis_of, follow
from noormme_py.cli.analysis_text import compared, print_notes, print_suggestions
from noormme_py.cli.analyze import BudgetOption, LogOption, MaxOption, RecordOption, SqlOption, VerifyOption
from noormme_py.cli.choices import Proof
from noormme_py.cli.complaint import complain
from noormme_py.cli.escape import visible
from noormme_py.cli.read_untouched import changing, untouched
from noormme_py.cli.terminal import output, progress
from noormme_py.cli.workload_files import read_workload
from noormme_py.errors import ConfigError, NoormmeError
from noormme_py.optimize.advice.application import Compared
from noormme_py.optimize.recording.shape_text import shown_sql
from noormme_py.optimize.report.analysis import FORMAT, Analysis
from noormme_py.optimize.suggestion import Suggestion

_DROPS = (
    "This command drops no index, not even with --apply. To drop one, run its statement yourself,"
    " or give the suggestion to db.optimizer.apply()."
)


def optimize(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A path, or a sqlite:/// URL.", show_default=False)],
    record: RecordOption = None,
    sql: SqlOption = None,
    log: LogOption = None,
    is_applied: Annotated[bool, typer.Option("--apply", help="Create the indexes, all of them or none.")] = False,
    is_dry: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and change no byte: the default.")
    ] = False,
    is_sure: Annotated[bool, typer.Option("--yes", help="With --apply: do not ask.")] = False,
    verify: VerifyOption = Proof.COPY,
    budget: BudgetOption = 10.0,
    max_indexes: MaxOption = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Suggest indexes for what a database is asked. It is only read, unless --apply is given."""
    try:
        if is_applied and is_dry:
            raise ConfigError("--apply changes the database, and --dry-run does not", hint="give one of them")
        if is_applied and not is_sure and (is_json or not sys.stdin.isatty()):
            raise ConfigError("nobody can be asked whether the database is to be changed", hint="say --yes")
        wish = Wish(verify.value, budget, max_indexes)
        with progress().status("Looking for indexes …"):
            workload = read_workload(file, sql=sql, log=log, record=record)
            analysis = untouched(file, lambda config: analysis_of(config, file, workload, wish))
        console = output()
        created = [one for one in analysis.suggestions if one.action == "create"]
        if not is_json:
            _print(console, analysis)
        is_done = (
            is_applied and bool(created) and (is_sure or typer.confirm(f"Create {plural(len(created), 'index')}?"))
        )
        outcome: tuple[Compared, ...] = ()
        if is_done:
            with progress().status("Creating them …"):
                outcome = follow(changing(file), created, workload.record)
        if is_json:
            advice = analysis.to_dict()["advice"]
            done = [one.index for one in created] if is_done else []
            print(json.dumps({"format": FORMAT, "file": file, "created": done, "advice": advice}, indent=2))
        elif is_done:
            _print_done(console, created, outcome)
        elif created:
            console.print(Text("\nNothing was changed. --apply creates what is to be created.", "dim"))
        else:
            console.print(Text("\nNothing was changed.", "dim"))
    except NoormmeError as error:
        raise complain(error) from None


def _print(console: Console, analysis: Analysis) -> None:
    if not analysis.suggestions:
        console.print(Text(visible(analysis.verdict), "bold"))
    else:
        console.print(Text(f"{plural(len(analysis.suggestions), 'suggestion')}:", "bold"))
    print_suggestions(console, analysis.suggestions)
    if any(one.action == "drop" for one in analysis.suggestions):
        console.print(Text(f"\n{_DROPS}", "yellow"))
    print_notes(console, analysis)


def _print_done(console: Console, created: list[Suggestion], outcome: tuple[Compared, ...]) -> None:
    """Tell what was done, what came of it, and how it is taken back."""
    console.print()
    for one in created:
        console.print(Text(visible(f"created {one.index} on {one.table}"), "bold green"))
    if outcome:
        console.print(Text("\nMeasured again, with them and without:", "dim"))
    for known in outcome:
        style = "bold red" if known.is_slower else ""
        console.print(Text(visible(f"  {compared(known.before, known.after)}  {shown_sql(known.sql)}"), style))
    console.print(Text("\nTo take it back:", "dim"))
    for one in reversed(created):
        console.print(Text(visible(f"  {one.undo};")))
