"""The values of each kind, edges included, and what is equal to each."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any

from hypothesis import strategies as st

Values = st.SearchStrategy[Any]


class Level(IntEnum):
    LOW = 1
    HIGH = 2**63 - 1


class Colour(Enum):
    RED = "red"
    NUMBER = "1.10"
    NOTHING = ""


class Ratio(Enum):
    HALF = 0.5
    WHOLE = 1
    NAME = "1e3"
    RAW = b"\x00"
    HUGE = 2**53 + 1


class Size(StrEnum):
    SMALL = "s"


INTS = st.one_of(
    st.sampled_from([0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 10**18]),
    st.integers(-(2**63), 2**63 - 1),
)
# NaN is the only float that SQLite cannot hold.
FLOATS = st.one_of(st.sampled_from([0.0, -0.0, 1.0, 1e15, 1e300, 5e-324]), st.floats(allow_nan=False))
NUMERALS = st.from_regex(r"[ \t]?[+-]?[0-9]{0,20}[.]?[0-9]{0,3}([eE][+-]?[0-9]{1,3})?[ \n]?", fullmatch=True)
STRINGS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(["", "\0", "a\0b", "1.10", "007", " 5 ", "0x10", "null", "'", "\U0001f600"]),
    NUMERALS,
)
BYTES = st.one_of(st.binary(), st.sampled_from([b"", b"\0", b"1", b"\xff\xfe"]))
DECIMALS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.decimals(-1000, 1000, places=2),
    st.sampled_from([Decimal("1.10"), Decimal("-0"), Decimal("1E+30"), Decimal(2**53 + 1), Decimal("1E-400")]),
)
DATES = st.dates()
OFFSETS = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
TIMES = st.one_of(st.times(), st.times(timezones=st.one_of(st.timezones(), OFFSETS)))
NAIVE = st.datetimes()
# Further out, an aware one may have no place between the years 1 and 9999 in UTC.
INNER = (datetime(2, 1, 1), datetime(9998, 12, 31))
AWARE = st.datetimes(*INNER, timezones=st.one_of(st.timezones(), st.just(UTC), OFFSETS))
INTERVALS = st.timedeltas(timedelta(microseconds=-(2**63) + 1), timedelta(microseconds=2**63 - 1))
UUIDS = st.uuids(allow_nil=True)
SECONDS = AWARE.map(lambda moment: (moment.astimezone(UTC)).replace(microsecond=0))
MILLISECONDS = st.builds(
    lambda moment, count: moment.replace(microsecond=count * 1000), SECONDS, st.integers(min_value=0, max_value=999)
)
JSON_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**64, -(2**70), 1.10, -0.0, 1e300]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
)
JSON = st.recursive(
    JSON_LEAVES,
    lambda parts: (
        st.lists(parts, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), parts)
    ),
    max_leaves=8,
).filter(lambda value: value is not None)
ANY = st.one_of(INTS, FLOATS, STRINGS, BYTES)


def is_same(written: Any, read: Any) -> bool:
    """Tell whether a value came back equal, and of its type."""
    if isinstance(written, datetime):
        if written.utcoffset() is None:
            return bool(read == written.replace(tzinfo=None))
        # Two zones are never equal in the hour that a change of clocks gives twice (PEP 495).
        return bool(read == written.astimezone(UTC) and read.utcoffset() == timedelta(0))
    if isinstance(written, time):
        return type(read) is time and read.isoformat() == written.isoformat()
    return bool(read == written)
