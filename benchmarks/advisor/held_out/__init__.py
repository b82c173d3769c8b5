"""The workloads that an advisor is only judged on: nobody looks at its advice here while changing it."""

from __future__ import annotations

from benchmarks.advisor.held_out import clinic, ledger
from benchmarks.advisor.workload import Workload

WORKLOADS: tuple[Workload, ...] = (ledger.WORKLOAD, clinic.WORKLOAD)
