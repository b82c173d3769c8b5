"""The commands by their names, and the options that stand before any command."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from noormme_py.cli.analyze import analyze
from noormme_py.cli.doctor import doctor
from noormme_py.cli.explain import explain
from noormme_py.cli.generate import generate
from noormme_py.cli.inspect import inspect
from noormme_py.cli.optimize import optimize
from noormme_py.cli.transfer.app import transfer

# Tracebacks stay plain: the pretty ones print local variables, and these hold data.
app = typer.Typer(name="noormme", no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(inspect)
app.command()(explain)
app.command()(analyze)
app.command()(optimize)
app.command()(generate)
app.command()(doctor)
app.add_typer(transfer, name="transfer")


def _print_version(is_asked: bool) -> None:
    if is_asked:
        print(f"noormme-py {version('noormme-py')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Look into SQLite databases, improve their work, see to their health, write their types, and fill them."""
