"""Regular expressions that GLOB can say: letters, classes and counts. Of all others nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product
from typing import Any, Final

from sqlglot import exp

from noormme_py.frozen import frozen
from noormme_py.postgres.expressions.documents import as_text
from noormme_py.postgres.expressions.patterns import glob_letter
from noormme_py.postgres.expressions.term import TEXTS, Refused, Term, null, text_literal, truth
from noormme_py.postgres.expressions.translation import Translation

NOT_SAID: Final = "a regular expression that GLOB cannot say has no counterpart in SQLite"
ASCII: Final = "a regular expression is without case of ASCII letters only"
DIGITS: Final = "\\d stands for the digits 0 to 9 only"
_VARIANTS = 16
_LONGEST = 300
_COUNT = re.compile(r"\{([0-9]{1,3})(,([0-9]{1,3})?)?\}")
_ALTERNATIVES = re.compile(r"\^\(((?:[^\\^$.*+?()\[\]{}])+)\)\$\Z")
_META = frozenset("\\^$.*+?()[]{}|")
_UNSAYABLE = frozenset("]^-")


@frozen
class _Class:
    """A set of characters as ranges; `is_any` is the dot."""

    ranges: tuple[tuple[str, str], ...] = ()
    is_negated: bool = False
    is_any: bool = False

    @property
    def glob(self) -> str:
        if self.is_any:
            return "?"
        singles = {low for low, high in self.ranges if low == high}
        wide = [f"{low}-{high}" for low, high in self.ranges if low != high]
        if not wide and len(singles) == 1 and not self.is_negated:
            return glob_letter(*singles)
        # `]` stands for itself in front, `-` at the end and `^` behind another.
        plain = "".join(sorted(singles - _UNSAYABLE))
        listed = ("]" if "]" in singles else "") + "".join(wide) + plain
        if "^" in singles:
            listed = f"{listed}^" if listed or self.is_negated else "-^" if "-" in singles else "^"
        if "-" in singles and listed != "-^":
            listed += "-"
        return f"[{'^' if self.is_negated else ''}{listed}]"

    @property
    def negated(self) -> _Class:
        return _Class(self.ranges, not self.is_negated)


@frozen
class _Part:
    """A class as often as from `least` to `most` times, None being without end."""

    letters: _Class
    least: int = 1
    most: int | None = 1


def regex(translation: Translation, node: Any) -> Term:
    """Translate the operators ~ and ~* with a literal."""
    left, pattern = translation.term(node.this), translation.term(node.expression)
    if left.is_null or pattern.is_null:
        return null("bool")
    if left.type not in (*TEXTS, "bpchar", "unknown") or pattern.constant is None:
        raise Refused(NOT_SAID)
    without_case = isinstance(node, exp.RegexpILike)
    if without_case:
        translation.note(ASCII)
    if "\\d" in pattern.constant:
        translation.note(DIGITS)
    return truth(_condition(as_text(translation, left).operand, pattern.constant, without_case))


def _condition(operand: str, pattern: str, without_case: bool) -> str:
    listed = _ALTERNATIVES.match(pattern)
    if listed is not None and not without_case:
        words = listed[1].split("|")
        return f"{operand} COLLATE BINARY IN ({', '.join(map(text_literal, words))})"
    is_first, is_last, parts = _parsed(pattern)
    if without_case:
        parts = [_Part(_without_case(part.letters), part.least, part.most) for part in parts]
    endless = [part for part in parts if part.most is None and not part.letters.is_any]
    if not endless:
        return _globs(operand, is_first, is_last, parts)
    if len(endless) > 1 or parts[-1] is not endless[0] or not (is_first and is_last):
        raise Refused(NOT_SAID)
    return _with_rest(operand, parts[:-1], endless[0])


def _globs(operand: str, is_first: bool, is_last: bool, parts: list[_Part]) -> str:
    said: list[str] = []
    for chosen in _counts(parts):
        glob = "" if is_first else "*"
        for part, times in zip(parts, chosen, strict=True):
            glob += part.letters.glob * times + ("*" if part.most is None else "")
        said.append(f"{operand} GLOB {_short(glob + ('' if is_last else '*'))}")
    return " OR ".join(said)


def _with_rest(operand: str, parts: list[_Part], rest: _Part) -> str:
    """Say that the text begins as the parts do, and that all behind them is of one class."""
    said: list[str] = []
    if any(part.most is None for part in parts):
        raise Refused(NOT_SAID)
    for chosen in _counts(parts):
        needed = "".join(part.letters.glob * times for part, times in zip(parts, chosen, strict=True))
        needed += rest.letters.glob * rest.least
        behind = f"substr({operand}, {sum(chosen) + 1})" if sum(chosen) else operand
        other = f"{behind} NOT GLOB {_short(f'*{rest.letters.negated.glob}*')}"
        said.append(f"{operand} GLOB {_short(f'{needed}*')} AND {other}" if needed else other)
    return said[0] if len(said) == 1 else " OR ".join(f"({each})" for each in said)


def _counts(parts: list[_Part]) -> list[tuple[int, ...]]:
    """Return how often each part may stand there, all ways of it; one without end stands as often as it must."""
    counts = [range(part.least, part.least + 1 if part.most is None else part.most + 1) for part in parts]
    ways = 1
    for count in counts:
        ways *= len(count)
    if not 0 < ways <= _VARIANTS:
        raise Refused(NOT_SAID)
    return list(product(*counts))


def _short(glob: str) -> str:
    if len(glob) > _LONGEST:
        raise Refused(NOT_SAID)
    return text_literal(glob)


def _parsed(pattern: str) -> tuple[bool, bool, list[_Part]]:
    is_first = pattern.startswith("^")
    at = 1 if is_first else 0
    parts: list[_Part] = []
    while at < len(pattern):
        if pattern[at] == "$" and at + 1 == len(pattern):
            return is_first, True, parts
        letters, at = _letters(pattern, at)
        least, most, at = _counted(pattern, at)
        if at < len(pattern) and pattern[at] in "*+?{":
            raise Refused(NOT_SAID)
        parts.append(_Part(letters, least, most))
    return is_first, False, parts


def _counted(pattern: str, at: int) -> tuple[int, int | None, int]:
    letter = pattern[at : at + 1]
    if letter and letter in "*+?":
        return (1 if letter == "+" else 0), (1 if letter == "?" else None), at + 1
    if letter == "{":
        found = _COUNT.match(pattern, at)
        if found is None:
            raise Refused(NOT_SAID)
        least = int(found[1])
        most = least if found[2] is None else None if found[3] is None else int(found[3])
        if most is not None and most < least:
            raise Refused(NOT_SAID)
        return least, most, found.end()
    return 1, 1, at


def _letters(pattern: str, at: int) -> tuple[_Class, int]:
    letter = pattern[at]
    if letter == ".":
        return _Class(is_any=True), at + 1
    if letter == "[":
        return _bracket(pattern, at + 1)
    if letter == "\\":
        found, at = _escaped(pattern, at + 1)
        return _Class(found), at
    if letter in _META:
        raise Refused(NOT_SAID)
    return _Class(((letter, letter),)), at + 1


def _escaped(pattern: str, at: int) -> tuple[tuple[tuple[str, str], ...], int]:
    letter = pattern[at : at + 1]
    if letter == "d":
        return (("0", "9"),), at + 1
    # A letter or a digit behind a backslash means something else than itself.
    if not letter or letter.isalnum() or not letter.isascii():
        raise Refused(NOT_SAID)
    return ((letter, letter),), at + 1


def _bracket(pattern: str, at: int) -> tuple[_Class, int]:
    is_negated = pattern[at : at + 1] == "^"
    at += is_negated
    ranges: list[tuple[str, str]] = []
    is_begun = False
    while True:
        letter = pattern[at : at + 1]
        if not letter or pattern[at : at + 2] in ("[:", "[.", "[="):
            raise Refused(NOT_SAID)
        if letter == "]" and is_begun:
            return _Class(_disjoint(ranges), is_negated), at + 1
        is_begun = True
        if letter == "\\":
            found, at = _escaped(pattern, at + 1)
            ranges += found
            is_range = False
        else:
            at += 1
            is_range = pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("]", "")
            ranges.append((letter, letter))
        if not is_range:
            continue
        high = pattern[at + 1]
        if high in "[\\" or not letter <= high or not (letter + high).isascii():
            raise Refused(NOT_SAID)
        ranges[-1] = (letter, high)
        at += 2


def _disjoint(ranges: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return ranges none of which begins or ends with a character that a class of GLOB gives a meaning to."""
    found: list[tuple[str, str]] = []
    for low, high in ranges:
        while low in _UNSAYABLE and low < high:
            found.append((low, low))
            low = chr(ord(low) + 1)
        while high in _UNSAYABLE and low < high:
            found.append((high, high))
            high = chr(ord(high) - 1)
        found.append((low, high))
    return tuple(dict.fromkeys(found))


def _without_case(letters: _Class) -> _Class:
    found = list(letters.ranges)
    for low, high in letters.ranges:
        if not (low + high).isascii():
            raise Refused(NOT_SAID)
        for first, last, shift in (("a", "z", -32), ("A", "Z", 32)):
            begin, end = max(low, first), min(high, last)
            if begin <= end:
                found.append((chr(ord(begin) + shift), chr(ord(end) + shift)))
    return _Class(_disjoint(found), letters.is_negated, letters.is_any)
