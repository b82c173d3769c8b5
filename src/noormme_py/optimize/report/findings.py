"""The findings, gravest first: what is wrong, what was seen, what to do."""

from __future__ import annotations

from noormme_py.optimize.analysis import Analysis
from noormme_py.optimize.finding import Finding
from noormme_py.optimize.report.markup import Html, element, joined
from noormme_py.optimize.report.sql import highlighted, statement
from noormme_py.query.tokens import main_verb

_VERBS = frozenset({"CREATE", "DROP", "PRAGMA", "ANALYZE", "VACUUM", "REINDEX"})


def finding_cards(analysis: Analysis) -> Html:
    """Return a card for each finding."""
    if not analysis.findings:
        return joined()
    cards = [_card(found) for found in analysis.findings_gravest_first]
    return element("section", element("h2", "Findings"), *cards, id="findings")


def _card(found: Finding) -> Html:
    lines = [
        element("h3", element("span", found.severity, class_=f"severity {found.severity}"), " ", found.title),
        element("p", found.evidence),
    ]
    if found.mend is not None:
        is_sql = main_verb(found.mend) in _VERBS and found.mend[:1].isalpha()
        mend = highlighted(found.mend) if is_sql else element("span", found.mend)
        lines.append(element("p", element("strong", "Mend: "), mend, class_="mend"))
    if found.sql is not None:
        lines.append(element("details", element("summary", "the statement"), element("pre", statement(found.sql))))
    if found.call_site is not None:
        lines.append(element("p", "run at ", element("code", found.call_site), class_="quiet"))
    return element("article", *lines, class_=f"card finding {found.severity}")
