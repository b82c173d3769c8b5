"""How an error is told: one line on stderr and exit code 2."""

from __future__ import annotations

import sys

import typer

from noormme_py.cli.escape import visible
from noormme_py.errors import NoormmeError


def complain(error: NoormmeError) -> typer.Exit:
    """Print the error and return what ends the command."""
    hint = f" (hint: {error.hint})" if error.hint else ""
    print(visible(f"error: {error.message}{hint}"), file=sys.stderr)
    return typer.Exit(2)
