"""What each kind of record must have, and the check that refuses one without it."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, TypeVar

from .errors import UsageError

__all__ = ["check_record"]

Checked = TypeVar("Checked", bound="Checkable")

# What each kind of record must have: methods first, then the facts that its decorator sets.
NEEDS = {
    "loss": (
        *("value", "slope", "second_derivative", "curvature", "quadratic", "labels", "attained", "positive", "formula"),
        *("nonsmooth", "likelihood", "dual", "piecewise_linear", "staged", "identity_link", "constant_known"),
    ),
    "penalty": ("value", "slope", "l2", "l1", "check"),
    "rule": (
        *("direction", "slots", "elementwise", "preconditioner", "proximal", "sees", "learns", "answers"),
        *("batch", "stability", "memory_share"),
    ),
    "learning rate": ("rate", "slots", "seeks", "adapts", "looks"),
    "average": ("share", "slots"),
    "estimate": ("slots", "gradient", "renewing"),
}
DECORATORS = {"penalty": "record", "learning rate": "step"}  # others are named after their kind


class Checkable(Protocol):
    """A record, whose decorator has given it a check."""

    def check(self) -> str | None:
        """What is wrong with the settings, or None."""


@lru_cache(1024)
def _is_complete(cls: type, kind: str) -> bool:
    return all(hasattr(cls, name) for name in NEEDS[kind])


def check_record(item: Checked, kind: str) -> Checked:
    """The record itself; one that lacks what its kind needs, or that its own ``check`` finds wrong, is refused."""
    if not _is_complete(type(item), kind) and (missing := [name for name in NEEDS[kind] if not hasattr(item, name)]):
        mend = f"decorate it with @{DECORATORS.get(kind, kind)}"
        raise UsageError(f"{item!r} is not a {kind}: it lacks {', '.join(missing)}; {mend}")
    if wrong := item.check():
        raise UsageError(wrong)
    return item
