"""The page as a whole."""

from __future__ import annotations

from pathlib import PurePath

from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.report.charts import gain_chart, time_chart
from noormme_py.optimize.report.findings import finding_cards
from noormme_py.optimize.report.markup import Html, element, joined
from noormme_py.optimize.report.overview import figures, first_step, head, notes
from noormme_py.optimize.report.statements import places_of, statement_table
from noormme_py.optimize.report.style import STYLE
from noormme_py.optimize.report.suggestions import suggestion_cards

BEGINNING = "<!doctype html>\n<!-- noormme analyze -->\n"
"""By which a report is known."""

# Should anything slip through: the page may load nothing and run nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html_report(analysis: Analysis) -> str:
    """Return the report as one page of HTML, complete in itself."""
    places = places_of(analysis)
    top = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{PurePath(analysis.database).name} · database analysis"),
        element("style", Html(STYLE)),
    )
    main = element(
        "main",
        head(analysis),
        first_step(analysis),
        figures(analysis),
        gain_chart(analysis, places),
        suggestion_cards(analysis),
        finding_cards(analysis),
        time_chart(analysis, places),
        statement_table(analysis),
        notes(analysis),
        element("footer", "Made by noormme analyze. Values of parameters are not in this page."),
    )
    return joined(Html(BEGINNING), element("html", top, element("body", main), lang="en"), "\n").text
