"""`noormme explain FILE SQL`: how a statement is carried out, what it costs, and what would help."""

from __future__ import annotations

import io
import json
import sys
from functools import partial
from typing import Annotated

import typer

from noormme_py.cli.complaint import complain
from noormme_py.cli.explanation_text import print_explanation
from noormme_py.cli.parameters import parameters_of
from noormme_py.cli.read_untouched import untouched
from noormme_py.client.aside import in_laboratory
from noormme_py.client.explainable import checked
from noormme_py.errors import NoormmeError
from noormme_py.optimize.findings.explanation import explained

FORMAT = 1
"""Raised when a key of the JSON is renamed or removed; new keys may come."""


def explain(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A path, or a sqlite:/// URL.", show_default=False)],
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One statement.", show_default=False)],
    param: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            metavar="VALUE",
            help="A parameter, in order; or :name=VALUE. May be given several times.",
            show_default=False,
        ),
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    no_run: Annotated[
        bool, typer.Option("--no-run", help="The plan alone: nothing is copied, so that a big file takes no time.")
    ] = False,
) -> None:
    """Show the plan of a statement, its cost and hints. It is run on a private copy; the file is only read."""
    try:
        parameters = parameters_of(param or [])
        work = partial(explained, sql=checked(sql), parameters=parameters, is_run=not no_run)
        found = untouched(file, lambda config: in_laboratory(config, work, with_rows=not no_run))
    except NoormmeError as error:
        raise complain(error) from None
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal may not know all characters that a name has.
        sys.stdout.reconfigure(errors="backslashreplace")
    if is_json:
        print(json.dumps({"format": FORMAT, "file": file, **found.to_dict()}, indent=2))
    else:
        print_explanation(found)
