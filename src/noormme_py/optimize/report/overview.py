"""The head of the page: which database, the verdict, what to do first, the figures."""

from __future__ import annotations

from pathlib import PurePath

from noormme_py.amounts import duration, number
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.report.markup import Content, Html, element, joined
from noormme_py.optimize.report.sql import block
from noormme_py.optimize.suggestion import Suggestion


def head(analysis: Analysis) -> Html:
    """Return whose report it is, and what it comes to."""
    made = f"{analysis.made_at:%d %B %Y, %H:%M} UTC".lstrip("0")
    name = PurePath(analysis.database).name or analysis.database
    return element(
        "header",
        element("p", "Database analysis", class_="eyebrow"),
        element("h1", name),
        element("p", analysis.verdict, class_="verdict"),
        element("p", f"{analysis.database} · SQLite {analysis.sqlite_version} · {made}", class_="quiet"),
    )


def first_step(analysis: Analysis) -> Html:
    """Return what to do before anything else."""
    first = analysis.first_step
    if first is None:
        return joined()
    if isinstance(first, Suggestion):
        what = f"{'Create' if first.action == 'create' else 'Drop'} the index {first.index}"
        return _first(what, first.reason, block(first.ddl), "#suggestion-1")
    mend = joined() if first.mend is None else element("p", first.mend, class_="mend")
    return _first(first.title, first.evidence, mend, "#findings")


def figures(analysis: Analysis) -> Html:
    """Return the figures that a person asks for first."""
    statements = analysis.record.statements
    runs = sum(one.count for one in statements)
    total_ns = sum(one.total_ns for one in statements)
    errors = sum(one.errors for one in statements)
    shown: list[tuple[str, str]] = [(number(len(statements)), "statements"), (number(runs), "runs")]
    if total_ns:
        span_s = analysis.record.span_s
        shown.append(
            (duration(total_ns), f"of work in the database, in {duration(span_s * 1e9)}" if span_s else "of work")
        )
    if errors:
        shown.append((number(errors), "failed runs"))
    if analysis.advice is not None:
        shown.append((str(len(analysis.suggestions)), "suggestions"))
    left = analysis.open_findings
    grave = sum(found.severity == "high" for found in left)
    besides = "other findings" if analysis.suggestions else "findings"
    shown.append((str(len(left)), f"{besides}, {grave} of them grave" if grave else besides))
    gain = sum(suggestion.gain_steps for suggestion in analysis.suggestions)
    if gain > 0:
        shown.append((number(gain), "steps to be saved"))
    cells = [element("div", element("dd", amount), element("dt", what), class_="figure") for amount, what in shown]
    return element("dl", *cells, class_="figures")


def notes(analysis: Analysis) -> Html:
    """Return what limits all of this."""
    told = [*analysis.notes, *(analysis.advice.notes if analysis.advice is not None else ())]
    if analysis.advice is not None and analysis.advice.suggestions:
        elapsed = duration(analysis.advice.elapsed_s * 1e9)
        told.append(f"The suggestions were worked out in {elapsed} on a private copy; nothing was changed.")
    if not told:
        return joined()
    return element("section", element("h2", "Notes"), element("ul", *(element("li", one) for one in told)), id="notes")


def _first(title: str, why: str, what: Content, more: str) -> Html:
    return element(
        "section",
        element("p", "Do this first", class_="eyebrow"),
        element("h2", title),
        element("p", why),
        what,
        element("p", element("a", "the proof", href=more), class_="quiet"),
        class_="first",
    )
