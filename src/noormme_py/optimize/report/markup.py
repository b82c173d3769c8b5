"""HTML that is safe by its making: text is escaped when it is put into an element, and only elements are not."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TypeAlias

_EMPTY = frozenset({"meta"})


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of HTML that stands as it is."""

    text: str


Content: TypeAlias = "Html | str | int"


def element(name: str, /, *children: Content, **attributes: str | int | None) -> Html:
    """Return an element; `class_` is the attribute class, `_` in a name is `-`, and one that is None is left out."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{told}>" if name in _EMPTY else f"<{name}{told}>{joined(*children).text}</{name}>")


def joined(*children: Content) -> Html:
    """Return pieces one after another."""
    return Html("".join(child.text if isinstance(child, Html) else _escaped(str(child)) for child in children))


def _escaped(text: str) -> str:
    """Return the text as a page may hold it; what does not print, or turns the direction, is written as in Python."""
    return escape("".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text))
