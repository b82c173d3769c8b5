"""`noormme generate`: a Python module with the types of a database's tables."""

from __future__ import annotations

import json
import keyword
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from noormme_py import (
    AsyncTransaction,
    AsyncTypedRepository,
    Noormme,
    SyncNoormme,
    SyncTransaction,
    SyncTypedRepository,
)
from noormme_py.cli.codec_options import codecs_of
from noormme_py.cli.complaint import complain
from noormme_py.cli.escape import visible
from noormme_py.cli.read_untouched import read_untouched
from noormme_py.cli.written_module import text_of, write_whole
from noormme_py.codegen.drift import Difference, differences
from noormme_py.codegen.plan import Face, planned
from noormme_py.codegen.render import module_text
from noormme_py.errors import ConfigError, NoormmeError

FORMAT = 1
"""Raised when a key of the JSON is renamed or removed; new keys may come."""

ASYNC = Face(
    "Noormme",
    "Async",
    "Answer",
    frozenset(dir(Noormme)) | frozenset(dir(AsyncTransaction)),
    frozenset(dir(AsyncTypedRepository)),
)
SYNC = Face(
    "SyncNoormme",
    "Sync",
    None,
    frozenset(dir(SyncNoormme)) | frozenset(dir(SyncTransaction)),
    frozenset(dir(SyncTypedRepository)),
)


def generate(
    database: Annotated[
        str, typer.Option("--database", metavar="FILE", help="A path, or a sqlite:/// URL.", show_default=False)
    ],
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="The module to write; - prints it.", show_default=False)
    ],
    is_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; tell what differs, and exit with 1.")
    ] = False,
    is_sync: Annotated[bool, typer.Option("--sync", help="Write it for SyncNoormme.")] = False,
    class_name: Annotated[
        str, typer.Option("--class-name", metavar="NAME", help="The class of the database.")
    ] = "Database",
    codec: Annotated[
        list[str] | None,
        typer.Option(
            "--codec",
            metavar="TABLE.COLUMN=CODEC",
            help="Another codec for a column: a name, or an Enum as module:Class. May be given several times.",
            show_default=False,
        ),
    ] = None,
    is_forced: Annotated[bool, typer.Option("--force", help="Write over a file that was not generated.")] = False,
    is_json: Annotated[bool, typer.Option("--json", help="With --check: print JSON, for programs.")] = False,
) -> None:
    """Write a Python module with the types of a database's tables. The database is only read."""
    try:
        if is_json and not is_check:
            raise ConfigError("--json goes with --check")
        if is_check and out == "-":
            raise ConfigError("--check looks at a file", hint="give its path as --out")
        text = _text(database, SYNC if is_sync else ASYNC, class_name, codec or [])
        if is_check:
            raise _told(out, text, is_json)
        if out == "-":
            sys.stdout.write(text)
            return
        # Reading it is also how somebody else's file is noticed.
        known = None if is_forced else text_of(out)
        if known != text:
            write_whole(out, text)
        print(visible(f"{out}: {'as it was' if known == text else 'written'}"))
    except NoormmeError as error:
        raise complain(error) from None


def _text(database: str, face: Face, class_name: str, codecs: list[str]) -> str:
    """Return the text of the module; raises NoormmeError."""
    if not class_name.isidentifier() or keyword.iskeyword(class_name) or class_name.startswith("_"):
        raise ConfigError(f"--class-name {class_name!r} cannot be the name of a class")
    schema = read_untouched(database)
    return module_text(planned(schema, face, class_name=class_name, codecs=codecs_of(codecs, schema)))


def _told(out: str, text: str, is_json: bool) -> typer.Exit:
    """Print what differs between the file and the text, and return what ends the command."""
    known = text_of(out)
    try:
        found = [_no_file()] if known is None else differences(known, text)
    except (SyntaxError, ValueError) as fault:
        raise ConfigError(f"{out!r} is no Python", hint=str(fault)) from None
    if is_json:
        drift = [{**asdict(difference), "words": difference.words} for difference in found]
        print(json.dumps({"format": FORMAT, "file": out, "drift": drift}, indent=2))
    else:
        for difference in found:
            print(visible(difference.words))
    return typer.Exit(1 if found else 0)


def _no_file() -> Difference:
    return Difference("file", None, None, None, "is not there")
