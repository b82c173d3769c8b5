"""The report of a move, read again: from a file that anybody may have changed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.client.transfer_files import read_report
from noormme_py.errors import TransferError
from noormme_py.postgres.fate import Fate
from noormme_py.postgres.move.report import MovedTable, Orphans, TransferReport
from noormme_py.postgres.plan.planned import MoveOptions

REPORT = TransferReport(
    "postgresql://app@localhost/app",
    "app",
    "PostgreSQL 15.1",
    "app.db",
    "2026-01-05T09:30:00+00:00",
    1.25,
    MoveOptions(("shop.*",), ("junk",), (("a", "id > 1"),), (("numeric", "real"),), is_strict=True),
    (MovedTable("public.a", "a", 3, 1, unverified=("name",), seconds=0.5),),
    (Fate("table", "public.a", "a", "exact"), Fate("trigger", "public.a (t)", None, "left out", "no", "create")),
    (Orphans("a", "b", 1, is_valid=True),),
    (("a.balance", "decimal"),),
    "app.db.rejects.jsonl",
)
PLAIN: dict[str, Any] = json.loads(json.dumps(REPORT.to_dict()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(plain: Any) -> list[tuple[Any, Any]]:
    """Return (container, key) of everything in a JSON value."""
    keys = list(plain) if isinstance(plain, dict) else list(range(len(plain))) if isinstance(plain, list) else []
    return [(plain, key) for key in keys] + [place for key in keys for place in places(plain[key])]


def test_a_report_is_read_as_it_was() -> None:
    assert TransferReport.from_dict(PLAIN) == REPORT


def test_keys_of_a_later_version_are_passed_over() -> None:
    assert TransferReport.from_dict({**PLAIN, "later": 1, "options": {**PLAIN["options"], "later": []}}) == REPORT


@given(st.data())
def test_a_damaged_report_is_read_or_refused(data: st.DataObject) -> None:
    plain = copy.deepcopy(PLAIN)
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(plain)))
        if data.draw(st.booleans()):
            container[key] = data.draw(JSON)
        else:
            del container[key]
        if not plain:
            break
    try:
        report = TransferReport.from_dict(plain)
    except TransferError:
        return
    # What was read can be used: it says itself again.
    json.dumps(report.to_dict())
    assert TransferReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report or report != report


@given(JSON)
def test_any_other_json_is_refused(plain: Any) -> None:
    with pytest.raises(TransferError):
        TransferReport.from_dict(plain)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("options", "exclude"), None),
        (("options", "where"), [["a", 5]]),
        (("options", "types"), [["int4", ["x"]]]),
        (("tables", 0, "unverified"), None),
        (("tables", 0, "rows"), True),
        (("fates",), [1]),
        (("fates", 0, "outcome"), "so so"),
    ],
)
def test_what_is_damaged_is_told_by_its_place(place: tuple[Any, ...], value: Any) -> None:
    plain = copy.deepcopy(PLAIN)
    inner: Any = plain
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(TransferError, match="damaged") as refused:
        TransferReport.from_dict(plain)
    assert str(place[0]) in str(refused.value.hint)


@pytest.mark.parametrize("text", ["[" * 100_000, "", "[]", "nonsense", '{"format": 9}', "\udcff"])
def test_a_file_that_is_no_report(tmp_path: Path, text: str) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(TransferError):
        read_report(path)


def test_a_report_that_is_not_there(tmp_path: Path) -> None:
    assert read_report(tmp_path / "r.json") is None
    with pytest.raises(TransferError):
        read_report(tmp_path / ("x" * 300))
    with pytest.raises(TransferError):
        read_report(tmp_path / "a\0b")
