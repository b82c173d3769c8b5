"""`noormme transfer`: the commands that move a PostgreSQL database. Without the extra they need, they say so."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

import typer
from typer.core import TyperGroup

from noormme_py.cli.complaint import complain
from noormme_py.errors import ConfigError

_EXTRA = ("psycopg", "sqlglot")


class _TransferGroup(TyperGroup):
    """A group whose commands are loaded when one of them is wanted: a driver and a parser take others' time."""

    def list_commands(self, ctx: Any) -> list[str]:
        self._load()
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        self._load()
        return super().get_command(ctx, cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self._load()
        super().format_help(ctx, formatter)

    def _load(self) -> None:
        if self.commands:
            return
        try:
            commands = import_module("noormme_py.cli.transfer.commands").commands
        except ImportError as missing:
            # psycopg without a libpq is an ImportError that names nothing.
            if missing.name is not None and missing.name.partition(".")[0] not in _EXTRA:
                raise
            error = ConfigError(
                "the transfer commands need the extra 'postgres'", hint="pip install 'noormme-py[postgres]'"
            )
            raise complain(error) from None
        self.commands.update(cast(TyperGroup, typer.main.get_command(commands)).commands)


transfer = typer.Typer(cls=_TransferGroup, no_args_is_help=True, pretty_exceptions_enable=False)


@transfer.callback()
def _options() -> None:
    """Move a PostgreSQL database into a SQLite file: look at it first, move it, compare, and go back if need be."""
