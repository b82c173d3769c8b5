"""The settings, as one frozen value. Names are snake_case; the camelCase of the TypeScript library is read too."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from noormme_py.errors import ConfigError
from noormme_py.location import Location, parse_location
from noormme_py.names import suggest


class Section(BaseModel):
    """A part of the settings; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class ConnectionConfig(Section):
    """`database`: a path, `:memory:` or a `sqlite:///` URL."""

    database: str


class AutomationConfig(Section):
    """What the library does of its own accord."""

    enable_auto_optimization: bool = False
    enable_index_recommendations: bool = False
    enable_query_analysis: bool = False
    enable_migration_generation: bool = False

    @property
    def has_upkeep(self) -> bool:
        """Whether anything is recorded, or done beside the application and at the close."""
        return self.enable_auto_optimization or self.enable_index_recommendations or self.enable_query_analysis


class PerformanceConfig(Section):
    """`max_batch_size`: rows an INSERT carries, and values an IN list binds one by one.

    `max_readers`: connections that read at the same time; None means one a core, four at the most.

    `inline_reads`: "auto" runs short reads, and writes that nobody else waits with, on the event loop's own
    thread, where they cost no switch of threads; "off" sends every statement to a thread.
    """

    max_batch_size: int = Field(default=1000, ge=1, le=30_000)
    max_readers: int | None = Field(default=None, ge=1, le=64)
    inline_reads: Literal["auto", "off"] = "auto"


class OptimizationConfig(Section):
    """The pragmas of every connection; see sqlite.org/pragma.html.

    `cache_size` in pages, or in KiB when negative; `busy_timeout` in milliseconds; `mmap_size` and
    `journal_size_limit` in bytes; `wal_autocheckpoint` in pages.
    """

    enable_wal_mode: bool = Field(default=True, alias="enableWALMode")
    enable_foreign_keys: bool = True
    cache_size: int = -64_000
    synchronous: Literal["OFF", "NORMAL", "FULL", "EXTRA"] = "NORMAL"
    temp_store: Literal["DEFAULT", "FILE", "MEMORY"] = "MEMORY"
    busy_timeout: int = Field(default=5_000, ge=0, le=2**31 - 1)
    mmap_size: int = Field(default=0, ge=0)
    journal_size_limit: int = Field(default=64 * 1024 * 1024, ge=-1)
    wal_autocheckpoint: int = Field(default=1_000, ge=0, le=2**31 - 1)


class PaginationConfig(Section):
    """`cursor_key`: the secret that cursors of pages are signed with, 16 characters at least.

    Without it each process makes one for itself: its cursors are good nowhere else, and end with it.
    """

    cursor_key: SecretStr | None = Field(default=None, min_length=16)


class Config(Section):
    """All settings of one database."""

    dialect: Literal["sqlite"] = "sqlite"
    connection: ConnectionConfig
    automation: AutomationConfig = AutomationConfig()
    performance: PerformanceConfig = PerformanceConfig()
    optimization: OptimizationConfig = OptimizationConfig()
    pagination: PaginationConfig = PaginationConfig()

    @cached_property
    def location(self) -> Location:
        """Where the database is; a relative path is settled by the working folder when this is first asked for."""
        return parse_location(self.connection.database)

    @property
    def cursor_key(self) -> bytes | None:
        key = self.pagination.cursor_key
        # What cannot be encoded would be told, with the secret, in the error that says so.
        return None if key is None else key.get_secret_value().encode(errors="surrogatepass")

    @property
    def max_readers(self) -> int:
        return self.performance.max_readers or min(4, os.cpu_count() or 1)


def load_config(settings: Mapping[str, Any]) -> Config:
    """Return the settings of a mapping; raises ConfigError that names every key at fault, not its value."""
    try:
        config = Config.model_validate(settings)
    except ValidationError as fault:
        problems = fault.errors(include_input=False, include_url=False)
        lines = [f"{'.'.join(map(str, p['loc'])) or 'config'}: {_told(p['type'], p['msg'])}" for p in problems]
        unknown = next((p["loc"] for p in problems if p["type"] == "extra_forbidden"), None)
        raise ConfigError("; ".join(lines), hint=None if unknown is None else _suggestion(unknown)) from None
    _ = config.location
    return config


def config_for(database: str | os.PathLike[str] | None, settings: Mapping[str, Any]) -> Config:
    """Return the settings for a database given as a path or URL, with further sections beside it."""
    if database is None:
        return load_config(settings)
    if "connection" in settings:
        raise ConfigError("the database is named twice", hint="give a path, or connection={'database': …}")
    return load_config({**settings, "connection": {"database": _text(database)}})


def config_from_env() -> Config:
    """Return the settings for the database that the environment variable DATABASE_URL names."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise ConfigError("the environment variable DATABASE_URL is not set", hint="DATABASE_URL=sqlite:///app.db")
    return config_for(url, {})


def _text(database: str | os.PathLike[str]) -> str:
    text = os.fspath(database) if isinstance(database, str | os.PathLike) else database
    if not isinstance(text, str):
        raise ConfigError(
            f"a database is named by a path or a URL, not by {type(text).__name__}", hint="bytes: os.fsdecode(path)"
        )
    # A path object is always a path, whatever it looks like.
    is_url_like = not isinstance(database, str) and ("://" in text or text.startswith((":memory:", "file:", "sqlite:")))
    return os.path.abspath(text) if is_url_like else text


def _told(kind: str, message: str) -> str:
    return "there is no such setting" if kind == "extra_forbidden" else message


def _suggestion(unknown: tuple[int | str, ...]) -> str | None:
    *section, name = map(str, unknown)
    return suggest(name, _keys(section, in_camel_case=not name.islower()))


def _keys(section: Sequence[str], *, in_camel_case: bool) -> list[str]:
    model: Any = Config
    for name in section:
        field = next((f for key, f in model.model_fields.items() if name in (key, f.alias)), None)
        model = field.annotation if field is not None else Section
    return [field.alias or key if in_camel_case else key for key, field in model.model_fields.items()]
