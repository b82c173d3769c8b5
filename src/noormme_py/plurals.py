"""The singular and the plural of the English words that tables are named with: `order_items` and `order_item`.

A guess that is wrong gives an odd name, never a wrong row; names can be chosen (`TableOptions.relations`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

_IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "mice": "mouse",
    "feet": "foot",
    "teeth": "tooth",
    "geese": "goose",
    "criteria": "criterion",
    "phenomena": "phenomenon",
    "indices": "index",
    "matrices": "matrix",
    "vertices": "vertex",
    "analyses": "analysis",
    "bases": "base",
    "crises": "crisis",
    "diagnoses": "diagnosis",
    "aliases": "alias",
    "biases": "bias",
    "gases": "gas",
    "lenses": "lens",
    "movies": "movie",
    "cookies": "cookie",
    "ties": "tie",
    "leaves": "leaf",
    "halves": "half",
    "lives": "life",
    "shelves": "shelf",
    "knives": "knife",
    "shoes": "shoe",
    "quizzes": "quiz",
}
_PLURAL_OF = {singular: plural for plural, singular in _IRREGULAR.items()}
_UNCHANGED = frozenset(
    "data equipment feedback history information media metadata news money music series software species staff".split()
)
_LAST_WORD = re.compile(r"[A-Z]?[a-z]+\Z|[A-Z]+\Z")

# The first that fits, as it ends: what is cut off, and what is put there.
_SINGULARS: tuple[tuple[str, int, str], ...] = (
    (r"(ss|us|is)", 0, ""),
    (r"(ouses|auses)", 1, ""),
    (r"(sses|shes|ches|xes|zzes|uses|oes)", 2, ""),
    (r"[^aeiou]ies", 3, "y"),
    (r"s", 1, ""),
)


def singular(name: str) -> str:
    """Return the name with its last word in the singular, or unchanged where it is no plural that is known."""
    return _with_last_word(name, _singular)


def plural(name: str) -> str:
    """Return the name with its last word in the plural, or unchanged where it is one already."""
    return _with_last_word(name, _plural)


def _singular(word: str) -> str:
    if word in _UNCHANGED or len(word) < 3:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, cut, put in _SINGULARS:
        if re.search(ending + r"\Z", word):
            return word[: len(word) - cut] + put
    return word


def _plural(word: str) -> str:
    if word in _UNCHANGED or _singular(word) != word:
        return word
    if word in _PLURAL_OF:
        return _PLURAL_OF[word]
    if re.search(r"[^aeiou]y\Z", word):
        return word[:-1] + "ies"
    if re.search(r"(s|x|sh|ch|z)\Z", word):
        return word + "es"
    return word + "s"


def _with_last_word(name: str, change: Callable[[str], str]) -> str:
    found = _LAST_WORD.search(name)
    if found is None:
        return name
    word = found[0]
    made = change(word.lower())
    if word.isupper() and len(word) > 1:
        made = made.upper()
    elif word[0].isupper():
        made = made[0].upper() + made[1:]
    return name[: found.start()] + made
