"""Questions to a database that only read."""

from __future__ import annotations

from typing import Protocol

from noormme_py.query.statement import Parameters, Raw


class Survey(Protocol):
    """A statement run where the rows are, as `Laboratory.survey` does it; raises DatabaseError."""

    def __call__(self, sql: str, parameters: Parameters = (), /) -> list[tuple[Raw, ...]]: ...
