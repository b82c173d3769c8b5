"""Where a database is: every way to say it, and what no path can be."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noormme_py import Config, Noormme
from noormme_py.errors import CannotOpen, ConfigError, ReadOnly
from noormme_py.location import parse_location


async def make(db: Noormme) -> None:
    async with db:
        await db.execute("create table t (n integer)")
        await db.execute("insert into t values (7)")


def stored(path: Path | str) -> list[int]:
    connection = sqlite3.connect(path)
    try:
        return [n for (n,) in connection.execute("select n from t")]
    finally:
        connection.close()


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_a_path_as_text_or_object(tmp_path: Path) -> None:
    await make(Noormme(str(tmp_path / "a.db")))
    await make(Noormme(tmp_path / "b.db"))
    assert names(tmp_path) == ["a.db", "b.db"]
    assert stored(tmp_path / "a.db") == stored(tmp_path / "b.db") == [7]


async def test_a_relative_path_is_that_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    await make(Noormme("plain.db"))
    await make(Noormme("sqlite:///url.db"))
    await make(Noormme("sqlite:///./data/below.db"))
    assert names(tmp_path) == ["data", "plain.db", "url.db"]
    assert names(tmp_path / "data") == ["below.db"]


async def test_a_database_stays_where_it_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers open later than the writer, perhaps in another working folder."""
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    async with Noormme("app.db", performance={"max_readers": 2}) as db:
        await db.execute("create table t (n integer)")
        monkeypatch.chdir(tmp_path / "there")
        async with db.transaction(read_only=True) as one, db.transaction(read_only=True) as two:
            assert await one.get_repository("t").count() == await two.get_repository("t").count() == 0
    assert names(tmp_path / "there") == []


async def test_an_absolute_url(tmp_path: Path) -> None:
    await make(Noormme(f"sqlite:///{tmp_path}/a.db"))
    assert stored(tmp_path / "a.db") == [7]


@pytest.mark.parametrize("text", [":memory:", "sqlite://", "sqlite:///:memory:", "sqlite:///"])
async def test_memory(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with Noormme(text) as db:
        await db.execute("create table t (n integer)")
        await db.execute("insert into t values (1)")
        assert await db.get_repository("t").count() == 1
        async with Noormme(text) as other:
            assert other.schema.tables == ()
    assert names(tmp_path) == []


async def test_odd_characters_in_a_path(tmp_path: Path) -> None:
    odd = [
        "a?b.db",
        "c#d.db",
        "e%20f.db",
        "g h.db",
        "i&j=k.db",
        "ü ñ 漢.db",
        "'quoted\".db",
        "?mode=ro",
        "x%00y",
        "a:b",
    ]
    for name in odd:
        await make(Noormme(tmp_path / name))
        assert stored(tmp_path / name) == [7]
    assert names(tmp_path) == sorted(odd)
    for name in odd:
        async with Noormme(str(tmp_path / name)) as db:
            assert await db.get_repository("t").count() == 1
        async with Noormme(f"sqlite:///{quote(str(tmp_path / name))}?mode=rw") as db:
            assert await db.get_repository("t").count() == 1
    assert names(tmp_path) == sorted(odd)


async def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.db")
    await make(Noormme(tmp_path / name))
    assert names(tmp_path) == [name]


async def test_a_path_object_is_a_path_whatever_it_looks_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    looks = [":memory:", "sqlite:x", "file:y?mode=ro"]
    for look in looks:
        await make(Noormme(Path(look)))
    assert names(tmp_path) == sorted(looks)


async def test_modes(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for mode in ("rw", "ro"):
        with pytest.raises(CannotOpen, match="there is no file"):
            await Noormme(f"sqlite:///{path}?mode={mode}").initialize()
    with pytest.raises(CannotOpen, match="there is no file"):
        await Noormme(f"sqlite:///{path}?immutable=1&mode=ro").initialize()
    assert names(tmp_path) == []
    await make(Noormme(f"sqlite:///{path}?mode=rwc"))
    async with Noormme(f"sqlite:///{path}?mode=rw") as db:
        await db.execute("insert into t values (8)")
    async with Noormme(f"sqlite:///{path}?mode=ro&immutable=0") as db:
        assert [row["n"] for row in (await db.execute("select n from t")).rows] == [7, 8]
        with pytest.raises(ReadOnly):
            await db.execute("insert into t values (9)")
    assert stored(path) == [7, 8]


async def test_an_immutable_database_needs_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    await make(Noormme(path))
    before = path.read_bytes()
    async with Noormme(f"sqlite:///{path}?immutable=1") as db:
        assert await db.get_repository("t").count() == 1
        assert names(tmp_path) == ["a.db"]
        with pytest.raises(ReadOnly):
            await db.execute("insert into t values (9)")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("a\0b.db", "NUL"),
        ("postgres://user:secret@host/db", "not a SQLite URL"),
        ("mysql://x", "not a SQLite URL"),
        ("file:app.db", "begins with sqlite:///"),
        ("sqlite:app.db", "begins with sqlite:///"),
        ("sqlite:/app.db", "begins with sqlite:///"),
        ("sqlite://app.db", "names no host"),
        ("sqlite://host/app.db", "names no host"),
        ("sqlite:///a.db#x", "no fragment"),
        ("sqlite:///a.db?mode=rx", "mode"),
        ("sqlite:///a.db?mode=", "mode"),
        ("sqlite:///a.db?immutable=yes", "immutable"),
        ("sqlite:///a.db?mod=ro", "mod"),
        ("sqlite:///a.db?ro", "ro"),
        ("sqlite:///a.db?cache=shared", "cache"),
        ("sqlite:///a%00b.db", "NUL"),
    ],
)
def test_what_is_no_location(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        Noormme(text)
    assert "secret" not in str(caught.value)
    with pytest.raises(ConfigError, match=told):
        Noormme(Config.model_validate({"connection": {"database": text}}))


def test_a_mistyped_parameter_is_suggested() -> None:
    with pytest.raises(ConfigError, match="did you mean 'mode'"):
        parse_location("sqlite:///a.db?mod=ro")


@settings(max_examples=300)
@given(st.text(min_size=1).filter(lambda text: "\0" not in text and not any(0xD800 <= ord(c) < 0xE000 for c in text)))
def test_every_path_goes_through_a_url(path: str) -> None:
    location = parse_location(f"sqlite:///{quote(path)}")
    assert (location.path, location.file) == (path, path if path == ":memory:" else os.path.abspath(path))
    assert parse_location(Path(path)).file == os.path.abspath(path)
