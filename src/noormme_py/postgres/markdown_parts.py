"""Parts of Markdown documents: names and texts of any origin, and what becomes of the things of a database."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.postgres.fate import Fate

_MOST_TEXT = 2_000


def fates_listed(fates: Iterable[Fate]) -> Iterable[str]:
    """Yield the lines of three sections: what was left out, what is there in another way, and what is as it was."""
    found = list(fates)
    yield from _listed("Left out", "What SQLite has nothing like, or nothing that means the same.", found, "left out")
    yield from _listed("Changed", "What is there in another way. All values are kept.", found, "changed")
    exact = [fate for fate in found if fate.outcome == "exact"]
    if exact:
        yield "## As it was"
        yield ""
        yield "| | PostgreSQL | SQLite |"
        yield "|---|---|---|"
        for fate in exact:
            yield f"| {cell(fate.kind)} | {code(fate.source)} | {code(fate.target or '')} |"
        yield ""


def code(text: str) -> str:
    """Return a name as code, whatever is in it."""
    if not text:
        return ""
    fence = "`"
    while fence in text:
        fence += "`"
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{cell(text)}{space}{fence}"


def cell(text: str) -> str:
    """Return a text as one line that may stand in a table."""
    return " ".join(text.replace("|", "\\|").split())


def fenced(text: str) -> Iterable[str]:
    """Yield the lines of a block of SQL; a very long one is cut."""
    shown = text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + "\n-- …"
    fence = "```"
    while fence in shown:
        fence += "`"
    yield f"{fence}sql"
    yield shown
    yield fence
    yield ""


def _listed(title: str, words: str, fates: list[Fate], outcome: str) -> Iterable[str]:
    found = [fate for fate in fates if fate.outcome == outcome]
    if not found:
        return
    yield f"## {title}"
    yield ""
    yield words
    yield ""
    yield "| | PostgreSQL | in SQLite |"
    yield "|---|---|---|"
    for fate in found:
        yield f"| {cell(fate.kind)} | {code(fate.source)} | {cell(fate.note or '')} |"
    yield ""
    for fate in found:
        if outcome == "left out" and fate.text:
            yield f"{cell(fate.kind)} {code(fate.source)}:"
            yield ""
            yield from fenced(fate.text)
