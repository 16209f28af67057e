"""The parameters of an estimator as JSON, and back. Nothing is ever evaluated as code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.errors import UsageError
from ..core.records import from_name, is_record, to_spec
from ..methods import averages, estimates, rules, steps
from ..objective import losses

__all__ = ["as_json", "from_json"]

RECORDS = {"loss": losses, "rule": rules, "learning_rate": steps, "average": averages, "estimate": estimates}


class NotKeptError(Exception):
    """A value that JSON cannot hold without loss."""


def as_json(parameters: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Parameters as JSON, and the names of those that it cannot hold: functions, generators, records of one's own.

    Examples
    --------
    >>> as_json({"alpha": 0.5, "rule": rules.Momentum(0.95), "callback": print})
    ({'alpha': 0.5, 'rule': {'record': 'momentum:beta=0.95'}}, ['callback'])
    """
    kept, left_out = {}, []
    for name, value in parameters.items():
        try:
            kept[name] = _plain(name, value)
        except NotKeptError:
            left_out.append(name)
    return kept, left_out


def from_json(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that `as_json` wrote; lists and arrays are tuples.

    Raises
    ------
    UsageError
        If a record is unknown, or a value has another form.

    Examples
    --------
    >>> from_json({"alpha": 0.5, "rule": {"record": "momentum:beta=0.95"}, "signs": {"pairs": [["a", "+"]]}})
    {'alpha': 0.5, 'rule': Momentum(beta=0.95), 'signs': {'a': '+'}}
    """
    return {name: _value(name, value) for name, value in kept.items()}


def _plain(name: str, value: Any) -> Any:
    if is_record(value) and isinstance(value, tuple):
        return {"record": _spec(name, value)}
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {"pairs": [[_plain(name, key), _plain(name, item)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return [_plain(name, item) for item in value]
    whole = not isinstance(value, float) or math.isfinite(value)
    if whole and (value is None or isinstance(value, (bool, int, float, str))):
        return value
    raise NotKeptError


def _spec(name: str, record: Any) -> str:
    """The text of a record of ours from which the same is read."""
    spec = to_spec(record)
    if name not in RECORDS:
        raise NotKeptError
    try:
        same = from_name(spec, RECORDS[name], name.replace("_", " ")) == record
    except UsageError:
        same = False
    if not same:
        raise NotKeptError
    return spec


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_value(name, item) for item in value)
    if not isinstance(value, dict):
        return value
    if value.keys() == {"record"} and name in RECORDS:
        return from_name(value["record"], RECORDS[name], name.replace("_", " "))
    pairs = value.get("pairs")
    if value.keys() != {"pairs"} or not isinstance(pairs, list) or not all(map(_is_pair, pairs)):
        raise UsageError(f"the setting {name} has an unknown form")
    return {key: item for key, item in pairs}  # noqa: C416  # pairs are lists


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], (str, int, float))
