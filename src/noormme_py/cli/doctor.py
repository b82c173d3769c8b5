"""`noormme doctor FILE`: whether a database, its file and the SQLite at hand are in good health."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from noormme_py.cli.choices import Grade
from noormme_py.cli.complaint import complain
from noormme_py.cli.findings_json import findings_json
from noormme_py.cli.findings_text import print_findings
from noormme_py.cli.read_untouched import untouched
from noormme_py.cli.terminal import output, progress
from noormme_py.client.examine_file import examine_file
from noormme_py.errors import NoormmeError
from noormme_py.optimize.finding import SEVERITIES


def doctor(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A path, or a sqlite:/// URL.", show_default=False)],
    integrity: Annotated[
        bool, typer.Option("--integrity", help="Read every page too; it takes as long as reading the file.")
    ] = False,
    fail_on: Annotated[
        Grade, typer.Option("--fail-on", help="End with exit code 1 for a finding as grave as this.")
    ] = Grade.HIGH,
    is_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Look for what is not as it should be with a database, the gravest first. The file is only read."""
    try:
        with progress().status("Reading every page …" if integrity else "Looking …"):
            findings = untouched(file, partial(examine_file, integrity=integrity))
    except NoormmeError as error:
        raise complain(error) from None
    console = output()
    if is_json:
        print(findings_json(findings, file))
    else:
        print_findings(console, findings)
    if any(SEVERITIES.index(found.severity) >= SEVERITIES.index(fail_on.value) for found in findings):
        raise typer.Exit(1)
