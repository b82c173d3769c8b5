"""Amounts as people read them: durations, sizes, counts, and how many times faster."""

from __future__ import annotations

_TIMES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"))
_SIZES = ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB"))
_COUNTS = ((1e9, "G"), (1e6, "M"), (1e4, "k"))


def duration(elapsed_ns: float) -> str:
    """Return nanoseconds as `1.3 s`, `12 ms`, `4.2 µs`."""
    if elapsed_ns >= 120e9:
        minutes, seconds = divmod(round(elapsed_ns / 1e9), 60)
        hours, minutes = divmod(minutes, 60)
        parts = ((hours, "h"), (minutes, "min"), (0 if hours else seconds, "s"))
        return " ".join(f"{amount} {word}" for amount, word in parts if amount)
    unit, word = next((pair for pair in _TIMES if elapsed_ns >= pair[0]), (1.0, "ns"))
    return f"{_short(elapsed_ns / unit)} {word}"


def size(count: int) -> str:
    """Return bytes as `1.2 MB`, in powers of 1024."""
    unit, word = next((pair for pair in _SIZES if count >= pair[0]), (1, "bytes"))
    return f"{_short(count / unit)} {word}"


def number(count: float) -> str:
    """Return a count as `950`, `9,500`, `95 k`, `1.2 M`; it may be negative."""
    if count < 0:
        return f"-{number(-count)}"
    unit, word = next((pair for pair in _COUNTS if count >= pair[0]), (1, ""))
    if not word:
        return f"{round(count):,}"
    return f"{_short(count / (1e3 if word == 'k' else unit))} {word}"


def plural(count: int, word: str) -> str:
    """Return `1 index`, `3 indexes`, `12,000 runs`."""
    ending = "es" if word.endswith("x") else "s"
    return f"{count:,} {word}{'' if count == 1 else ending}"


def times(before: float, after: float) -> str:
    """Return how many times less the second is, as `310×`."""
    return f"{_short(before / max(after, 1e-9))}×"


def _short(value: float) -> str:
    """Return at least two digits: `1.3`, `13`, `1,300`."""
    return f"{value:.1f}".removesuffix(".0") if value < 9.95 else f"{round(value):,}"
