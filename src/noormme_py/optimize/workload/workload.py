"""A workload that somebody wrote down: a file of statements, with counts and parameters in comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from noormme_py.amounts import plural
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.recording.shape_text import ROW_VERBS
from noormme_py.optimize.workload.gathering import Gathering
from noormme_py.query.placeholders import fits
from noormme_py.query.statement import Parameters
from noormme_py.query.tokens import main_verb, statement_spans

_DIRECTIVE = re.compile(r"--[ \t]*+(count|parameters)[ \t]*+:(.*)", re.IGNORECASE)
_MOST_RUNS = 10**12


@dataclass(frozen=True, slots=True)
class Workload:
    """What a text told. `notes` say in a sentence each what of it was not understood."""

    record: Record
    notes: tuple[str, ...] = ()


def record_of_sql(text: str) -> Workload:
    """Read statements that are separated by semicolons; no text raises.

    Comments on lines of their own before a statement may say `-- count: 250`, how often it is run, and, as often as
    you like, `-- parameters: [1, "x"]` or `{"id": 1}` in JSON.
    """
    gathered = Gathering(is_log=False)
    others = misread = 0
    end = 0
    for start, following in statement_spans(text):
        sql = text[start:following]
        counts, samples, unread = _directives(text[end:start])
        end = following
        misread += unread
        if main_verb(sql) not in ROW_VERBS:
            others += 1
            continue
        fitting = [sample for sample in samples if fits(sql, sample)]
        misread += len(samples) - len(fitting)
        gathered.add(sql, fitting, count=sum(counts) or max(1, len(samples)))
    notes = (
        left_out(others, "statement", "neither read nor write rows" if others > 1 else "neither reads nor writes rows"),
        left_out(misread, "comment", "could not be understood"),
        left_out(gathered.left_out, "run", "came after too many different statements"),
    )
    return Workload(gathered.record(), tuple(filter(None, notes)))


def left_out(count: int, what: str, why: str) -> str:
    """Return the note that says what was left out, and "" for nothing."""
    return f"Left out: {plural(count, what)} that {why}." if count else ""


def parameters_of(found: object) -> Parameters | None:
    """Return what was read as parameters when SQLite can bind all of it, else None."""
    if isinstance(found, dict):
        return {str(name).lstrip(":@$"): value for name, value in found.items()} if _are_raw(found.values()) else None
    if isinstance(found, list | tuple):
        return tuple(found) if _are_raw(found) else None
    return None


def _are_raw(values: Iterable[object]) -> bool:
    return all(_is_raw(value) for value in values)


def _is_raw(value: object) -> bool:
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    if isinstance(value, str):
        # A lone surrogate is no text that SQLite could hold.
        return not any("\ud800" <= character <= "\udfff" for character in value)
    return value is None or isinstance(value, float | bytes)


def _directives(gap: str) -> tuple[list[int], list[Parameters], int]:
    """Return the counts and the parameters that the comments before a statement say, and how many were unreadable."""
    counts: list[int] = []
    samples: list[Parameters] = []
    unread = 0
    for line in gap.splitlines():
        found = _DIRECTIVE.match(line.strip())
        if found is None:
            continue
        value = loaded(found[2])
        if found[1].lower() == "count" and isinstance(value, int) and 0 < value <= _MOST_RUNS:
            counts.append(value)
        elif found[1].lower() == "parameters" and (sample := parameters_of(value)) is not None:
            samples.append(sample)
        else:
            unread += 1
    return counts, samples, unread


def loaded(text: str) -> object:
    """Return what a text says in JSON, and None where it says nothing."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found
