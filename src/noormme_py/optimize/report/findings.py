"""The findings that no suggestion mends, gravest first: what is wrong, what was seen, what to do."""

from __future__ import annotations

from collections import Counter

from noormme_py.amounts import plural
from noormme_py.optimize.finding import Finding, alike
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.report.markup import Html, element, joined
from noormme_py.optimize.report.sql import highlighted, statement
from noormme_py.query.tokens import main_verb

_VERBS = frozenset({"CREATE", "DROP", "PRAGMA", "ANALYZE", "VACUUM", "REINDEX"})
_WORTH_A_LOOK = ("high", "medium")


def finding_cards(analysis: Analysis) -> Html:
    """Return a card for what is worth a look, those findings together that are alike; the rest is folded."""
    groups = alike(analysis.open_findings)
    if not groups:
        return joined()
    cards = [_card(group) for group in groups if group[0].severity in _WORTH_A_LOOK]
    rest = [_card(group) for group in groups if group[0].severity not in _WORTH_A_LOOK]
    lesser = sum(len(group) for group in groups if group[0].severity not in _WORTH_A_LOOK)
    if rest:
        cards.append(element("details", element("summary", plural(lesser, "lesser finding")), *rest, class_="rest"))
    title = "What else was found" if analysis.suggestions else "Findings"
    return element("section", element("h2", title), *cards, id="findings")


def mended(findings: list[Finding]) -> Html:
    """Return in a line what need not be looked at any more once a suggestion is followed."""
    if not findings:
        return joined()
    counts = Counter(found.kind for found in findings)
    told = ", ".join(kind if count == 1 else f"{kind} ({count})" for kind, count in counts.items())
    return element("p", f"It mends {plural(len(findings), 'finding')}: {told}.", class_="quiet")


def _card(group: tuple[Finding, ...]) -> Html:
    first = group[0]
    lines = [element("h3", element("span", first.severity, class_=f"severity {first.severity}"), " ", first.title)]
    for found in group:
        lines += _seen(found)
    if first.mend is not None:
        is_sql = main_verb(first.mend) in _VERBS and first.mend[:1].isalpha()
        mend = highlighted(first.mend) if is_sql else element("span", first.mend)
        lines.append(element("p", element("strong", "Mend: "), mend, class_="mend"))
    return element("article", *lines, class_=f"card finding {first.severity}")


def _seen(found: Finding) -> list[Html]:
    lines = [element("p", found.evidence)]
    if found.call_site is not None:
        lines.append(element("p", "at ", element("code", found.call_site), class_="quiet"))
    if found.sql is not None:
        lines.append(element("details", element("summary", "the statement"), element("pre", statement(found.sql))))
    return lines
