"""Kinds of log lines that hold a statement, and what each tells: pure text, no state."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import cast

from noormme_py.optimize.workload.workload import loaded, parameters_of
from noormme_py.query.statement import Parameters
from noormme_py.query.tokens import main_verb

_LONGEST_PARAMETERS = 20_000

# What stands before a statement ends as the head of a log line does: `INFO`, `app.db`, `]`, `:`, a quote.
_BEGINS = re.compile(
    r"(?P<head>.*?)\b(?P<sql>(?:SELECT\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s|DELETE\s+FROM\s|REPLACE\s+INTO\s"
    r"|WITH\s+(?:RECURSIVE\s+)?[\w\"`\[]+\s*(?:\([^()]*\)\s*)?AS\s).*)",
    re.IGNORECASE,
)
_HEAD_ENDS = "])>|:=\"'`-"
_LEVEL_OR_NAME = re.compile(r"[A-Z]{4,}|\w+\.[\w.]+")
_CONTROL = re.compile(
    r".*\b(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA|EXPLAIN|CREATE|DROP|ALTER|ANALYZE|VACUUM|ATTACH|DETACH)\b"
)
_SQLALCHEMY = re.compile(
    r"\[(?:generated in|cached since|no key|raw sql|caching disabled|dialect )[^\]]{0,200}+\][ \t]*+(.*)"
)
_ARGS = re.compile("; args=")
_DJANGO = re.compile(r"\((\d{1,6}\.\d{1,9})\) ")
_CLAUSES = (
    r"FROM|WHERE|AND|OR|ORDER|GROUP|HAVING|LIMIT|OFFSET|LEFT|INNER|CROSS|NATURAL|JOIN|ON|VALUES|SET|RETURNING"
    r"|UNION|EXCEPT|INTERSECT|WINDOW|END"
)
# A sentence begins with a capital, and SQL is written in one case.
_CLAUSE = re.compile(rf"\s*(?:{_CLAUSES}|{_CLAUSES.lower()})\b|\s+[(),]|[),]")
_UNFINISHED = re.compile(rf"(?:[,(]|\b(?:{_CLAUSES}|SELECT|ALL|DISTINCT|BY|AS|IN|NOT|EXISTS))\s*\Z", re.IGNORECASE)
_ROWS = re.compile(r"\b(?:VALUES|SELECT|DEFAULT)\b", re.IGNORECASE)
_SQL_KEYS = ("sql", "statement", "query", "db.statement", "db.query.text")
_PARAMETER_KEYS = ("params", "parameters", "args")


@dataclass(frozen=True, slots=True)
class Logged:
    """A statement of a log; `is_whole` when nothing of it can follow on the next lines."""

    sql: str
    samples: tuple[Parameters, ...] = field(default=(), repr=False)
    elapsed_ns: int = 0
    is_whole: bool = False


def json_line(line: str) -> Logged | None:
    """Read `{"sql": …, "duration_ms": 1.5, "params": […]}`, with other names for the keys too."""
    if not line.lstrip().startswith("{"):
        return None
    found = loaded(line)
    if not isinstance(found, dict):
        return None
    told = cast("dict[str, object]", found)
    sql = next((told[key] for key in _SQL_KEYS if isinstance(told.get(key), str)), None)
    if not isinstance(sql, str):
        return None
    samples = samples_of(next((told[key] for key in _PARAMETER_KEYS if key in told), None))
    return Logged(sql, samples, _nanoseconds(told.get("duration_ms"), 1e6), is_whole=True)


def django_line(line: str) -> Logged | None:
    """Read `(0.001) SELECT …; args=(1,); alias=default`."""
    began = _DJANGO.search(line)
    if began is None:
        return None
    elapsed_ns = _nanoseconds(float(began[1]), 1e9)
    ends = [found.start() for found in islice(_ARGS.finditer(line, began.end()), 10)]
    for end in ends:
        # A value may hold "; args=" too: the real one is followed by what Python can read.
        written = line[end + len("; args=") :]
        args = evaluated(written.rpartition("; alias=")[0] or written)
        if args is not None:
            return Logged(line[began.end() : end], samples_of(args), elapsed_ns, is_whole=True)
    return Logged(line[began.end() : ends[-1]], (), elapsed_ns, is_whole=True) if ends else None


def statement_line(line: str) -> Logged | None:
    """Read a line with a statement at its end, whatever head the logger gave it."""
    found = _BEGINS.match(line)
    if found is None:
        return None
    head = found["head"].rstrip()
    if head and head[-1] not in _HEAD_ENDS and _LEVEL_OR_NAME.fullmatch(head.split()[-1]) is None:
        return None
    sql = found["sql"].rstrip()
    if head[-1:] in ("'", '"', "`") and (end := sql.rfind(head[-1])) > 0:
        return Logged(sql[:end], is_whole=True)
    return Logged(sql, is_whole=sql.endswith(";"))


def parameters_line(line: str) -> tuple[Parameters, ...] | None:
    """Read what SQLAlchemy logs behind a statement: `[cached since 0.1s ago] (1, 'x')`; None for another line."""
    found = _SQLALCHEMY.search(line)
    return None if found is None else samples_of(evaluated(found[1]))


def is_continuation(before: str, line: str) -> bool:
    """Whether a line goes on with the statement whose lines `before` have been read."""
    if _CLAUSE.match(line) is not None:
        return True
    if before.count("(") > before.count(")") or _UNFINISHED.search(before[-40:]) is not None:
        return bool(line.strip())
    if line.lstrip()[:6].upper() != "SELECT":
        return False
    # Table expressions that serve no verb yet, or an INSERT that does not say of what.
    verb = main_verb(before)
    return verb == "WITH" or (verb in ("INSERT", "REPLACE") and _ROWS.search(before) is None)


def is_silent(line: str) -> bool:
    """Whether a line is understood and tells of no row: blank, a comment, a COMMIT, a PRAGMA."""
    return not line.strip() or line.lstrip().startswith("--") or _CONTROL.match(line) is not None


def samples_of(found: object) -> tuple[Parameters, ...]:
    """Return one set of parameters, or the many of an `executemany`."""
    if isinstance(found, list) and found and all(isinstance(one, list | tuple | dict) for one in found):
        return tuple(sample for one in found if (sample := parameters_of(one)) is not None)
    sample = parameters_of(found)
    return () if sample is None else (sample,)


def evaluated(text: str) -> object:
    """Return what a text says as a Python literal, and None for anything else."""
    if len(text) > _LONGEST_PARAMETERS:
        return None
    try:
        found: object = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    return found


def _nanoseconds(value: object, unit: float) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    # A day is more than any statement takes.
    return int(value * unit) if math.isfinite(value) and 0 <= value * unit <= 86_400e9 else 0
