"""What a program says of a table that its schema does not tell."""

from __future__ import annotations

from collections.abc import Mapping

from noormme_py.frozen import frozen


@frozen
class TableOptions:
    """`relations` gives relations other names: `{"posts_by_author": "articles"}`."""

    relations: Mapping[str, str] | None = None
