"""Lines of Python, broken as ruff and black break them: one item a line with a comma behind it, or all on one line."""

from __future__ import annotations

from noormme_py.frozen import frozen

WIDTH = 88
_STEP = 4


@frozen
class AnyOf:
    """A union of types, each on a line of its own where they are long."""

    types: tuple[str, ...]


@frozen
class Bracketed:
    """Items between brackets: `head` ends with the one, `tail` begins with the other."""

    head: str
    items: tuple[str | AnyOf | Bracketed, ...]
    tail: str
    has_comma: bool = True


def laid_out(piece: str | AnyOf | Bracketed, indent: int = 0, after: str = "") -> list[str]:
    """Return the lines of a piece of code; only what is between brackets is broken."""
    margin = " " * indent
    line = f"{margin}{_flat(piece)}{after}"
    if isinstance(piece, str) or len(line) <= WIDTH:
        return [line]
    if isinstance(piece, AnyOf):
        first, *others = piece.types
        broken = [margin + first, *(f"{margin}| {other}" for other in others)]
        return [*broken[:-1], broken[-1] + after]
    comma = "," if piece.has_comma else ""
    inner = [found for item in piece.items for found in laid_out(item, indent + _STEP, comma)]
    return [margin + piece.head, *inner, margin + piece.tail + after]


def quoted(text: str) -> str:
    """Return text as a string literal, with the quotes that need fewer backslashes, double ones if either will do."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    # repr() of a text without quotes knows which characters have to be escaped.
    return quote + "".join(f"\\{c}" if c == quote else c if c in "'\"" else repr(c)[1:-1] for c in text) + quote


def _flat(piece: str | AnyOf | Bracketed) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, AnyOf):
        return " | ".join(piece.types)
    return piece.head + ", ".join(map(_flat, piece.items)) + piece.tail
