"""Counts of times in buckets whose bounds grow by a tenth: a quantile read off them is at most 5 % wrong."""

from __future__ import annotations

from collections import Counter
from math import ceil, log
from typing import TypeAlias

Buckets: TypeAlias = tuple[tuple[int, int], ...]
"""(bucket, how many times are in it), in the order of the buckets; bucket b holds 1.1^b to 1.1^(b+1) nanoseconds."""

_GROWTH = 1.1
_SCALE = 1 / log(_GROWTH)


def bucket_of(elapsed_ns: int) -> int:
    """Return the bucket of a time."""
    return int(log(elapsed_ns) * _SCALE) if elapsed_ns > 1 else 0


def buckets_of(counts: dict[int, int]) -> Buckets:
    return tuple(sorted(counts.items()))


def joined(*all_buckets: Buckets) -> Buckets:
    """Return the buckets of several histograms together."""
    counts: Counter[int] = Counter()
    for buckets in all_buckets:
        counts.update(dict(buckets))
    return buckets_of(counts)


def quantile(buckets: Buckets, q: float) -> float:
    """Return the time that a share `q` of all times do not exceed; 0 where there are none."""
    rank = max(1, ceil(q * sum(count for _, count in buckets)))
    for bucket, count in buckets:
        rank -= count
        if rank <= 0:
            # The middle, in the measure in which the bounds grow.
            return float(_GROWTH ** (bucket + 0.5))
    return 0.0
