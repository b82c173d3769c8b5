"""Taking the literals out of a statement: the text with `?` in their places, and the values to bind there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from noormme_py.optimize.recording.shape_text import is_constant, marked, shape_of
from noormme_py.query.statement import Raw
from noormme_py.query.tokens import Token

_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Lifted:
    """A text of some shape cut at its literals: `pieces` around `texts`, whose `values` stay out of the repr."""

    shape: str
    pieces: tuple[str, ...] = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    values: tuple[Raw, ...] = field(repr=False)
    are_constants: tuple[bool, ...]

    def sql(self, keeps: Sequence[bool]) -> str:
        """Return the text with the literals that are kept, and `?` for the others."""
        parts = [self.pieces[0]]
        for text, keep, piece in zip(self.texts, keeps, self.pieces[1:], strict=True):
            parts += (text if keep else "?", piece)
        return "".join(parts)


def lifted(sql: str) -> Lifted:
    """Cut the text at its literals. One that has parameters keeps all of its literals: they are the code's own."""
    found = list(marked(sql))
    if any(token.kind == "variable" for token, _ in found):
        return Lifted(shape_of(found), (sql,), (), (), ())
    pieces: list[str] = []
    data = [token for token, is_datum in found if is_datum]
    at = 0
    for token in data:
        pieces.append(sql[at : token.start])
        at = token.end
    return Lifted(
        shape_of(found),
        (*pieces, sql[at:]),
        tuple(token.text for token in data),
        tuple(map(_value, data)),
        tuple(map(is_constant, data)),
    )


def _value(token: Token) -> Raw:
    if token.kind == "string":
        return token.identifier
    if token.kind == "number":
        return _number(token.text)
    if token.kind == "blob":
        try:
            return bytes.fromhex(token.text[2:].removesuffix("'"))
        except ValueError:
            return b""
    return None


def _number(text: str) -> Raw:
    try:
        whole = int(text, 0) if "x" in text.lower() else int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return None
    return whole if -_LARGEST <= whole < _LARGEST else float(text) if len(text) < 300 else None
