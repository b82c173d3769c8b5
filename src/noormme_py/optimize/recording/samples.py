"""A few real sets of parameters of one statement, as different from each other as they come."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from noormme_py.query.statement import Parameters, Raw

MAX_SAMPLES = 8
"""How many sets are kept of a statement."""

MAX_BYTES = 2_000
"""A set that takes more is left out."""


def parameter_key(parameters: Parameters) -> Hashable:
    """Return what two equal sets of parameters have in common; 1, 1.0 and True are one value to SQLite too."""
    return tuple(sorted(parameters.items())) if isinstance(parameters, dict) else tuple(parameters)


def kept(parameters: Parameters) -> Parameters | None:
    """Return a set of its own, or None when it is too large to be kept."""
    size = 8 * len(parameters)
    for value in parameters.values() if isinstance(parameters, dict) else parameters:
        if isinstance(value, str | bytes):
            size += len(value)
    if size > MAX_BYTES:
        return None
    return dict(parameters) if isinstance(parameters, dict) else tuple(parameters)


def with_sample(samples: tuple[Parameters, ...], parameters: Parameters) -> tuple[Parameters, ...]:
    """Add a set, if there is room or it is of another kind than those that are there."""
    key = parameter_key(parameters)
    if any(parameter_key(known) == key for known in samples):
        return samples
    if len(samples) < MAX_SAMPLES:
        return (*samples, parameters)
    kinds = [_kind(known) for known in samples]
    if _kind(parameters) in kinds:
        return samples
    twin = next((at for at, kind in enumerate(kinds) if kinds.index(kind) < at), None)
    return samples if twin is None else (*samples[:twin], *samples[twin + 1 :], parameters)


def all_samples(several: Iterable[tuple[Parameters, ...]]) -> tuple[Parameters, ...]:
    """Return the samples of several records of one statement, as many as are kept of one."""
    samples: tuple[Parameters, ...] = ()
    for some in several:
        for parameters in some:
            samples = with_sample(samples, parameters)
    return samples


def _kind(parameters: Parameters) -> tuple[object, ...]:
    """What the planner may see a difference in: types, NULL, and where a pattern begins."""
    values = parameters.values() if isinstance(parameters, dict) else parameters
    return tuple(map(_kind_of, values))


def _kind_of(value: Raw) -> object:
    if isinstance(value, str):
        return "pattern" if value[:1] in ("%", "_", "*", "?", "[") else "prefix" if value[-1:] in ("%", "*") else str
    return type(value)
