"""Counts how often a connection has the disk take its write-ahead log, by standing in SQLite's own way to its file.

SQLite gives out the open log with `sqlite3_file_control`; a file is a pointer to a table of functions, of which one
syncs. The table is copied, and in the copy that one counts before it does what it did.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

_FCNTL_JOURNAL_POINTER = 28
_SYNC = 4
_SYNC_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class _Methods(ctypes.Structure):
    """The table `sqlite3_io_methods`."""

    _fields_ = (("version", ctypes.c_int), ("functions", ctypes.c_void_p * 18))


class _File(ctypes.Structure):
    """The head of a `sqlite3_file`."""

    _fields_ = (("methods", ctypes.c_void_p),)


class LogSyncs:
    """The count so far."""

    count = 0


@contextmanager
def log_syncs(connection: sqlite3.Connection) -> Generator[LogSyncs]:
    """Count the syncs of the log of a connection that has written; while nothing runs on it, here and at the end."""
    # The module's own library, so that it is the SQLite which the connection is of.
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_file_control.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p)
    # The first thing in the object, behind what every object has, is the handle.
    handle = ctypes.c_void_p.from_address(id(connection) + object.__basicsize__)
    opened = ctypes.c_void_p()
    assert library.sqlite3_file_control(handle, b"main", _FCNTL_JOURNAL_POINTER, ctypes.byref(opened)) == 0
    assert opened.value is not None
    file = _File.from_address(opened.value)
    original = file.methods
    methods = _Methods.from_buffer_copy(_Methods.from_address(original))
    really_sync = _SYNC_FUNCTION(methods.functions[_SYNC])
    counted = LogSyncs()

    def sync(log: int, flags: int) -> int:
        counted.count += 1
        result: int = really_sync(log, flags)
        return result

    callback = _SYNC_FUNCTION(sync)
    methods.functions[_SYNC] = ctypes.cast(callback, ctypes.c_void_p).value
    file.methods = ctypes.addressof(methods)
    try:
        yield counted
    finally:
        file.methods = original
