"""The pages of the documentation: their fenced blocks, headings, links and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"```(?P<language>\w*)\Z")
_HEADING = re.compile(r"#{1,6} (?P<text>.+)\Z")
_OUTPUTS = {"python": ("text", "sql"), "sh": ("text",)}
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `line` is the number of its first line of text; `output` is what it prints, in the next block."""

    language: str
    text: str
    line: int
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page, by its path from the root."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def lines(self) -> list[str]:
        return self.path.read_text(encoding="utf-8").splitlines()

    def blocks(self, *languages: str) -> list[Block]:
        """Return the fenced blocks in these languages, Python and commands with the output they are said to print."""
        found: list[Block] = []
        end = -2
        for block in _fenced(self.lines):
            is_output = found and block.language in _OUTPUTS.get(found[-1].language, ())
            if is_output and all(not line for line in self.lines[end + 1 : block.line - 2]):
                found[-1] = Block(found[-1].language, found[-1].text, found[-1].line, block.text)
            else:
                found.append(block)
            end = block.line - 1 + len(block.text.splitlines())
        return [block for block in found if block.language in languages]

    def prose(self) -> list[str]:
        """Return the lines outside of fenced blocks."""
        is_fenced = False
        found: list[str] = []
        for line in self.lines:
            if line.startswith("```"):
                is_fenced = not is_fenced
            elif not is_fenced:
                found.append(line)
        return found

    def anchors(self) -> set[str]:
        """Return what a link can point at inside the page, made of its headings as code hosts make it."""
        headings = [match["text"] for line in self.prose() if (match := _HEADING.match(line))]
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def links(self) -> list[str]:
        """Return the targets of all links."""
        return [match["target"] for line in self.prose() for match in _LINK.finditer(line)]

    def table(self, first_heading: str) -> list[dict[str, str]]:
        """Return the rows of every table whose first column has this heading, by column."""
        rows: list[dict[str, str]] = []
        columns: list[str] = []
        for line in self.prose():
            if not line.startswith("|"):
                columns = []
                continue
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not columns and cells[0] == first_heading:
                columns = cells
            elif columns and not set(line) <= set("|-"):
                rows.append(dict(zip(columns, cells, strict=True)))
        return rows


def code(cell: str) -> list[str]:
    """Return what stands in code marks in a table's cell."""
    return re.findall(r"`([^`]*)`", cell)


def page(name: str) -> Page:
    """Return the page at a path from the root."""
    return Page(ROOT / name)


def pages() -> list[Page]:
    """Return every page that users or contributors read."""
    top = [page(name) for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [*top, *(Page(path) for path in sorted((ROOT / "docs").rglob("*.md")))]


def _fenced(lines: list[str]) -> list[Block]:
    found: list[Block] = []
    language: str | None = None
    start = 0
    for number, line in enumerate(lines, 1):
        match = _FENCE.match(line)
        if language is None and match is not None:
            language, start = match["language"], number + 1
        elif language is not None and line == "```":
            found.append(Block(language, "\n".join(lines[start - 1 : number - 1]), start))
            language = None
    assert language is None, "a fenced block has no end"
    return found
