"""Both faces have the same public words, with the same parameters and the same documentation."""

from __future__ import annotations

import inspect

import pytest

from noormme_py import AsyncRepository, AsyncTransaction, Noormme, SyncNoormme, SyncRepository, SyncTransaction
from noormme_py.client import (
    async_executor,
    async_prepared,
    async_queries,
    async_writes,
    sync_executor,
    sync_prepared,
    sync_queries,
    sync_writes,
)


def pairs() -> list[tuple[type, type]]:
    """Return every class of the one face with the one of the other."""
    found: list[tuple[type, type]] = [
        (Noormme, SyncNoormme),
        (AsyncRepository, SyncRepository),
        (AsyncTransaction, SyncTransaction),
    ]
    modules = (
        (async_executor, sync_executor),
        (async_prepared, sync_prepared),
        (async_queries, sync_queries),
        (async_writes, sync_writes),
    )
    for mine, other in modules:
        for name, one in inspect.getmembers(mine, inspect.isclass):
            if one.__module__ == mine.__name__ and not name.startswith("_"):
                found.append((one, getattr(other, name.replace("Async", "Sync"))))
    return found


def words(face: type) -> dict[str, object]:
    return {name: inspect.getattr_static(face, name) for name in dir(face) if not name.startswith("_")}


def parameters(word: object) -> list[tuple[str, inspect._ParameterKind, object]]:
    word = getattr(word, "__func__", word)
    if not callable(word):
        return []
    found = inspect.signature(word).parameters.values()
    return [(one.name, one.kind, one.default) for one in found]


def test_every_query_class_is_looked_at() -> None:
    names = {one.__name__ for one, _ in pairs()}
    assert {"AsyncSelect", "AsyncInsertReturning", "AsyncPrepared", "AsyncWith", "AsyncCreateIndex"} <= names
    assert len(names) >= 23


@pytest.mark.parametrize(("mine", "other"), pairs(), ids=lambda face: face.__name__)
def test_both_faces_have_the_same_words_with_the_same_parameters(mine: type, other: type) -> None:
    mine_has, other_has = words(mine), words(other)
    assert list(mine_has) == list(other_has)
    for name, word in mine_has.items():
        assert parameters(word) == parameters(other_has[name]), name
        assert type(word) is type(other_has[name]), name


@pytest.mark.parametrize(("mine", "other"), pairs(), ids=lambda face: face.__name__)
def test_no_word_of_the_synchronous_face_has_to_be_awaited(mine: type, other: type) -> None:
    for name, word in words(other).items():
        word = getattr(word, "__func__", word)
        assert not inspect.iscoroutinefunction(word), name
        assert not inspect.isasyncgenfunction(word), name
    assert not hasattr(other, "__aenter__")
    assert hasattr(mine, "__aenter__") == hasattr(other, "__enter__")


def test_both_are_made_with_the_same_settings() -> None:
    assert parameters(Noormme.__init__) == parameters(SyncNoormme.__init__)
