"""The pages of the file: their size, how many are free, and what is done with these."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.optimize.doctor.case import MIB, Case, sized
from noormme_py.optimize.finding import Finding

_FULL, _INCREMENTAL = 1, 2
_LEAST_PAGE = 4096


def check_pages(case: Case) -> Iterable[Finding]:
    """Look at the size of pages, at the free ones, and at auto_vacuum."""
    page_size, pages, free = (
        case.number(f"pragma main.{name}") for name in ("page_size", "page_count", "freelist_count")
    )
    vacuum = case.number("pragma main.auto_vacuum")
    size, wasted = pages * page_size, free * page_size
    if wasted >= MIB and free * 4 >= pages:
        yield Finding(
            "free-pages",
            "medium" if wasted >= 256 * MIB and free * 2 >= pages else "low",
            "free pages",
            "A large part of the file is free pages, which are kept for later rows.",
            f"{free} of {pages} pages are free: {sized(wasted)} of {sized(size)}",
            "pragma incremental_vacuum"
            if vacuum == _INCREMENTAL
            else "vacuum (it needs room for a copy, and nobody may write meanwhile)",
        )
    if page_size < _LEAST_PAGE and size >= MIB:
        yield Finding(
            "page-size",
            "low",
            f"page_size = {page_size}",
            "The pages are smaller than those of disks: trees are deeper, and each commit writes more pages.",
            f"{pages} pages of {page_size} bytes",
            "pragma journal_mode = delete; pragma page_size = 4096; vacuum; pragma journal_mode = wal",
        )
    if vacuum == _FULL:
        yield Finding(
            "auto-vacuum",
            "info",
            "auto_vacuum = FULL",
            "Each commit that frees pages moves others into their place, which costs time and scatters tables.",
            "auto_vacuum is FULL",
            "pragma auto_vacuum = incremental",
        )
