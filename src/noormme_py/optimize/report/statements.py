"""The table of statements: how often, how long, from where, by which plan."""

from __future__ import annotations

from collections.abc import Callable

from noormme_py.amounts import duration, number, plural
from noormme_py.optimize.recording.record import StatementRecord
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.report.markup import Html, element, joined
from noormme_py.optimize.report.sql import one_line, plan, statement

_MOST = 200

_COLUMNS: tuple[tuple[str, Callable[[StatementRecord], int], Callable[[StatementRecord], str]], ...] = (
    ("Runs", lambda one: one.count, lambda one: number(one.count)),
    ("Total", lambda one: one.total_ns, lambda one: duration(one.total_ns)),
    ("Mean", lambda one: one.total_ns, lambda one: duration(one.total_ns / max(one.count, 1))),
    ("p95", lambda one: one.quantile_ns(0.95), lambda one: duration(one.quantile_ns(0.95))),
    ("Max", lambda one: one.max_ns, lambda one: duration(one.max_ns)),
    ("Rows", lambda one: one.rows, lambda one: number(one.rows)),
    ("Errors", lambda one: one.errors, lambda one: number(one.errors)),
)
"""The title of a column, what it is about (a column of zeros is left out), and how it is told."""


def places_of(analysis: Analysis) -> dict[str, int]:
    """Return the numbers by which the page speaks of statements."""
    return {one.sql: place for place, one in enumerate(analysis.record.statements[:_MOST], 1)}


def statement_table(analysis: Analysis) -> Html:
    """Return the statements as they stand in the record: the most time first."""
    statements = analysis.record.statements
    if not statements:
        return joined()
    columns = [column for column in _COLUMNS if any(column[1](one) for one in statements)]
    titles = element(
        "tr", element("th", "#"), element("th", "Statement"), *(element("th", title) for title, _, _ in columns)
    )
    rows: list[Html] = []
    for place, one in enumerate(statements[:_MOST], 1):
        cells = [element("td", told(one), class_="amount", data_label=title) for title, _, told in columns]
        rows.append(
            element("tr", element("td", place, class_="place"), _cell(analysis, one), *cells, id=f"statement-{place}")
        )
    rest = len(statements) - len(rows)
    return element(
        "section",
        element("h2", "Statements"),
        element("table", element("thead", titles), element("tbody", *rows)),
        *([element("p", f"… and {plural(rest, 'statement')} that take less.", class_="quiet")] if rest else []),
        id="statements",
    )


def _cell(analysis: Analysis, one: StatementRecord) -> Html:
    inside = [element("pre", statement(one.sql))]
    if one.sql in analysis.plans:
        inside += [element("h4", "Plan"), plan(analysis.plans[one.sql])]
    place = (
        [] if one.call_site is None else [element("p", "first run at ", element("code", one.call_site), class_="quiet")]
    )
    return element(
        "td",
        element("details", element("summary", element("span", one_line(one.sql), class_="sql")), *inside),
        *place,
        class_="statement",
    )
