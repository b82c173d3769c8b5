"""Dates and times as docs/types.md has them: they sort with CURRENT_TIMESTAMP, and fractions have six digits or none.

What Python's types cannot hold (infinity, the years before 1 and after 9999, 24:00) is kept as PostgreSQL writes it.
"""

from __future__ import annotations

import re
from datetime import datetime

from noormme_py.postgres.form import Column, Form, each

_SECONDS = re.compile(r"(.*\d\d:\d\d:\d\d)(?:\.(\d+))?([+-][\d:]+|Z)?( BC)?\Z")
_SHORT, _FINE = 19, 26
"""The lengths of `2026-01-05 09:30:00` and `2026-01-05 09:30:00.250000`."""
_ZONE = len("+00")
_LONG_ZONE = len("+00:00")


def _padded(text: str) -> str:
    found = _SECONDS.match(text)
    if found is None:
        return text
    seconds, fraction, zone, era = found.groups()
    return "".join((seconds, f".{fraction:0<6}" if fraction else "", _long_zone(zone), era or ""))


def _trimmed(text: str) -> str:
    """Return PostgreSQL's text of a stored time, also of one with a `T` and a `Z` that an application wrote."""
    found = _SECONDS.match(text)
    if found is None:
        return text
    seconds, fraction, zone, era = found.groups()
    fraction = (fraction or "")[:6].rstrip("0")
    return "".join((seconds.replace("T", " "), f".{fraction}" if fraction else "", _short_zone(zone), era or ""))


def _long_zone(zone: str | None) -> str:
    return "" if zone is None else f"{zone}:00" if len(zone) == _ZONE else zone


def _short_zone(zone: str | None) -> str:
    return "" if zone is None else "+00" if zone == "Z" else zone.removesuffix(":00") if len(zone) > _ZONE else zone


def _timestamps(column: Column) -> Column:
    # `C` ends the years before Christ, and a fifth digit of the year moves the first dash.
    return [
        v
        if v is None or len(v) == _SHORT or (len(v) == _FINE and v[4] == "-" and v[-1] != "C")
        else f"{v:0<26}"
        if v[4] == "-" and v[_SHORT : _SHORT + 1] == "." and v[-1] != "C"
        else _padded(v)
        for v in column
    ]


def _timestamp_texts(column: Column) -> Column:
    return [
        v
        if v is None
        else _trimmed_any(v)
        if v.__class__ is not str or v[10:11] != " " or v[4] != "-" or v[-1] == "C"
        else v
        if len(v) == _SHORT
        else v.rstrip("0").rstrip(".")
        if len(v) == _FINE
        else _trimmed(v)
        for v in column
    ]


def _aware(column: Column) -> Column:
    return [
        None
        if v is None
        else _padded(v)
        if v[4] != "-" or v[-3:] != "+00"
        else f"{v}:00"
        if len(v) == _SHORT + _ZONE or len(v) == _FINE + _ZONE
        else f"{v[:-3]:0<26}+00:00"
        for v in column
    ]


def _aware_texts(column: Column) -> Column:
    return [
        v
        if v is None
        else _trimmed_any(v)
        if v.__class__ is not str or v[10:11] != " " or v[4] != "-" or v[-6:] != "+00:00"
        else v[:-3]
        if len(v) == _SHORT + _LONG_ZONE
        else f"{v[:-6].rstrip('0').rstrip('.')}+00"
        if len(v) == _FINE + _LONG_ZONE
        else _trimmed(v)
        for v in column
    ]


def _trimmed_any(value: object) -> str:
    return _trimmed(value) if isinstance(value, str) else str(value)


def same_moment(text: str) -> str:
    """Return one text for all texts of the same moment; one without an offset is in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    offset = moment.utcoffset()
    try:
        moment = moment.replace(tzinfo=None) - offset if offset else moment.replace(tzinfo=None)
    except OverflowError:
        return text
    return moment.isoformat(" ")


DATE = Form("date", "DATE", "TEXT", codec="date")
TIME = Form("time", "TIME", "TEXT", store=each(_padded), render=each(_trimmed_any), codec="time")
TIMETZ = Form("timetz", "TIME", "TEXT", store=each(_padded), render=each(_trimmed_any), codec="time")
TIMESTAMP = Form(
    "timestamp", "TIMESTAMP", "TEXT", store=_timestamps, render=_timestamp_texts, same=same_moment, codec="datetime"
)
TIMESTAMPTZ = Form(
    "timestamptz", "TIMESTAMPTZ", "TEXT", store=_aware, render=_aware_texts, same=same_moment, codec="datetime"
)
INTERVAL = Form("interval", "TEXT", "TEXT", carried="changed", note="kept as ISO 8601 text, such as P1Y2M3DT4H5M6S")
