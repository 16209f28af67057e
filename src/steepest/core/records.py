"""Records by name: small, frozen settings that print as code are written and found as "momentum:beta=0.95"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from .aliases import Answer, nearest, use, value_answer
from .errors import UsageError
from .record_check import check_record

__all__ = ["Fields", "RecordField", "from_name", "is_record", "make", "to_name", "to_spec"]

Given = TypeVar("Given")
Kept = TypeVar("Kept")


class RecordField(Generic[Given, Kept]):
    """A dataclass field that is given as a record, a name or a number, and kept as the record that ``read`` gives.

    Type checkers take the type of the constructor's argument from ``__set__``, that of the attribute from ``__get__``.
    """

    def __init__(self, default: Given, read: Callable[[Given], Kept]) -> None:
        self.default, self.read = default, read

    def __repr__(self) -> str:
        """The default, as signatures show it."""
        return repr(self.default)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    if TYPE_CHECKING:  # without it an attribute is read from the instance, as fast as any other

        def __get__(self, item: object | None, owner: type | None = None) -> Kept: ...

    def __set__(self, item: object, given: Given) -> None:
        omitted: bool = given is self  # the class attribute stands for the default
        item.__dict__[self.name] = self.read(self.default if omitted else given)


def to_name(cls: type) -> str:
    """Public spelling of a record's class: ``SquaredError`` is "squared_error", ``RMSProp`` is "rmsprop".

    Examples
    --------
    >>> from steepest.objective.losses import SquaredError
    >>> to_name(SquaredError)
    'squared_error'
    """
    return _spelled(cls.__name__)


@lru_cache(1024)
def _spelled(name: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z][a-z])", "_", name).lower()


def to_spec(item: Any) -> str:
    """Write a record as the command line reads it: ``Momentum(0.95)`` is "momentum:beta=0.95".

    One of the user's own, ``MyRule()`` in mine.py, is "mine:MyRule".
    """
    cls, fields = type(item), ",".join(f"{k}={v!r}" for k, v in zip(item._fields, item, strict=True))
    ours = cls.__module__.partition(".")[0] == __name__.partition(".")[0]
    return (to_name(cls) if ours else f"{cls.__module__}:{cls.__name__}") + (f":{fields}" if fields else "")


class Fields(Protocol):
    """The settings of a record, which every NamedTuple has."""

    def _asdict(self) -> dict[str, Any]:
        """Its fields by name."""


def is_record(item: object) -> bool:
    """Whether an object, or a class, is a NamedTuple."""
    return hasattr(item, "_fields")


def from_name(spec: object, module: ModuleType, what: str) -> Any:
    """Look up ``"momentum"`` or ``"momentum:beta=0.95"`` in a module's ``__all__``; a record is checked.

    Raises
    ------
    UsageError
        If no public record of the module has that name, a field is unknown, not a number or out of its range, or a
        record lacks what its kind needs.

    Examples
    --------
    >>> from steepest import rules
    >>> from_name("momentum:beta=0.95", rules, "rule")
    Momentum(beta=0.95)
    """
    if isinstance(spec, tuple) and is_record(spec):
        found: Any = spec
        return check_record(found, what)
    return _named(str(spec), module, what)


@lru_cache(1024)
def _named(spec: str, module: ModuleType, what: str) -> Any:
    """The record of this name."""
    known = {to_name(getattr(module, name)): getattr(module, name) for name in module.__all__}
    asked, _, rest = spec.partition(":")
    name = next((name for name in known if name.replace("_", "") == asked.replace("_", "")), None)
    if name is None:
        raise _unknown(asked, what, known)
    return check_record(make(known[name], rest, what), what)


def _unknown(asked: str, what: str, known: Iterable[str]) -> UsageError:
    """The error that no record has a name: with what it is called here, or the near one."""
    answer = value_answer(asked, what) or _number(asked, what)
    if answer is not None:
        return UsageError(f"no {what} is called {asked!r}", answer)
    near = nearest(asked, known)
    mend = f"did you mean {near!r}?" if near else f"choose one of {', '.join(sorted(known))}"
    return UsageError(f"no {what} is called {asked!r}: {mend}")


def _number(text: str, what: str) -> Answer | None:
    """The answer to a learning rate that is the text of a number."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    words = "a constant rate is a number and not a text, {}"
    return use("learning_rate", value, words) if what == "learning rate" else None


def make(cls: Any, text: str, what: str) -> Any:
    """A record of this class with the fields that ``"beta=0.9,pairs=5"`` gives."""
    fields = dict(_field(cls, item, what) for item in text.split(",") if item)
    missing = [f for f in cls._fields if f not in fields and f not in cls._field_defaults]
    if missing:
        raise UsageError(f"{what} {to_name(cls)!r} needs {missing[0]!r}: write {to_name(cls)}:{missing[0]}=NUMBER")
    return cls(**fields)


def _field(cls: Any, item: str, what: str) -> tuple[str, Any]:
    key, _, text = item.partition("=")
    if key not in cls._fields:
        raise UsageError(f"{what} {to_name(cls)!r} has no field {key!r}: it has {', '.join(cls._fields) or 'none'}")
    try:
        return key, int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        raise UsageError(f"{what} {to_name(cls)!r}: {key}={text!r} is not a number") from None
