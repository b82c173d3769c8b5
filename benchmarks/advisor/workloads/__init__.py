"""The workloads that an advisor may be tried on while it is written."""

from __future__ import annotations

from benchmarks.advisor.workload import Workload
from benchmarks.advisor.workloads import contacts, feed, library, shop, telemetry, tenants

WORKLOADS: tuple[Workload, ...] = (
    shop.WORKLOAD,
    tenants.WORKLOAD,
    feed.WORKLOAD,
    telemetry.WORKLOAD,
    contacts.WORKLOAD,
    library.WORKLOAD,
)
