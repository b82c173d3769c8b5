"""Texts that are hard on whoever quotes: short ones of every character that means something to PostgreSQL, and any."""

from __future__ import annotations

from hypothesis import strategies as st

MARKS = "\"'\\,;{}[]()=>: \t\n\v\f\r-1aNULLnull\u00a0\u0085à\x7f\x01💾"


def texts() -> st.SearchStrategy[str]:
    """Return a strategy for what a text of PostgreSQL can hold: no NUL, and no half of a pair."""
    anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
    return st.one_of(st.text(MARKS, max_size=6), st.sampled_from(["", "NULL", "null", "Nul", "empty", "\\N"]), anything)
