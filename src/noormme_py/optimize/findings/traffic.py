"""How often the tables are read and written, as far as the texts of the recorded statements tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from noormme_py.names import fold
from noormme_py.optimize.recording.record import Record
from noormme_py.query.tokens import Token, main_verb, tokens
from noormme_py.schema.model import Schema

_BEFORE_A_TABLE = frozenset({"FROM", "JOIN", ",", "."})
_ENDS_OF_SET = frozenset({"WHERE", "FROM", "RETURNING", "ORDER", "LIMIT"})


@dataclass(slots=True)
class Traffic:
    """Statements by what they do to one table. `updates` counts them by the (folded) columns that they set."""

    reads: int = 0
    inserts: int = 0
    deletes: int = 0
    updated: int = 0
    updates: Counter[str] = field(default_factory=Counter[str])

    @property
    def writes(self) -> int:
        return self.inserts + self.deletes + self.updated


def traffic_of(record: Record, schema: Schema) -> Mapping[str, Traffic]:
    """Return the traffic of every table of the schema, by its folded name.

    A statement counts as one write, however many rows it writes. What triggers and cascades do is not seen.
    """
    found = {fold(table.name): Traffic() for table in schema}
    for statement in record.statements:
        _count(list(tokens(statement.sql)), main_verb(statement.sql), statement.count, found)
    return found


def _count(words: list[Token], verb: str, times: int, found: Mapping[str, Traffic]) -> None:
    start, target = _target(words, verb)
    if target is not None and target in found:
        written = found[target]
        is_replacing = verb == "REPLACE" or [word.keyword for word in words[start : start + 3]][1:] == ["OR", "REPLACE"]
        if verb in ("INSERT", "REPLACE"):
            written.inserts += times
        if verb == "DELETE" or is_replacing:
            written.deletes += times
        if verb == "UPDATE":
            written.updated += times
            for column in _columns_set(words[start:]):
                written.updates[column] += times
    mentioned = {
        fold(word.identifier)
        for before, word in zip([None, *words], words, strict=False)
        if before is not None and before.keyword in _BEFORE_A_TABLE and word.kind in ("word", "quoted")
    }
    for name in mentioned & found.keys():
        # DELETE FROM names its table as a SELECT does.
        if name != target:
            found[name].reads += times


def _target(words: list[Token], verb: str) -> tuple[int, str | None]:
    """Return where the main verb stands, and the folded name of the table that it writes."""
    if verb not in ("INSERT", "REPLACE", "UPDATE", "DELETE"):
        return 0, None
    depth = 0
    for start, word in enumerate(words):
        depth += (word.keyword == "(") - (word.keyword == ")")
        if depth == 0 and word.keyword == verb and (start == 0 or words[start - 1].keyword == ")"):
            break
    else:
        return 0, None
    place = start + 1
    if _keyword(words, place) == "OR":
        place += 2
    if _keyword(words, place) in ("INTO", "FROM"):
        place += 1
    if _keyword(words, place + 1) == ".":
        place += 2
    return start, fold(words[place].identifier) if place < len(words) else None


def _columns_set(words: list[Token]) -> set[str]:
    """Return the folded names of the columns that an UPDATE sets, one by one or as a row."""
    found: set[str] = set()
    depth, is_setting, is_row, before = 0, False, False, ""
    for place, word in enumerate(words):
        keyword = word.keyword
        if depth == 0 and is_setting and keyword in _ENDS_OF_SET:
            break
        if is_setting and depth == 0 and before in ("SET", ","):
            is_row = keyword == "("
            if not is_row and _keyword(words, place + 1) == "=":
                found.add(fold(word.identifier))
        elif is_row and depth == 1 and word.kind in ("word", "quoted"):
            found.add(fold(word.identifier))
        depth += (keyword == "(") - (keyword == ")")
        is_row = is_row and depth > 0
        is_setting = is_setting or keyword == "SET"
        before = keyword
    return found


def _keyword(words: list[Token], place: int) -> str:
    return words[place].keyword if place < len(words) else ""
