"""Data access for SQLite: typed repositories, a query builder, and transactions that lose nothing."""

from importlib import import_module
from typing import TYPE_CHECKING

from noormme_py import errors
from noormme_py.client.async_client import Noormme
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.client.async_finders import AsyncFindMany, AsyncFindOne
from noormme_py.client.async_repository import AsyncRepository
from noormme_py.client.async_runner import Answer
from noormme_py.client.async_transaction import AsyncTransaction
from noormme_py.client.async_typed_repository import AsyncTypedRepository
from noormme_py.client.results import CompiledQuery, PlanStep, Result
from noormme_py.codec.kinds import Codec
from noormme_py.codec.row_model import Loaded, RowModel
from noormme_py.codec.written import WriteResult
from noormme_py.config import Config
from noormme_py.query.expressions import (
    Expression,
    and_,
    case,
    cast,
    col,
    excluded,
    exists,
    not_,
    or_,
    param,
    raw,
    sql,
    table,
    tuple_,
    val,
)
from noormme_py.query.functions import fn, groups, range_, rows
from noormme_py.query.observe import StatementFinished
from noormme_py.query.typed import Col, TableOf
from noormme_py.repository.options import TableOptions
from noormme_py.repository.pages import CursorPage, Page
from noormme_py.repository.related import Related
from noormme_py.schema.model import Column, ForeignKey, Index, Schema, Table

if TYPE_CHECKING:
    from noormme_py.client.sync_client import SyncNoormme
    from noormme_py.client.sync_executor import SyncExecutor
    from noormme_py.client.sync_finders import SyncFindMany, SyncFindOne
    from noormme_py.client.sync_repository import SyncRepository
    from noormme_py.client.sync_transaction import SyncTransaction
    from noormme_py.client.sync_typed_repository import SyncTypedRepository

__all__ = [
    "Answer",
    "AsyncExecutor",
    "AsyncFindMany",
    "AsyncFindOne",
    "AsyncRepository",
    "AsyncTransaction",
    "AsyncTypedRepository",
    "Codec",
    "Col",
    "Column",
    "CompiledQuery",
    "Config",
    "CursorPage",
    "Expression",
    "ForeignKey",
    "Index",
    "Loaded",
    "Noormme",
    "Page",
    "PlanStep",
    "Related",
    "Result",
    "RowModel",
    "Schema",
    "StatementFinished",
    "SyncExecutor",
    "SyncFindMany",
    "SyncFindOne",
    "SyncNoormme",
    "SyncRepository",
    "SyncTransaction",
    "SyncTypedRepository",
    "Table",
    "TableOf",
    "TableOptions",
    "WriteResult",
    "and_",
    "case",
    "cast",
    "col",
    "errors",
    "excluded",
    "exists",
    "fn",
    "groups",
    "not_",
    "or_",
    "param",
    "range_",
    "raw",
    "rows",
    "sql",
    "table",
    "tuple_",
    "val",
]

_SYNC = {
    "SyncExecutor": "sync_executor",
    "SyncFindMany": "sync_finders",
    "SyncFindOne": "sync_finders",
    "SyncNoormme": "sync_client",
    "SyncRepository": "sync_repository",
    "SyncTransaction": "sync_transaction",
    "SyncTypedRepository": "sync_typed_repository",
}


def __getattr__(name: str) -> object:
    """Import the synchronous face when it is first asked for: most programs use one face, and start sooner."""
    if name not in _SYNC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"noormme_py.client.{_SYNC[name]}"), name)
