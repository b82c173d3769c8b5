"""The current time as SQLite tells it: in UTC, and to the millisecond."""

from __future__ import annotations

from typing import Final

from noormme_py.postgres.expressions.term import Term, value
from noormme_py.postgres.expressions.translation import Translation

UTC: Final = "the current time is that of UTC, where PostgreSQL takes the session's time zone"
_FORMATS: Final = {
    # What is kept has six digits behind the seconds, or none.
    "timestamptz": "%Y-%m-%d %H:%M:%f000+00:00",
    "timestamp": "%Y-%m-%d %H:%M:%f000",
    "time": "%H:%M:%f000",
    "timetz": "%H:%M:%f000+00:00",
}
_WHOLE: Final = {
    "timestamptz": "%Y-%m-%d %H:%M:%S+00:00",
    "timestamp": "%Y-%m-%d %H:%M:%S",
    "time": "%H:%M:%S",
    "timetz": "%H:%M:%S+00:00",
}
_WORDS: Final = {"now": (), "today": (), "tomorrow": ("+1 day",), "yesterday": ("-1 day",)}


def now(translation: Translation, type: str, *modifiers: str, is_in_utc: bool = False, is_whole: bool = False) -> Term:
    """Return the current time as a type of moments; `modifiers` are SQLite's, as `+7 days`.

    `is_in_utc` says that PostgreSQL means UTC too; `is_whole` leaves the fraction of the second out.
    """
    translation.need_clock("the current time")
    if type not in ("timestamptz", "timetz") and not is_in_utc:
        translation.note(UTC)
    moved = "".join(f", '{modifier}'" for modifier in modifiers)
    if type == "date":
        return value(f"date('now'{moved})", type)
    if is_whole:
        return value(f"strftime('{_WHOLE[type]}', 'now'{moved})", type)
    return value(f"replace(strftime('{_FORMATS[type]}', 'now'{moved}), '.000000', '')", type)


def is_now(term: Term) -> bool:
    """Whether it is the current time with its offset, just as `now` gives it."""
    return term.sql == f"replace(strftime('{_FORMATS['timestamptz']}', 'now'), '.000000', '')"


def word(translation: Translation, text: str, type: str) -> Term | None:
    """Return what `'now'::date` and its like mean; None for a text that is no such word."""
    plain = text.strip().lower()
    modifiers = _WORDS.get(plain)
    if modifiers is None or (type != "date" and plain != "now") or type not in ("date", *_FORMATS):
        return None
    return now(translation, type, *modifiers)
