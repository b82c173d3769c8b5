"""What a plan says against a statement: scans of large tables, sorting, indexes made for one run, subqueries by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from noormme_py.errors import CompileError
from noormme_py.frozen import frozen, replaced
from noormme_py.names import fold, quote
from noormme_py.optimize.finding import SEVERITIES, Finding, Severity, gravest_first
from noormme_py.optimize.plans.plan_tree import Plan, PlanNode
from noormme_py.optimize.plans.sources import tables_by_alias
from noormme_py.optimize.recording.record import StatementRecord
from noormme_py.query.tokens import tokens

LARGE = 1000
"""So many rows are worth an index; fewer are read in the time that one takes to be searched."""

# Rows that were read, over all runs, from which on it is so grave.
_GRAVE: tuple[tuple[int, Severity], ...] = ((10_000_000, "high"), (1_000_000, "medium"))
_ASKS_FOR_LESS = frozenset("WHERE ON USING JOIN GROUP ORDER DISTINCT LIMIT HAVING EXISTS IN UNION".split())


def plan_findings(
    statement: StatementRecord,
    plan: Plan,
    rows_of: Mapping[str, int],
    *,
    views: Mapping[str, str] | None = None,
    steps: int | None = None,
) -> list[Finding]:
    """Return what a statement's plan shows, the gravest first.

    `rows_of` are the numbers of rows by table, `views` the texts of the views by name. `steps`, where one run was
    measured, tell a scan that ended early from one that read all.
    """
    reading = _Reading(
        statement,
        {fold(table): rows for table, rows in rows_of.items()},
        tables_by_alias(statement.sql, views),
        _words(statement.sql, deepest=0),
        _words(statement.sql),
        steps,
    )
    return gravest_first([*_of_loops(reading, plan.nodes, is_inner=False)])


@frozen
class _Reading:
    statement: StatementRecord
    rows_of: Mapping[str, int]
    aliases: Mapping[str, frozenset[str]]
    words: frozenset[str]
    words_below: frozenset[str]
    steps: int | None
    is_correlated: bool = False

    def below(self, *, is_correlated: bool) -> _Reading:
        """Return how nodes below are read: what one subquery says is not told apart from what the others say."""
        return replaced(self, words=self.words_below, is_correlated=is_correlated)

    def table(self, source: str | None) -> str | None:
        """The table behind a name, where it is one and no other is meant by it."""
        if source is None:
            return None
        tables = self.aliases.get(fold(source), frozenset({fold(source)})) & self.rows_of.keys()
        # Of several the smallest: a finding says no more than is sure.
        return min(tables, key=self.rows_of.__getitem__) if tables else None

    def rows(self, source: str | None) -> int:
        table = self.table(source)
        return 0 if table is None else self.rows_of[table]

    def finding(self, kind: str, grave: Severity, subject: str, title: str, rows: int, mend: str | None) -> Finding:
        count = self.statement.count
        times = "once" if count == 1 else f"{count:,} times"
        evidence = f"the table has {rows:,} rows; the statement was run {times}"
        return Finding(kind, grave, subject, title, evidence, mend, self.statement.sql, self.statement.call_site)


def _of_loops(reading: _Reading, nodes: Sequence[PlanNode], *, is_inner: bool) -> Iterator[Finding]:
    """Look at nodes side by side: a loop after the first one is run for each row of those before it."""
    has_loop = False
    for node in nodes:
        line = node.line
        if line.action in ("scan", "search", "virtual table"):
            yield from _of_access(reading, node, is_inner=is_inner or has_loop)
            # Of what has no table (a subquery, a common table expression) little is known.
            has_loop = has_loop or line.source is not None
        elif line.action == "temp b-tree":
            yield from _of_sorting(reading, node, nodes)
        elif line.is_correlated:
            yield from _of_loops(reading.below(is_correlated=True), node.children, is_inner=True)
        else:
            # What no row outside is needed for is done once.
            is_once = line.action in ("subquery", "materialize")
            below = reading.below(is_correlated=reading.is_correlated and not is_once)
            yield from _of_loops(below, node.children, is_inner=is_inner and not is_once)


def _of_access(reading: _Reading, node: PlanNode, *, is_inner: bool) -> Iterator[Finding]:
    line = node.line
    rows = reading.rows(line.source)
    table = reading.table(line.source)
    if table is None or rows < LARGE:
        return
    if line.is_automatic:
        kind, title = "automatic-index", f"SQLite makes an index on {table} for each run, and throws it away"
        if reading.is_correlated:
            kind, title = (
                "correlated-subquery",
                f"A subquery that is run for each row has SQLite make an index on {table}",
            )
        grave = _more(_severity(rows * reading.statement.count))
        yield reading.finding(kind, grave, table, title, rows, _creating(table, line.terms))
    elif line.action == "scan" and not _ended_early(reading, rows, is_inner=is_inner):
        if not is_inner and not (reading.words & _ASKS_FOR_LESS):
            # All of it was asked for: nothing would make that shorter.
            title = f"All of {table} is read"
            yield reading.finding("full-scan", "info", table, title, rows, None)
            return
        grave = _severity(rows * reading.statement.count)
        kind, title = "full-scan", f"{table} is read from end to end"
        if reading.is_correlated:
            kind, title = "correlated-subquery", f"A subquery that is run for each row reads {table} from end to end"
        elif is_inner:
            title += " for each row of the loop before it"
        if line.index is not None:
            title += f", by its index {line.index}"
        yield reading.finding(kind, _more(grave) if is_inner else grave, table, title, rows, _SEARCHED)


def _of_sorting(reading: _Reading, node: PlanNode, beside: Sequence[PlanNode]) -> Iterator[Finding]:
    read = [other.line.source for other in beside if other.line.action in ("scan", "search")]
    largest = max(read, key=reading.rows, default=None)
    table, rows = reading.table(largest), reading.rows(largest)
    if table is None or rows < LARGE:
        return
    purpose = node.line.purpose or ""
    # How many rows a search leaves to sort is not in the plan; what is sorted in part comes in small portions.
    is_whole = all(other.line.action != "search" for other in beside) and " OF " not in purpose
    grave: Severity = _less(_severity(rows * reading.statement.count)) if is_whole else "info"
    title = f"Rows of {table} are sorted for {purpose} in a temporary B-tree"
    yield reading.finding("temp-b-tree", grave, table, title, rows, _SORTED)


def _ended_early(reading: _Reading, rows: int, *, is_inner: bool) -> bool:
    if reading.steps is not None:
        # Each row that is read takes several steps; count(*) alone, one in all.
        return reading.steps < rows and "LIMIT" in reading.words
    return not is_inner and "LIMIT" in reading.words and not reading.words & {"WHERE", "GROUP", "DISTINCT"}


def _words(sql: str, deepest: int | None = None) -> frozenset[str]:
    """Return the words of a statement, those in parentheses left out that are deeper than wanted."""
    found: set[str] = set()
    depth = 0
    for token in tokens(sql):
        word = token.keyword
        depth += (word == "(") - (word == ")")
        if deepest is None or depth <= deepest:
            found.add(word)
    return frozenset(found)


def _severity(rows_read: int) -> Severity:
    for least, severity in _GRAVE:
        if rows_read >= least:
            return severity
    return "low"


def _more(severity: Severity) -> Severity:
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]


def _less(severity: Severity) -> Severity:
    return SEVERITIES[max(SEVERITIES.index(severity) - 1, 0)]


_SEARCHED = "index the columns that the condition names"
_SORTED = "make an index that has the rows in this order, behind the columns that are compared with ="


def _creating(table: str, terms: Sequence[str]) -> str:
    """Return the statement that makes the index for good, or a sentence where the terms are no plain columns."""
    columns = [term.partition("=")[0].partition("<")[0].partition(">")[0] for term in terms]
    try:
        if columns and all(column and not set(column) & set('()",') for column in columns):
            name = "_".join([table, *columns])
            return f"create index {quote(name)} on {quote(table)} ({', '.join(map(quote, columns))})"
    except CompileError:
        pass
    return "index the columns that the rows are joined by"
