"""The writes of a table whose rows are marked instead of deleted."""

from __future__ import annotations

from typing import TypeVar

from noormme_py.errors import RowNotFound
from noormme_py.names import quote
from noormme_py.query import nodes
from noormme_py.query.statement import Operation, Statement, Work, rows_affected
from noormme_py.repository.criteria import Criteria
from noormme_py.repository.read_operations import ReadOperations
from noormme_py.repository.row_marks import SoftDelete
from noormme_py.repository.table_plan import Key, TablePlan
from noormme_py.repository.write_operations import WriteOperations, any_affected

R = TypeVar("R")


class SoftDeletes(WriteOperations[R]):
    """Deleting marks rows, unless `is_hard`. What is marked already is left as it is."""

    __slots__ = ("_mark_sql", "_marking", "_restore_sql")

    def __init__(
        self,
        plan: TablePlan[R],
        read: ReadOperations[R],
        marking: SoftDelete,
        *,
        batch_size: int,
        max_variables: int,
    ) -> None:
        super().__init__(plan, read, batch_size=batch_size, max_variables=max_variables)
        self._marking = marking
        counting, name = read.marks.counting_sql, quote(marking.column.name)
        update = f"update {quote(plan.table.name)} set"
        self._mark_sql = f"{update} {name} = ?{counting} where {plan.key_sql}{marking.live_sql}"
        self._restore_sql = (
            f"{update} {marking.restore_sql}{counting} where {plan.key_sql}{marking.marked_sql}{plan.returning_sql}"
        )

    def delete(self, key: Key, *, is_hard: bool = False) -> Statement[bool]:
        """Mark the row of a key; tell whether there was one."""
        if is_hard:
            return super().delete(key)
        return Statement(self._mark_sql, [self._marking.stamp(), *self.plan.key_values(key)], any_affected)

    def delete_many(self, where: Criteria, *, all_rows: bool = False, is_hard: bool = False) -> Statement[int]:
        """Mark the rows that meet the criteria and return how many."""
        if is_hard:
            return super().delete_many(where, all_rows=all_rows)
        name = self._marking.column.name
        met = self.deliberate(where, all_rows)
        live = self._marking.live(self.plan.table.name)
        # Between pieces of text a value is bound as it is: the codec has been asked.
        mark = nodes.Fragment(("", ""), (nodes.Value(self._marking.stamp()),))
        node = nodes.Update(
            nodes.TableName(self.plan.table.name),
            ((name, mark), *self.read.marks.counting),
            where=live if met is None else nodes.And((met, live)),
        )
        return self.plan.plans.statement(node, rows_affected)

    def restore(self, key: Key) -> Work[R]:
        """Take the mark off the row of a key and return it; raises RowNotFound."""
        return self._restored(Statement(self._restore_sql, self.plan.key_values(key), self.plan.first))

    def _restored(self, statement: Statement[R | None]) -> Operation[R]:
        try:
            return (yield from self.updated(statement))
        except RowNotFound:
            raise RowNotFound(f"no such row of {self.plan.table.name!r} is marked as deleted") from None


def write_operations(
    plan: TablePlan[R], read: ReadOperations[R], *, batch_size: int, max_variables: int
) -> WriteOperations[R]:
    """Return the writes of a table, as its rows are deleted."""
    marking = read.marks.soft_delete
    if marking is None:
        return WriteOperations(plan, read, batch_size=batch_size, max_variables=max_variables)
    return SoftDeletes(plan, read, marking, batch_size=batch_size, max_variables=max_variables)
