"""The suggestions: what to run, why, and the proof."""

from __future__ import annotations

from noormme_py.amounts import number, plural, size
from noormme_py.optimize.finding import Finding
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.report.charts import compared, cost
from noormme_py.optimize.report.findings import mended
from noormme_py.optimize.report.markup import Html, element, joined
from noormme_py.optimize.report.sql import block, highlighted, plan, statement
from noormme_py.optimize.suggestion import Figures, Served, Suggestion

_MOST_SERVED = 12
_PROOFS = {"plan": "by SQLite's planner", "copy": "measured on a private copy"}


def suggestion_cards(analysis: Analysis) -> Html:
    """Return a card for each suggestion, the most gain first."""
    if analysis.advice is None:
        return joined()
    cards = [_card(number, one, analysis.mended_by(one)) for number, one in enumerate(analysis.suggestions, 1)]
    if not cards:
        cards = [element("p", "No index is missing, and none is in the way.", class_="fine")]
    return element("section", element("h2", "Suggestions"), *cards, id="suggestions")


def _card(place: int, suggestion: Suggestion, found: list[Finding]) -> Html:
    verb = "Create" if suggestion.action == "create" else "Drop"
    facts = [
        element("span", f"{suggestion.confidence} confidence", class_=f"chip {suggestion.confidence}"),
        element("span", _PROOFS[suggestion.verification], class_="chip"),
    ]
    if suggestion.gain_steps > 0:
        facts.append(element("span", f"saves {number(suggestion.gain_steps)} steps", class_="chip"))
    if suggestion.bytes is not None:
        facts.append(element("span", size(suggestion.bytes), class_="chip"))
    if suggestion.upkeep_entries:
        facts.append(element("span", f"{number(suggestion.upkeep_entries)} entries written", class_="chip"))
    served = [_served(one, is_open=place == 1 and number == 0) for number, one in enumerate(_shown(suggestion))]
    rest = len(suggestion.served) - len(served)
    return element(
        "article",
        element("h3", f"{verb} {suggestion.index} on {suggestion.table}"),
        element("p", suggestion.reason),
        block(suggestion.ddl),
        element("p", *facts, class_="chips"),
        *served,
        *([element("p", f"… and {plural(rest, 'statement')} more.", class_="quiet")] if rest else []),
        mended(found),
        element("p", "To take it back: ", highlighted(suggestion.undo), class_="quiet"),
        class_="card",
        id=f"suggestion-{place}",
    )


def _shown(suggestion: Suggestion) -> tuple[Served, ...]:
    return suggestion.served[:_MOST_SERVED]


def _served(served: Served, *, is_open: bool) -> Html:
    runs = f"{plural(served.count, 'run')}, each {compared(served)}"
    inside = (
        element("summary", statement(served.sql), element("span", runs, class_="cost")),
        element("div", _side("Before", served.before), _side("After", served.after), class_="sides"),
    )
    return element("details", *inside, open="") if is_open else element("details", *inside)


def _side(title: str, figures: Figures) -> Html:
    return element(
        "div", element("h4", title, " ", element("small", cost(figures))), plan(figures.plan), class_=title.lower()
    )
