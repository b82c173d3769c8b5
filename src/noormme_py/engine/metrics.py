"""Figures of one open database: where statements ran, how long the loop was held, how long the log is."""

from __future__ import annotations

from noormme_py.engine.log_state import LogState
from noormme_py.frozen import frozen


@frozen
class EngineMetrics:
    """What has happened since the database was opened.

    `loop_statements` ran on the event loop's own thread, the longest for `loop_longest_ns`, which nothing else
    could run in; `loop_moved` of them were stopped there and done on a lane. `group_commits` kept
    `grouped_writes` together. `log` is the state of the write-ahead log after the last of `checkpoints`.
    """

    loop_statements: int
    loop_moved: int
    loop_longest_ns: int
    group_commits: int
    grouped_writes: int
    checkpoints: int
    log: LogState
