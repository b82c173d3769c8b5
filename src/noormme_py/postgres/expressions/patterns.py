"""LIKE and ILIKE: PostgreSQL's LIKE minds the case as SQLite's GLOB does, and its ILIKE is SQLite's LIKE."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from noormme_py.postgres.expressions.documents import as_text
from noormme_py.postgres.expressions.term import TEXTS, Refused, Term, null, text_literal, truth
from noormme_py.postgres.expressions.translation import Function, Translation

ASCII: Final = "LIKE is without case of ASCII letters only"
_GLOB_LETTERS = frozenset("*?[")


def like(
    translation: Translation,
    left: Term,
    pattern: Term,
    without_case: bool,
    is_negated: bool,
    escape: str | None = "\\",
) -> Term:
    """Return whether a text is like a pattern; raises Refused for a pattern that is not a literal."""
    if left.type not in (*TEXTS, "bpchar", "citext", "unknown"):
        raise Refused(f"LIKE is used on {left.type}")
    if pattern.is_null or left.is_null:
        return null("bool")
    if pattern.constant is None or escape is None:
        raise Refused("a pattern is not a literal")
    left = as_text(translation, left)
    steps = _steps(pattern.constant, escape)
    negation = "NOT " if is_negated else ""
    if (without_case or left.type == "citext") and any(letter.lower() != letter.upper() for letter, _ in steps):
        translation.note(ASCII)
        end = f" ESCAPE {text_literal(escape)}" if escape and escape in pattern.constant else ""
        return truth(f"{left.operand} {negation}LIKE {text_literal(pattern.constant)}{end}")
    glob = "".join({"%": "*", "_": "?"}[letter] if is_wild else glob_letter(letter) for letter, is_wild in steps)
    return truth(f"{left.operand} {negation}GLOB {text_literal(glob)}")


def _escaped(translation: Translation, arguments: list[exp.Expr]) -> Term:
    """Return the pattern that LIKE has behind ESCAPE, in the way that has a backslash."""
    pattern, escape = (translation.term(node) for node in arguments)
    if pattern.constant is None or escape.constant is None:
        raise Refused("a pattern is not a literal")
    said = "".join(
        letter if is_wild else f"\\{letter}" if letter in "%_\\" else letter
        for letter, is_wild in _steps(pattern.constant, escape.constant)
    )
    return Term(text_literal(said), "text", "text", constant=said)


FUNCTIONS: Final[dict[str, Function]] = {"like_escape": Function(2, 2, _escaped)}


def glob_letter(letter: str) -> str:
    """Return the letter in a pattern of GLOB where it stands for itself."""
    return f"[{letter}]" if letter in _GLOB_LETTERS else letter


def _steps(pattern: str, escape: str) -> list[tuple[str, bool]]:
    """Return the letters of a pattern of LIKE, each with whether it stands for others."""
    if len(escape) > 1:
        raise Refused("ESCAPE has more than one character")
    found: list[tuple[str, bool]] = []
    is_escaped = False
    for letter in pattern:
        if not is_escaped and letter == escape:
            is_escaped = True
            continue
        found.append((letter, letter in "%_" and not is_escaped))
        is_escaped = False
    if is_escaped:
        raise Refused("a pattern ends with the character that escapes")
    return found
