"""Findings as JSON. Its keys are the field names of `Finding`, and stay."""

from __future__ import annotations

import json
from collections.abc import Sequence

from noormme_py.optimize.finding import Finding
from noormme_py.optimize.report.analysis import finding_dict

FORMAT = 1
"""Raised when a key is renamed or removed; new keys may come."""


def findings_json(findings: Sequence[Finding], file: str) -> str:
    """Return ASCII text: `format`, `file` as it was given, and `findings`, the gravest first."""
    shown = [finding_dict(found) for found in findings]
    return json.dumps({"format": FORMAT, "file": file, "findings": shown}, indent=2)
