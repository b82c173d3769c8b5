"""The transfer commands by their names."""

from __future__ import annotations

import typer

from noormme_py.cli.transfer.compare_queries import compare_queries
from noormme_py.cli.transfer.export import export
from noormme_py.cli.transfer.import_database import import_database
from noormme_py.cli.transfer.survey import survey
from noormme_py.cli.transfer.validate import validate

commands = typer.Typer(pretty_exceptions_enable=False)
commands.command()(survey)
commands.command("import")(import_database)
commands.command()(validate)
commands.command("compare-queries")(compare_queries)
commands.command()(export)


@commands.callback()
def _together() -> None:
    """Stay a group, however few the commands are."""
