"""The report is one page that needs nothing else, and in which every text is only shown."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.report.markup import element
from noormme_py.optimize.report.page import html_report
from noormme_py.optimize.report.sql import highlighted, plan
from noormme_py.optimize.suggestion import Advice
from tests.optimize.analyses import MADE_AT, SECRET, SHOP, hostile

EMPTY = Analysis("a.db", MADE_AT, "3.46.1", Record())


class Balanced(HTMLParser):
    """Knows what is open, and every name of an element and of an attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.names.update(f"@{name}" for name, _ in attrs)
        self.targets += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(page: str) -> Balanced:
    parser = Balanced()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize("analysis", [SHOP, hostile(), EMPTY], ids=["shop", "hostile", "empty"])
def test_the_page_is_whole_in_itself(analysis: Analysis) -> None:
    page = html_report(analysis)
    found = parsed(page)
    assert not found.names & {"script", "img", "link", "iframe", "object", "form", "@onerror", "@onclick", "@src"}
    assert all(target.startswith("#") and target[1:] in found.ids for target in found.targets)
    assert len(found.ids) == len(set(found.ids))
    assert "url(" not in page
    assert "@import" not in page
    page.encode("utf-8")


def test_no_parameter_is_on_the_page() -> None:
    assert SECRET not in html_report(SHOP)


def test_control_characters_and_turned_directions_are_written_out() -> None:
    assert element("p", "a\x1b[31m\u202e\ud800\nb<").text == r"<p>a\x1b[31m\u202e\ud800" + "\nb&lt;</p>"


def test_what_there_is_nothing_of_is_not_there() -> None:
    text = parsed(html_report(EMPTY)).text
    assert "No statement was recorded yet" in text
    headings = ("Suggestions", "Findings", "Where the time goes", "What is run most", "Notes", "Do this first")
    assert [word for word in headings if word in text] == []


def test_advice_to_do_nothing_is_told() -> None:
    page = html_report(replace(SHOP, advice=Advice((), (), 0.1)))
    assert "No index is missing, and none is in the way." in page


def test_statements_that_were_not_timed_are_shown_by_their_runs() -> None:
    record = Record((StatementRecord("select 1", 30), StatementRecord("select 2", 10)))
    text = parsed(html_report(replace(EMPTY, record=record))).text
    assert "What is run most" in text
    assert "75 %" in text
    assert re.search(r"\b(Total|Mean|Max|Rows|Errors)\b", text) is None


def test_the_lines_of_a_plan_are_marked_by_what_they_cost() -> None:
    lines = (
        "SCAN a",
        "  SEARCH b USING INDEX c (d=?)",
        "SEARCH e USING AUTOMATIC COVERING INDEX (f=?)",
        "USE TEMP B-TREE FOR ORDER BY",
        "SCAN g USING COVERING INDEX h",
        "CO-ROUTINE x",
    )
    found = re.findall(r'--depth: (\d)"><span class="([a-z-]+)"', plan(lines).text)
    assert found == [
        ("0", "reads-all"), ("1", "looks-up"), ("0", "builds"), ("0", "builds"), ("0", "looks-up"), ("0", "other"),
    ]  # fmt: skip


@given(st.text())
def test_a_highlighted_text_is_the_same_text(sql: str) -> None:
    shown = "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in sql)
    assert parsed(highlighted(sql).text).text == shown
