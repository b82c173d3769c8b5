"""The charts: where the time goes, and what the suggestions make of it."""

from __future__ import annotations

from noormme_py.amounts import duration, number, times
from noormme_py.optimize.recording.record import StatementRecord
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.report.bars import bar, row
from noormme_py.optimize.report.markup import Html, element, joined
from noormme_py.optimize.report.sql import one_line
from noormme_py.optimize.suggestion import Figures, Served

_MOST_ROWS = 10


def time_chart(analysis: Analysis, places: dict[str, int]) -> Html:
    """Return the statements that take the most of the time, or that are run most where nothing was timed."""
    statements = analysis.record.statements
    is_timed = any(one.total_ns for one in statements)

    def amount(one: StatementRecord) -> int:
        return one.total_ns if is_timed else one.count

    ranked = sorted((one for one in statements if amount(one)), key=lambda one: -amount(one))[:_MOST_ROWS]
    if not ranked:
        return joined()
    whole, most = sum(map(amount, statements)), amount(ranked[0])
    rows: list[Html] = []
    for one in ranked:
        value = amount(one)
        told = f"{duration(value) if is_timed else number(value) + ' runs'}"
        share = f"{100 * value / whole:.0f} %" if value * 200 >= whole else "< 1 %"
        rows.append(
            row(_label(one.sql, places), [bar(value, most, "now", told)], joined(element("strong", share), f" {told}"))
        )
    title = "Where the time goes" if is_timed else "What is run most"
    return element("section", element("h2", title), element("div", *rows, class_="chart"), id="time")


def gain_chart(analysis: Analysis, places: dict[str, int]) -> Html:
    """Return what each statement that a suggestion changes costs, before and after all of them."""
    changed = [one for one in analysis.served.values() if _costs(one) is not None]
    if not changed:
        return joined()

    def before(one: Served) -> float:
        return (one.before.steps or 0) * one.count

    ranked = sorted(changed, key=before, reverse=True)[:_MOST_ROWS]
    most = max(max(before(one), (one.after.steps or 0) * one.count) for one in ranked)
    rows: list[Html] = []
    for one in ranked:
        after = float((one.after.steps or 0) * one.count)
        told = f"{number(before(one))} → {number(after)}"
        bars = [
            bar(before(one), most, "before", f"before: {number(before(one))} steps"),
            bar(after, most, "after", f"after: {number(after)} steps"),
        ]
        factor = times(before(one), max(after, 1)) if before(one) >= after else f"+{number(after - before(one))}"
        rows.append(row(_label(one.sql, places), bars, joined(element("strong", factor), f" {told}")))
    legend = element(
        "p",
        "Steps of SQLite's virtual machine, in all runs: ",
        element("span", "before", class_="key before"),
        element("span", "after the suggestions", class_="key after"),
        class_="quiet",
    )
    return element(
        "section",
        element("h2", "What the suggestions save"),
        legend,
        element("div", *rows, class_="chart"),
        id="gain",
    )


def compared(served: Served) -> str:
    """Return before and after in words: `12 ms → 40 µs`, and the steps where nothing was timed."""
    return f"{cost(served.before)} → {cost(served.after)}"


def cost(figures: Figures) -> str:
    """Return what one run costs: `12 ms, 60 k steps`."""
    parts = [] if figures.elapsed_ms is None else [duration(figures.elapsed_ms * 1e6)]
    parts += [] if figures.steps is None else [f"{number(figures.steps)} steps"]
    return ", ".join(parts) or "not run"


def _costs(one: Served) -> int | None:
    return None if one.before.steps is None or one.after.steps is None else one.before.steps


def _label(sql: str, places: dict[str, int]) -> Html:
    place = places.get(sql)
    text = one_line(sql, 90)
    if place is None:
        return element("span", text, class_="sql")
    return joined(element("a", f"#{place}", href=f"#statement-{place}"), " ", element("span", text, class_="sql"))
