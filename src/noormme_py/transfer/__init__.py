"""Moving a PostgreSQL database into a SQLite file, and back: what programs call. `transfer.sync` has it without await.

It needs the extra `postgres`.
"""

from noormme_py.client.async_transfer import compare_queries, export, survey, transfer, validate
from noormme_py.postgres.export.export import ExportedTable, ExportReport
from noormme_py.postgres.fate import Fate
from noormme_py.postgres.move.report import MovedTable, Orphans, TransferReport
from noormme_py.postgres.progress import Progress
from noormme_py.postgres.survey.survey import Advice, Survey, SurveyedColumn, SurveyedTable, SurveyedType
from noormme_py.postgres.validation.comparison import (
    ColumnComparison,
    RowDifference,
    TableComparison,
    ValidationReport,
)
from noormme_py.postgres.workload.findings import Cause, QueriesReport, QueryComparison

__all__ = [
    "Advice",
    "Cause",
    "ColumnComparison",
    "ExportReport",
    "ExportedTable",
    "Fate",
    "MovedTable",
    "Orphans",
    "Progress",
    "QueriesReport",
    "QueryComparison",
    "RowDifference",
    "Survey",
    "SurveyedColumn",
    "SurveyedTable",
    "SurveyedType",
    "TableComparison",
    "TransferReport",
    "ValidationReport",
    "compare_queries",
    "export",
    "survey",
    "transfer",
    "validate",
]
