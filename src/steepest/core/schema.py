"""What a JSON member may be: kinds that name the member at fault and say what it must be."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

__all__ = ["Kind", "kind", "list_of", "object_of", "one_of", "or_null", "read_json"]

Kind = Callable[[Any, str], str | None]  # value, name -> what is wrong, or None
DEEPEST = 20  # levels of a member without a kind of its own
LONGEST = 40  # characters of a name that a message shows


def read_json(data: bytes) -> Any:
    """The value in strict JSON: UTF-8, no NaN, no key twice.

    Raises
    ------
    ValueError
        In one line, what is wrong.

    Examples
    --------
    >>> read_json(b'{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    """
    try:
        return json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a key appears twice")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def kind(fits: Callable[[Any], bool], what: str) -> Kind:
    """The kind of the values that fit.

    Examples
    --------
    >>> kind(lambda value: value == 1, "one")(2, "n")
    'n must be one'
    """
    return lambda value, name: None if fits(value) else f"{name} must be {what}"


def one_of(values: Iterable[str]) -> Kind:
    """One of some words."""
    words = tuple(values)
    return kind(lambda value: isinstance(value, str) and value in words, " or ".join(words))


def or_null(inner: Kind) -> Kind:
    """Null, or a value of another kind."""
    return lambda value, name: None if value is None else inner(value, name)


def list_of(item: Kind, length: int | None = None) -> Kind:
    """A list of values of one kind.

    Examples
    --------
    >>> list_of(COUNT)([1, -2], "steps")
    'steps[1] must be a whole number from 0'
    """

    def check(value: Any, name: str) -> str | None:
        if not isinstance(value, list):
            return f"{name} must be a list"
        if length not in (None, len(value)):
            return f"{name} must have {length} items, not {len(value)}"
        return next(filter(None, (item(one, f"{name}[{i}]") for i, one in enumerate(value))), None)

    return check


def object_of(required: Mapping[str, Kind], optional: Mapping[str, Kind] = {}, other: Kind | None = None) -> Kind:
    """An object with members of these kinds; ``other`` is the kind of those without a name here.

    Examples
    --------
    >>> size = object_of({"rows": COUNT}, {"names": list_of(TEXT)})
    >>> size({"rows": 2}, "size"), size({"rows": "2"}, "size"), size({}, "size")
    (None, 'size.rows must be a whole number from 0', 'size has no member rows')
    """
    known = {**required, **optional}

    def check(value: Any, name: str) -> str | None:
        if not isinstance(value, dict):
            return f"{name} must be an object"
        path = f"{name}." if name else ""
        for key in required:
            if key not in value:
                return f"{name or 'it'} has no member {key}"
        for key, item in value.items():
            checked = known.get(key, other)
            if checked is None:
                return f"{name or 'it'} has an unknown member {_short(key)}"
            if fault := checked(item, f"{path}{_short(key)}"):
                return fault
        return None

    return check


def _short(key: str) -> str:
    return key if key.isidentifier() and len(key) <= LONGEST else repr(key)[:LONGEST]


def _is_text(value: Any) -> bool:
    """Whether a value is text that UTF-8 can hold."""
    try:
        return isinstance(value, str) and (value.isascii() or bool(value.encode()))
    except UnicodeEncodeError:  # half of a pair
        return False


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number beyond the largest float
        return False


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def _is_json(value: Any, depth: int = DEEPEST) -> bool:
    """Whether a value is text, a number, true, false, null, or lists and objects of these, not too deep."""
    if isinstance(value, dict):
        return depth > 0 and all(_is_text(key) and _is_json(item, depth - 1) for key, item in value.items())
    if isinstance(value, list):
        return depth > 0 and all(_is_json(item, depth - 1) for item in value)
    return value is None or isinstance(value, bool) or _is_text(value) or _is_number(value)


TEXT = kind(_is_text, "text")
FLAG = kind(lambda value: isinstance(value, bool), "true or false")
NUMBER = kind(_is_number, "a finite number")
COUNT = kind(_is_count, "a whole number from 0")
JSON = kind(_is_json, f"JSON of finite numbers and at most {DEEPEST} levels")
OBJECT = object_of({}, other=JSON)
