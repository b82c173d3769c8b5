"""A condition that keeps an index from being used, and what an index is made with instead."""

from __future__ import annotations

import re

from noormme_py.frozen import frozen
from noormme_py.names import quote
from noormme_py.optimize.finding import Severity
from noormme_py.optimize.reading.access import Key


@frozen
class Hidden:
    """A condition on a table that no index of the column can serve. `mend` is SQL where SQL can say it."""

    table: str
    alias: str
    subject: str
    kind: str
    title: str
    mend: str | None
    severity: Severity = "medium"


def index_for(table: str, key: Key) -> str:
    """Return the DDL of an index for a key."""
    held = f"({key.expression})" if key.name is None else quote(key.name)
    collation = f" collate {quote(key.collation)}" if key.collation else ""
    words = re.sub(r"\W+", "_", f"{table}_{key.name or key.expression}_{key.collation or ''}").strip("_")
    return f"create index {quote(words[:60])} on {quote(table)} ({held}{collation})"
