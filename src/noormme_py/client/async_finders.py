"""What a finder of one column looks like to type checkers; repositories make the finders themselves."""

from __future__ import annotations

from typing import Protocol, TypeVar

from noormme_py.client.async_runner import Answer

V_contra = TypeVar("V_contra", contravariant=True)
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class AsyncFindOne(Protocol[V_contra, R_co]):
    """Finds the first row whose column has a value, or None: `find_by_email`."""

    def __call__(self, value: V_contra, /) -> Answer[R_co | None]: ...


class AsyncFindMany(Protocol[V_contra, R]):
    """Finds the rows whose column has a value: `find_many_by_role`."""

    def __call__(self, value: V_contra, /) -> Answer[list[R]]: ...
