# Written by scripts/generate_sync.py from async_finders.py: change that, then run `make fmt`.
"""What a finder of one column looks like to type checkers; repositories make the finders themselves."""

from __future__ import annotations

from typing import Protocol, TypeVar

V_contra = TypeVar("V_contra", contravariant=True)
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class SyncFindOne(Protocol[V_contra, R_co]):
    """Finds the first row whose column has a value, or None: `find_by_email`."""

    def __call__(self, value: V_contra, /) -> R_co | None: ...


class SyncFindMany(Protocol[V_contra, R]):
    """Finds the rows whose column has a value: `find_many_by_role`."""

    def __call__(self, value: V_contra, /) -> list[R]: ...
