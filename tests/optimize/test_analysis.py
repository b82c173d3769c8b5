"""What an analysis says of itself: the verdict, the first step, and the JSON that programs rely on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from noormme_py.amounts import duration, number, plural, size, times
from noormme_py.optimize.finding import SEVERITIES, Finding
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.suggestion import Advice
from tests.optimize.analyses import DROPPED, FINDINGS, ORDERS_INDEX, SECRET, SHOP, SKU_INDEX, hostile

GOLDEN = Path(__file__).with_name("shop.json")
NONE = Advice((), (), 0.1)
SHOP_VERDICT = (
    "2 new indexes would make 3 of 7 statements up to 317× faster. 1 index can be dropped. 1 grave finding besides."
)
HIGH = Finding("wal-reset", "high", "SQLite", "This SQLite may lose commits.", "Version 3.46.1.", "Use 3.51.3.")
QUIET = replace(SHOP, findings=(), advice=NONE)


def test_the_json_is_as_promised() -> None:
    assert json.loads(json.dumps(SHOP.to_dict())) == json.loads(GOLDEN.read_text("utf-8"))


def test_no_parameter_is_in_the_json_or_the_repr() -> None:
    assert SECRET not in json.dumps(SHOP.to_dict())
    assert "lower(email) = '…'" in json.dumps(SHOP.to_dict(), ensure_ascii=False)
    masked = replace(SHOP, record=replace(SHOP.record, statements=SHOP.record.statements[:5]), findings=())
    assert SECRET not in repr(masked)


def test_any_text_can_be_said_in_json() -> None:
    assert json.loads(json.dumps(hostile().to_dict()))["format"] == 1


@pytest.mark.parametrize(
    ("analysis", "verdict"),
    [
        (SHOP, SHOP_VERDICT),
        (replace(QUIET, advice=Advice((SKU_INDEX,), (), 1.0)),
         "1 new index would make 1 of 7 statements 317× faster."),
        (replace(QUIET, advice=Advice((DROPPED,), (), 1.0)), "1 index can be dropped."),
        (replace(QUIET, findings=(HIGH,)), "There is 1 grave finding: this SQLite may lose commits."),
        (replace(QUIET, findings=FINDINGS[:1]), "The indexes are as they should be; 1 finding may be worth a look."),
        (QUIET, "The indexes are as they should be."),
        (replace(QUIET, advice=None), "Nothing urgent was found."),
        (replace(QUIET, record=Record()), "No statement was recorded yet, so nothing can be said about the indexes."),
    ],
)  # fmt: skip
def test_the_verdict_is_a_sentence(analysis: Analysis, verdict: str) -> None:
    assert analysis.verdict == verdict


def test_the_first_step_is_what_is_wrong_with_the_database_then_what_gains_most() -> None:
    assert replace(SHOP, findings=(*FINDINGS, HIGH)).first_step == HIGH
    assert SHOP.first_step == ORDERS_INDEX
    assert replace(SHOP, advice=NONE).first_step == FINDINGS[1]
    assert QUIET.first_step is None


def test_what_two_suggestions_do_for_one_statement_is_told_from_first_to_last() -> None:
    (served,) = SKU_INDEX.served
    again = replace(SKU_INDEX, served=(replace(served, before=served.after, after=ORDERS_INDEX.served[0].after),))
    found = replace(SHOP, advice=Advice((SKU_INDEX, again), (), 1.0)).served[served.sql]
    assert (found.before, found.after) == (served.before, ORDERS_INDEX.served[0].after)


def test_a_suggestion_is_as_grave_as_medium() -> None:
    suggested = replace(SHOP, findings=())
    assert [suggested.reaches(severity) for severity in SEVERITIES] == [True, True, True, False]
    assert [QUIET.reaches(severity) for severity in SEVERITIES] == [False] * 4
    assert replace(QUIET, findings=(HIGH,)).reaches("high")


def test_amounts_are_short_and_have_a_unit() -> None:
    durations = [duration(ns) for ns in (0, 950, 4_200, 12_400_000, 1.3e9, 81e9, 3_725e9, 7_200e9, 150e9)]
    assert durations == ["0 ns", "950 ns", "4.2 µs", "12 ms", "1.3 s", "81 s", "1 h 2 min", "2 h", "2 min 30 s"]
    assert [number(n) for n in (0, 9_999, 95_400, 1_200_000, -20_000, 5e9)] == [
        "0", "9,999", "95 k", "1.2 M", "-20 k", "5 G",
    ]  # fmt: skip
    assert [size(n) for n in (12, 2_048, 5_000_000)] == ["12 bytes", "2 KB", "4.8 MB"]
    assert [plural(1, "index"), plural(2, "index"), plural(1_000, "run")] == ["1 index", "2 indexes", "1,000 runs"]
    assert [times(10, 4), times(5_000, 1), times(1, 0)] == ["2.5×", "5,000×", "1,000,000,000×"]
