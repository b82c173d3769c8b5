"""Which relations are to be loaded with rows: what callers say, as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from typing import TypeAlias

from noormme_py.errors import QueryError
from noormme_py.frozen import frozen
from noormme_py.repository.criteria import Criteria
from noormme_py.repository.read_operations import OrderBy


@frozen
class Related:
    """A relation to load, by its path, with what is wanted of it: `Related("posts", order_by="-id", limit=3)`.

    `limit` holds for each row that has the relation, not for all of them. `include` and `with_count` are of the
    related rows, beside what longer paths say.
    """

    path: str
    where: Criteria | None = None
    order_by: OrderBy = None
    limit: int | None = None
    include: Including = None
    with_count: Including = None


Including: TypeAlias = "str | Related | Sequence[str | Related] | None"
"""A path of relations (`"posts"`, `"posts.comments"`), a `Related` that says more, or a list of these."""


@dataclass(slots=True)
class Wanted:
    """What is wanted of one relation, and of those behind it."""

    said: Related | None = None
    include: dict[str, Wanted] = field(default_factory=dict)
    counts: dict[str, Related] = field(default_factory=dict)


def wanted(include: Including, with_count: Including) -> Wanted:
    """Return the tree of what is wanted; raises QueryError for a relation that is said twice, each time otherwise."""
    root = Wanted()
    for item in _items(include):
        place = root
        names = item.path.split(".")
        for name in names:
            place = place.include.setdefault(name, Wanted())
        if item.where is not None or item.order_by is not None or item.limit is not None:
            if place.said is not None:
                raise QueryError(f"{item.path!r} is said twice, with options of its own each time")
            place.said = item
        _add(place, wanted(item.include, item.with_count), item.path)
    for item in _items(with_count):
        more = (item.order_by, item.limit, item.include, item.with_count)
        if "." in item.path or any(part is not None for part in more):
            raise QueryError(
                f"{item.path!r} cannot be counted so: a count is of a row's own relation, and may have a `where`",
                hint=_counting(item.path),
            )
        if item.path in root.counts:
            raise QueryError(f"{item.path!r} is counted twice")
        root.counts[item.path] = item
    return root


def _counting(path: str) -> str:
    """Return how a relation of related rows is counted."""
    first, _, rest = path.partition(".")
    return f'Related("{first}", with_count="{rest}") counts what related rows have' if rest else "leave the rest out"


def named(said: Including) -> tuple[str, ...] | None:
    """Return relations that are said by their paths alone, None where more is said of any."""
    if said is None or isinstance(said, str):
        return () if said is None else (said,)
    if isinstance(said, Related) or not isinstance(said, Sequence):
        return None
    paths = [item for item in said if isinstance(item, str)]
    return tuple(paths) if len(paths) == len(said) else None


def _add(place: Wanted, more: Wanted, path: str) -> None:
    for name, found in more.include.items():
        known = place.include.setdefault(name, found)
        if known is not found:
            if known.said is not None and found.said is not None:
                raise QueryError(f"'{path}.{name}' is said twice, with options of its own each time")
            known.said = known.said or found.said
            _add(known, found, f"{path}.{name}")
    for name, count in more.counts.items():
        if name in place.counts:
            raise QueryError(f"'{path}.{name}' is counted twice")
        place.counts[name] = count


def _items(said: Including) -> Iterable[Related]:
    if said is None:
        return
    # What can be read once only would be empty when the rows are read again.
    for item in said if isinstance(said, Sequence | Set) and not isinstance(said, str) else (said,):
        found = Related(item) if isinstance(item, str) else item
        if not isinstance(found, Related) or not isinstance(found.path, str):
            raise QueryError(
                f"a relation is named by a string or a Related, not by {type(getattr(item, 'path', item)).__name__}",
                hint='include=["posts", Related("comments", limit=3)]',
            )
        yield found
