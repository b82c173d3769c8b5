"""`--codec users.settings=json` and `--codec users.role=app.roles:Role`: codecs of columns, said on a command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import Enum
from importlib import import_module
from pathlib import Path

from noormme_py.codec.kinds import codec_names
from noormme_py.codec.registry import CodecChoice, Codecs
from noormme_py.errors import ConfigError
from noormme_py.names import suggest
from noormme_py.schema.model import Schema


def codecs_of(options: Iterable[str], schema: Schema) -> dict[str, CodecChoice]:
    """Return the codecs that the options name, for columns that are there; raises NoormmeError."""
    found: dict[str, CodecChoice] = {}
    for option in options:
        column, is_said, choice = option.rpartition("=")
        if not is_said:
            raise ConfigError(f"--codec {option!r} is not table.column=name", hint="--codec users.settings=json")
        if column in found:
            raise ConfigError(f"--codec names {column!r} twice")
        found[column] = _enum(choice) if ":" in choice else _name(choice)
    missing = Codecs(found).unknown_tables(schema)
    if missing:
        raise ConfigError(
            f"--codec {missing[0]!r} names a table that is not there",
            hint=suggest(missing[0].rpartition(".")[0], schema.table_names()),
        )
    return found


def _name(choice: str) -> str:
    if choice not in codec_names():
        raise ConfigError(f"--codec: there is no codec {choice!r}", hint=suggest(choice, codec_names()))
    return choice


def _enum(choice: str) -> type[Enum]:
    module_name, _, name = choice.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        # An installed command does not look where it is called, as `python -m` does.
        sys.path.insert(0, here)
    try:
        found: object = getattr(import_module(module_name), name, None)
    except Exception as fault:
        raise ConfigError(f"--codec: {module_name!r} cannot be imported ({type(fault).__name__})") from None
    if not isinstance(found, type) or not issubclass(found, Enum):
        raise ConfigError(
            f"--codec: {choice!r} is not an Enum class", hint="name one as module:Class, or a codec by its name"
        )
    return found
