"""A record as text, in JSON, and back. The format is described in docs/recording.md."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from math import isfinite
from typing import Any, TypeVar

from noormme_py.errors import RecordError
from noormme_py.optimize.recording.record import LoopRecord, Record, StatementRecord
from noormme_py.query.statement import Parameters, Raw

T = TypeVar("T")

FORMAT = "noormme-record"
VERSION = 1


def to_text(record: Record) -> str:
    """Return the text of a record."""
    statements = [_plain_statement(statement) for statement in record.statements]
    plain = {
        "format": FORMAT,
        "version": VERSION,
        "span_s": record.span_s,
        "left_out": record.left_out,
        "statements": statements,
    }
    return json.dumps(plain, indent=1, allow_nan=False) + "\n"


def from_text(text: str) -> Record:
    """Return the record that a text holds; raises RecordError."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        raise RecordError("this is no record of statements, or a damaged one: it is no JSON", hint=_HINT) from None
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise RecordError("this is no record of statements", hint=_HINT)
    if plain.get("version") != VERSION:
        raise RecordError(
            "this record of statements has another version of the format",
            hint=f"this version of noormme_py reads version {VERSION}",
        )
    try:
        return Record(
            tuple(_statement(_of(dict, item)) for item in _of(list, plain["statements"])),
            _number(plain["span_s"]),
            _of(int, plain["left_out"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise RecordError("this record of statements is damaged", hint=_HINT) from None


_HINT = "give a file that db.optimizer.save_record() has written"


def _plain_statement(statement: StatementRecord) -> dict[str, Any]:
    return {
        "sql": statement.sql,
        "count": statement.count,
        "total_ns": statement.total_ns,
        "max_ns": statement.max_ns,
        "wait_ns": statement.wait_ns,
        "rows": statement.rows,
        "errors": statement.errors,
        "error_names": dict(statement.error_names),
        "lanes": dict(statement.lanes),
        "buckets": [list(bucket) for bucket in statement.buckets],
        "call_site": statement.call_site,
        "last_seen_s": statement.last_seen_s,
        "loops": [
            {
                "call_site": loop.call_site,
                "units": loop.units,
                "runs": loop.runs,
                "most_distinct": loop.most_distinct,
                "repeats": loop.repeats,
            }
            for loop in statement.loops
        ],
        "samples": [_plain_parameters(sample) for sample in statement.samples],
        "slowest": None if statement.slowest is None else _plain_parameters(statement.slowest),
        "last": None if statement.last is None else _plain_parameters(statement.last),
    }


def _statement(plain: dict[str, Any]) -> StatementRecord:
    return StatementRecord(
        sql=_of(str, plain["sql"]),
        count=_of(int, plain["count"]),
        samples=tuple(_parameters(sample) for sample in _of(list, plain["samples"])),
        total_ns=_of(int, plain["total_ns"]),
        max_ns=_of(int, plain["max_ns"]),
        wait_ns=_of(int, plain["wait_ns"]),
        rows=_of(int, plain["rows"]),
        errors=_of(int, plain["errors"]),
        call_site=None if plain["call_site"] is None else _of(str, plain["call_site"]),
        slowest=None if plain["slowest"] is None else _parameters(plain["slowest"]),
        last=None if plain["last"] is None else _parameters(plain["last"]),
        error_names=_counts(plain["error_names"]),
        lanes=_counts(plain["lanes"]),
        buckets=tuple(_bucket(pair) for pair in _of(list, plain["buckets"])),
        loops=tuple(_loop(_of(dict, loop)) for loop in _of(list, plain["loops"])),
        last_seen_s=_number(plain["last_seen_s"]),
    )


def _loop(plain: dict[str, Any]) -> LoopRecord:
    figures = [_of(int, plain[name]) for name in ("units", "runs", "most_distinct", "repeats")]
    return LoopRecord(_of(str, plain["call_site"]), *figures)


def _bucket(pair: Any) -> tuple[int, int]:
    bucket, count = _of(list, pair)
    return _of(int, bucket), _of(int, count)


def _counts(plain: Any) -> tuple[tuple[str, int], ...]:
    return tuple((name, _of(int, count)) for name, count in _of(dict, plain).items())


def _plain_parameters(parameters: Parameters) -> Any:
    if isinstance(parameters, dict):
        return {name: _plain(value) for name, value in parameters.items()}
    return [_plain(value) for value in parameters]


def _parameters(plain: Any) -> Parameters:
    if isinstance(plain, dict):
        return {name: _value(value) for name, value in plain.items()}
    return tuple(_value(value) for value in _of(list, plain))


def _plain(value: Raw) -> Any:
    # What JSON has no word for is an object with one key, which says what it is.
    if isinstance(value, bytes | bytearray | memoryview):
        return {"base64": b64encode(value).decode()}
    if isinstance(value, float) and not isfinite(value):
        return {"float": repr(value)}
    return value


def _value(plain: Any) -> Raw:
    if isinstance(plain, dict):
        ((kind, text),) = plain.items()
        if kind == "base64":
            return b64decode(_of(str, text), validate=True)
        if kind == "float":
            return float(_of(str, text))
        raise ValueError
    if plain is None or isinstance(plain, int | float | str):
        return plain
    raise TypeError


def _of(kind: type[T], value: object) -> T:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)
