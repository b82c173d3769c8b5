"""Bars, as inline SVG: their lengths are parts of the width, so that they fit wherever they stand."""

from __future__ import annotations

from noormme_py.optimize.report.markup import Content, Html, element

_LEAST = 0.4
"""In percent: the shortest bar that can be seen."""


def bar(value: float, most: float, kind: str, told: str) -> Html:
    """Return one bar; `told` is what it says to those who do not see it."""
    width = 0.0 if value <= 0 or most <= 0 else max(_LEAST, min(100.0, 100 * value / most))
    track = element("rect", class_="track", width="100%", height="100%", rx=4)
    drawn = element("rect", class_=kind, width=f"{width:.2f}%", height="100%", rx=4)
    return element("svg", track, drawn, class_="bar", role="img", aria_label=told, height=12)


def row(label: Content, bars: list[Html], amount: Content) -> Html:
    """Return one row of a chart: what it is about, its bars, and the amount in words."""
    return element(
        "div",
        element("div", label, class_="bar-label"),
        element("div", *bars, class_="bars"),
        element("div", amount, class_="bar-amount"),
        class_="bar-row",
    )
