"""What is written is read back equal, or refused: for every kind of value in every kind of column."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from noormme_py.codec.registry import CodecChoice
from noormme_py.errors import EncodeError
from tests.codec.round_trip import Holder, holder, is_same


class Role(Enum):
    ADMIN = "admin"
    NONE = ""
    NUMBER = "1.10"


class Level(IntEnum):
    LOW = 1
    HIGH = 2**40


COLUMNS: dict[str, str] = {
    "a_bool": "boolean",
    "an_int": "integer",
    "a_bigint": "bigint unsigned",
    "a_float": "real",
    "a_double": "double precision",
    "a_str": "text",
    "a_varchar": "varchar(10) collate nocase",
    "some_bytes": "blob",
    "anything": "",
    "a_decimal": "decimal(10, 2)",
    "a_money": "text",
    "a_date": "date",
    "a_date_text": "text",
    "a_time": "time",
    "a_datetime": "datetime",
    "a_timestamp": "timestamp not null default current_timestamp",
    "a_datetime_text": "text",
    "an_interval": "interval",
    "a_duration": "duration",
    "a_uuid": "uuid",
    "a_uuid_blob": "blob",
    "a_uuid_char": "char(36)",
    "some_json": "json",
    "json_text": "text",
    "json_blob": "blob",
    "a_second": "integer",
    "a_millisecond": "integer",
    "a_role": "text",
    "a_role_number": "numeric",
    "a_level": "integer",
}
CODECS: dict[str, CodecChoice] = {
    "a_money": Decimal,
    "a_date_text": date,
    "a_datetime_text": datetime,
    "a_uuid_blob": UUID,
    "a_uuid_char": UUID,
    "json_text": "json",
    "json_blob": "json",
    "a_second": "unixepoch",
    "a_millisecond": "unixepoch_ms",
    "a_role": Role,
    "a_role_number": Role,
    "a_level": Level,
}
INTS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 2**53 + 1, 2**63 - 1, -(2**63), -(2**53) - 1]))
FLOATS = st.floats(allow_nan=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=8,
).filter(lambda value: value is not None)
AWARE = st.datetimes(
    datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones() | st.sampled_from([UTC]), allow_imaginary=False
)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holder]:
    with holder(tmp_path_factory.mktemp("codec") / "app.db", COLUMNS, CODECS) as opened:
        yield opened


def check(held: Holder, column: str, value: object) -> None:
    found = held.back(column, value)
    assert all(is_same(each, value) for each in found), (found, value)


@given(st.booleans())
def test_bool(held: Holder, value: bool) -> None:
    check(held, "a_bool", value)


@given(INTS, st.sampled_from(["an_int", "a_bigint", "anything"]))
def test_int(held: Holder, value: int, column: str) -> None:
    check(held, column, value)


@given(FLOATS, st.sampled_from(["a_float", "a_double", "anything"]))
@example(math.inf, "a_float")
@example(-math.inf, "anything")
@example(-0.0, "a_float")
@example(5e-324, "a_float")
@example(1.7976931348623157e308, "a_double")
def test_float(held: Holder, value: float, column: str) -> None:
    check(held, column, value)


@given(TEXT, st.sampled_from(["a_str", "a_varchar", "anything"]))
@example("with\0nul", "a_str")
@example("1.10", "anything")
@example("\ufeff\u200b\U0010ffff", "a_str")
@example("'; drop table held; --", "a_str")
def test_str(held: Holder, value: str, column: str) -> None:
    check(held, column, value)


@given(st.binary(), st.sampled_from(["some_bytes", "anything"]))
@example(b"[1, 2]", "some_bytes")
@example(b"\xff\0", "anything")
def test_bytes(held: Holder, value: bytes, column: str) -> None:
    check(held, column, value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
@example(Decimal("1.10"))
@example(Decimal("1E+3"))
@example(Decimal("0.1") ** 40)
@example(Decimal("-0"))
def test_decimal_in_text_is_exact(held: Holder, value: Decimal) -> None:
    check(held, "a_money", value)
    assert str(held.back("a_money", value)[0]) == str(value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
@example(Decimal("1.10"))
@example(Decimal("12345678901234567.89"))
@example(Decimal(2**63))
@example(Decimal(2**63 - 1))
@example(Decimal("1E+400"))
@example(Decimal("1E-400"))
def test_decimal_in_a_numeric_column_is_exact_or_refused(held: Holder, value: Decimal) -> None:
    try:
        found = held.back("a_decimal", value)
    except EncodeError:
        assert len(value.as_tuple().digits) > 15 or abs(value.adjusted()) > 300
    else:
        assert all(is_same(each, value) for each in found), (found, value)


@given(st.decimals(-(10**11), 10**11, places=4))
def test_amounts_of_money_fit_a_numeric_column(held: Holder, value: Decimal) -> None:
    check(held, "a_decimal", value)


@given(st.dates(), st.sampled_from(["a_date", "a_date_text"]))
def test_date(held: Holder, value: date, column: str) -> None:
    check(held, column, value)


@given(st.times())
@example(time(12, 30, tzinfo=UTC))
def test_time(held: Holder, value: time) -> None:
    check(held, "a_time", value)


@given(st.datetimes(), st.sampled_from(["a_datetime", "a_datetime_text"]))
def test_naive_datetime(held: Holder, value: datetime, column: str) -> None:
    check(held, column, value)
    assert all(found.tzinfo is None for found in held.back(column, value))


@given(AWARE, st.sampled_from(["a_datetime", "a_datetime_text"]))
def test_aware_datetime(held: Holder, value: datetime, column: str) -> None:
    check(held, column, value)
    assert all(found.tzinfo is UTC for found in held.back(column, value))


@given(AWARE.map(lambda value: value.replace(microsecond=0)))
def test_seconds_since_1970(held: Holder, value: datetime) -> None:
    check(held, "a_second", value)
    check(held, "a_millisecond", value)


@given(AWARE)
def test_finer_than_the_unit_is_refused(held: Holder, value: datetime) -> None:
    assume(value.microsecond % 1000)
    for column in ("a_second", "a_millisecond"):
        with pytest.raises(EncodeError, match="finer"):
            held.back(column, value)


@given(st.timedeltas(), st.sampled_from(["an_interval", "a_duration"]))
@example(timedelta(microseconds=-1), "an_interval")
@example(timedelta(microseconds=2**63 - 1), "an_interval")
def test_timedelta(held: Holder, value: timedelta, column: str) -> None:
    if -(2**63) <= value // timedelta(microseconds=1) < 2**63:
        check(held, column, value)
    else:
        with pytest.raises(EncodeError):
            held.back(column, value)


@given(st.uuids(allow_nil=True), st.sampled_from(["a_uuid", "a_uuid_blob", "a_uuid_char"]))
def test_uuid(held: Holder, value: UUID, column: str) -> None:
    check(held, column, value)
    kind = "blob" if column == "a_uuid_blob" else "text"
    assert held.stored(column, value) == (kind, value.bytes if kind == "blob" else str(value))


@given(st.sampled_from(Role))
def test_enum(held: Holder, value: Role) -> None:
    check(held, "a_role", value)
    assert held.stored("a_role", value) == ("text", value.value)


def test_an_enum_whose_value_the_column_would_change_is_refused(held: Holder) -> None:
    check(held, "a_role_number", Role.ADMIN)
    with pytest.raises(EncodeError):
        held.back("a_role_number", Role.NUMBER)


@given(st.sampled_from(Level))
def test_int_enum(held: Holder, value: Level) -> None:
    check(held, "a_level", value)


@given(JSON, st.sampled_from(["some_json", "json_text", "json_blob"]))
@example({"price": 1.10, "big": 2**70, "nested": [[{"a": None}], True]}, "some_json")
@example([1.10, 1e400 if False else 1e300, -0.0], "some_json")
@example("1.10", "some_json")
@example("1", "json_text")
@example(True, "some_json")
@example(1.10, "some_json")
@example(1.0, "json_text")
@example({"": "\0"}, "json_blob")
def test_json(held: Holder, value: Any, column: str) -> None:
    if column == "some_json" and isinstance(value, int) and not -(2**63) <= value < 2**63:
        with pytest.raises(EncodeError):
            held.back(column, value)
        return
    for found in held.back(column, value):
        assert found == value
        # A whole float alone in a column of numeric affinity comes back as an integer; within JSON it stays.
        assert type(found) is type(value) or (column == "some_json" and isinstance(value, float))
        if isinstance(value, dict | list):
            assert json.dumps(found) == json.dumps(value)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["some_json", "json_text"]))
def test_floats_of_json_keep_their_last_digit(held: Holder, value: float, column: str) -> None:
    (found,) = {repr(each["x"]) for each in held.back(column, {"x": value})}
    assert found == repr(value)


@given(st.lists(st.one_of(st.datetimes(), st.datetimes(timezones=st.just(UTC))), min_size=2, max_size=6))
def test_stored_datetimes_sort_as_text_like_current_timestamp(held: Holder, values: list[datetime]) -> None:
    """The text has a space where ISO has a T, and so sorts with what SQLite itself writes."""
    texts = [held.stored("a_datetime", value)[1] for value in values]
    texts += [value.strftime("%4Y-%m-%d %H:%M:%S").rjust(19, "0") for value in values]
    assert [text[10] for text in texts] == [" "] * len(texts)
    instants = [value.replace(tzinfo=None) for value in values]
    instants += [value.replace(tzinfo=None, microsecond=0) for value in values]
    by_text = [instant for _, instant in sorted(zip(texts, instants, strict=True), key=lambda pair: pair[0])]
    assert by_text == sorted(instants)


def test_current_timestamp_is_read_as_a_naive_datetime(held: Holder) -> None:
    before = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    rows = held.db.get_repository("held")
    created = held._runner.run(rows.create({}))
    after = datetime.now(UTC).replace(tzinfo=None)
    assert before <= created.a_timestamp <= after
    later = held._runner.run(rows.find_many({"a_timestamp__gt": after + timedelta(seconds=1)}))
    assert later == []
    found = held._runner.run(rows.find_many({"a_timestamp__lte": after, "a_timestamp__gte": before}))
    assert found == [created]
    held._runner.run(rows.delete(created.id))


NAMES = "any bool bytes date datetime decimal float int json str time timedelta uuid unixepoch unixepoch_ms".split()
DECLARED = {
    "none": "",
    "text": "text",
    "varchar": "varchar(9)",
    "integer": "integer",
    "bigint": "bigint",
    "real": "real",
    "double": "double",
    "numeric": "numeric(9, 3)",
    "decimal": "decimal",
    "blob": "blob",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "json": "json",
    "uuid": "uuid",
    "interval": "interval",
}
CROSS = {f"{name}_in_{type_}": declared for name in NAMES for type_, declared in DECLARED.items()}
ODD_NUMBERS = st.sampled_from(["1", "1.10", " 1 ", "1e5", "-0", "0x10", "1.", ".5", "inf", "nan", "1_0", "\t7\n", "٣"])
VALUES = st.one_of(
    st.booleans(), INTS, FLOATS, TEXT, ODD_NUMBERS, st.binary(), st.decimals(allow_nan=False), st.dates(),
    st.times(), st.datetimes(), AWARE, st.timedeltas(), st.uuids(), JSON,
)  # fmt: skip


@pytest.fixture(scope="module")
def cross(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holder]:
    codecs: dict[str, CodecChoice] = {column: column.partition("_in_")[0] for column in CROSS}
    with holder(tmp_path_factory.mktemp("cross") / "app.db", CROSS, codecs) as opened:
        yield opened


@settings(max_examples=400)
@given(st.sampled_from(sorted(CROSS)), VALUES)
def test_every_codec_in_every_column_keeps_or_refuses(cross: Holder, column: str, value: object) -> None:
    """Whatever codec is given to whatever column: what gets in comes out equal."""
    try:
        found = cross.back(column, value)
    except EncodeError:
        assert cross.rows() == 0
        return
    for each in found:
        if isinstance(value, datetime):
            assert is_same(each, value)
        elif isinstance(value, bytearray | memoryview):
            assert each == bytes(value)
        else:
            assert each == value


@settings(max_examples=300)
@given(st.data())
def test_every_codec_takes_its_own_values_in_its_own_column(cross: Holder, data: st.DataObject) -> None:
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "any_in_none": INTS | FLOATS | TEXT | st.binary(),
        "bool_in_boolean": st.booleans(),
        "bytes_in_blob": st.binary(),
        "date_in_date": st.dates(),
        "datetime_in_datetime": st.datetimes(),
        "decimal_in_decimal": st.decimals(-(10**9), 10**9, places=3),
        "decimal_in_text": st.decimals(allow_nan=False, allow_infinity=False),
        "float_in_real": FLOATS,
        "int_in_bigint": INTS,
        "json_in_json": st.dictionaries(TEXT, JSON),
        "str_in_varchar": TEXT,
        "time_in_text": st.times(),
        "timedelta_in_interval": st.timedeltas(timedelta(-10_000_000), timedelta(10_000_000)),
        "uuid_in_uuid": st.uuids(),
    }
    column = data.draw(st.sampled_from(sorted(strategies)))
    value = data.draw(strategies[column])
    assert all(is_same(found, value) for found in cross.back(column, value))
