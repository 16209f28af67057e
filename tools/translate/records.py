"""Records: rules, losses and learning rates as objects of TypeScript, each with its facts and its methods."""

from __future__ import annotations

import inspect
import json
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from steepest.core.records import to_name

from .errors import TranslationError
from .statements import Function

__all__ = ["HELPERS", "KINDS", "Kind", "Record", "camel", "translated"]

HELPERS = ("exp_minus", "log1p_unit", "logistic")  # functions of core/exp_log.py that records call
PROPER = {
    "Nesterov", "AdaDelta", "AdaGrad", "Lion", "RMSProp", "AMSGrad", "AdaMax", "Adam", "AdamW", "Nadam", "DoWG",
    "Prodigy", "Huber", "Poisson", "Tweedie", "MSE", "Newton", "Anderson", "ADGD", "BarzilaiBorwein", "Polyak",
}  # fmt: skip
LABELS = {  # where the name does not say it
    "Momentum": "heavy ball", "ModifiedHuber": "modified Huber", "BarzilaiBorwein": "Barzilai-Borwein", "ADGD": "AdGD",
    "EpsilonInsensitive": "epsilon-insensitive", "SquaredEpsilonInsensitive": "squared epsilon-insensitive",
    "ScheduleFree": "schedule-free", "WarmUp": "warm-up", "OneCycle": "one cycle",
}  # fmt: skip


class Kind(NamedTuple):
    """A kind of record.

    Attributes
    ----------
    name : str
        What the page calls it.
    methods : tuple of str
        Methods that every record has; a property is a function of the settings.
    optional : tuple of str
        Methods and properties that are null where a record lacks them.
    loops : tuple of (str, str)
        Methods that do for arrays of z and y what another one does for numbers. Each record has its own, so that its
        arithmetic is compiled into the loop.
    facts : tuple of str
        Facts of its decorator.
    refused : callable, class -> str or None
        Why a record of this kind cannot go, other than by its syntax.
    """

    name: str
    methods: tuple[str, ...]
    optional: tuple[str, ...]
    loops: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]
    refused: Callable[[Any], str | None]


class Record(NamedTuple):
    """A record with its translation, or the reason why it has none."""

    name: str
    label: str
    text: str = ""
    reason: str = ""


def _rule_refused(rule: Any) -> str | None:
    return "needs second derivatives of the cost" if rule.preconditioner else None


def _step_refused(step: Any) -> str | None:
    if step.adapts:
        return "changes with the gradients of the descent"
    return "searches along each step" if step.seeks else None


KINDS = (
    Kind("rule", ("direction",), ("answer", "stability"), (), ("elementwise", "slots", "sees"), _rule_refused),
    Kind(
        "loss",
        ("value", "slope", "second_derivative", "inverse"),
        ("jumps",),
        (("values", "value"), ("slopes", "slope"), ("second_derivatives", "second_derivative")),
        ("formula", "curvature", "quadratic", "labels", "positive", "attained", "nonsmooth", "likelihood"),
        lambda loss: None,
    ),
    Kind("schedule", ("rate",), (), (), (), _step_refused),
)


def translated(cls: Any, kind: Kind) -> Record:
    """A record as a constant of TypeScript, or the reason why it has no translation."""
    name, label = to_name(cls), _label(cls)
    try:
        if reason := kind.refused(cls):
            return Record(name, label, reason=reason)
        return Record(name, label, f"const {camel(name)}: {_type(cls, kind)} = {{\n{_members(cls, kind)}}};\n")
    except TranslationError as refusal:
        return Record(name, label, reason=refusal.reason)


def _members(cls: Any, kind: Kind) -> str:
    facts = [(name, _value(getattr(cls, name))) for name in kind.facts]
    whole = ("g", "memory") if kind.name == "rule" and not cls.elementwise else ()
    methods = [(name, _method(cls, name, whole)) for name in (*kind.methods, *kind.optional)]
    loops = [(name, _loop(f"{camel(to_name(cls))}.{camel(method)}")) for name, method in kind.loops]
    head = [("name", _value(to_name(cls))), ("label", _value(_label(cls))), ("about", _value(_about(cls)))]
    members = [*head, ("defaults", _value(cls._field_defaults)), *facts, *methods, *loops]
    return "".join(f"  {camel(name)}: {text},\n" for name, text in members)


def _type(cls: Any, kind: Kind) -> str:
    if kind.name == "rule":
        return "ElementRule" if cls.elementwise else "WholeRule"
    return kind.name.capitalize()


def _loop(method: str) -> str:
    one = f"out[i] = {method}(self, z[i], y[i])"
    return f"(self, z, y, out, size) => {{\n    for (let i = 0; i < size; i++) {one};\n  }}"


def _method(cls: Any, name: str, whole: tuple[str, ...]) -> str:
    known = {helper: camel(helper) for helper in HELPERS}
    member = inspect.getattr_static(cls, name, None)
    source = member.fget if isinstance(member, property) else member
    if not callable(source):
        return "null"
    return Function(source, known, whole).arrow("  ")


def _value(value: Any) -> str:
    """A fact as a literal."""
    if isinstance(value, property):
        return "true"  # a fact that is true where a class has it
    if isinstance(value, float) and math.isinf(value):
        return "Infinity"
    if isinstance(value, dict):
        inside = ", ".join(f"{name}: {number!r}" for name, number in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return json.dumps(value, ensure_ascii=False)


def _label(cls: Any) -> str:
    """The name for people: proper names as they are, others in words."""
    name = cls.__name__
    return LABELS.get(name) or (name if name in PROPER else to_name(cls).replace("_", " "))


def _about(cls: Any) -> str:
    """The first sentence of the documentation, without its markup."""
    return (inspect.getdoc(cls) or "").partition("\n")[0].replace("`", "")


def camel(name: str) -> str:
    """A name as TypeScript spells it."""
    return re.sub(r"_([a-z])", lambda match: match.group(1).upper(), name)
