"""Identifiers: quoting, comparing and suggesting them. SQL values never pass through here."""

from __future__ import annotations

import builtins
import difflib
import keyword
import re
from collections.abc import Container, Iterable

from noormme_py.errors import CompileError

_NOT_WORD = re.compile(r"\W", re.ASCII)


def quote(name: str) -> str:
    """Return the name as a double-quoted SQL identifier, exactly.

    Raises CompileError for what no SQLite identifier can hold: nothing, NUL, a lone surrogate.
    """
    if not name:
        raise CompileError("an identifier is empty")
    if "\0" in name:
        raise CompileError("an identifier has a NUL character")
    if not name.isascii():
        try:
            name.encode()
        except UnicodeEncodeError:
            raise CompileError("an identifier has a lone surrogate") from None
    return '"' + name.replace('"', '""') + '"'


def fold(name: str) -> str:
    """Return the name as SQLite compares it: ASCII letters without case, all others exactly."""
    return name.lower() if name.isascii() else "".join(c.lower() if c.isascii() else c for c in name)


def suggest(name: str, known: Iterable[str]) -> str | None:
    """Return a "did you mean" hint for a mistyped name, or the names there are when they are few."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name[:100], names, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(map(repr, close)) + "?"
    if 0 < len(names) <= 12:
        return "there are " + ", ".join(map(repr, names))
    return None


def attribute(name: str, *, reserved: Container[str] = (), taken: Container[str] = (), nameless: str = "column") -> str:
    """Return a Python attribute name for a column: `first name` → `first_name`, `class` → `class_`.

    A keyword or a `reserved` name gets an underscore, one that is `taken` a number. What has no letter to begin
    with is named by the word `nameless`.
    """
    wanted = _NOT_WORD.sub("_", name).lstrip("_") or nameless
    if wanted[0].isdigit():
        wanted = f"{nameless}_{wanted}"
    if keyword.iskeyword(wanted) or wanted in reserved:
        wanted += "_"
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}_{number}", number + 1
    return found


def attributes(columns: Iterable[str], reserved: Container[str] = ()) -> dict[str, str]:
    """Return the attribute of each column of a table."""
    made: dict[str, str] = {}
    taken: set[str] = set()
    for name in columns:
        made[name] = attribute(name, reserved=reserved, taken=taken)
        taken.add(made[name])
    return made


def class_name(name: str) -> str:
    """Return a Python class name for a table: `order_items` → `OrderItems`."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    made = "".join(word[0].upper() + word[1:] for word in words) or "Row"
    if made[0].isdigit():
        made = f"Row{made}"
    return f"{made}Row" if keyword.iskeyword(made) or hasattr(builtins, made) else made
