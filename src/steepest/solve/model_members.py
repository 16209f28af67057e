"""The members of a model file: what each may be, how they fit each other, and how they are kept in memory."""

from __future__ import annotations

from typing import Any

from ..core.schema import NUMBER, OBJECT, TEXT, Kind, list_of, object_of, one_of, or_null, read_json
from ..data.encoding.recipe_json import recipe_fault, recipe_of, spec_of
from ..descent.file_members import LABELS, META, VERDICT_PARTS

__all__ = ["FORMAT", "HEADER", "NotModelError", "as_members", "from_members", "members_in"]

FORMAT = "steepest-model"
VERSION = 3  # 1 has no checksum; 1 and 2 are of one target or two classes
HEADER = {"format": FORMAT, "schema_version": VERSION}
KINDS = ("linear", "logistic")
TOGETHER = ("softmax", "ovr")
ADDED: dict[str, Any] = {"multi_class": None, "offset": None, "exposure": None, "encoding": None}  # by version 3


class NotModelError(Exception):
    """Why a file is not a model file."""


def as_members(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a model as JSON has them: one output without lists around it.

    Examples
    --------
    >>> as_members({"targets": ("y",), "coef": ((2.0,),), "intercept": (1.0,), "classes": None})
    {'target': 'y', 'coef': (2.0,), 'intercept': 1.0, 'classes': None}
    """
    target, coef, intercept = (_one_or_all(fields[name]) for name in ("targets", "coef", "intercept"))
    known = {"targets": ("target", target), "coef": ("coef", coef), "intercept": ("intercept", intercept)}
    if fields.get("encoding") is not None:
        known["encoding"] = ("encoding", spec_of(fields["encoding"]))
    return dict(known.get(name, (name, value)) for name, value in fields.items())


def _one_or_all(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else values


def from_members(members: dict[str, Any]) -> dict[str, Any]:
    """The fields of a model from the members of its file.

    Raises
    ------
    NotModelError
        If a member does not fit: the error names it.
    """
    members = {**members} if "multi_class" in members else {**members, **ADDED}
    if fault := MEMBERS(members, "") or _unfit(members):
        raise NotModelError(f"damaged ({fault})")
    target, coef, intercept = members.pop("target"), members["coef"], members["intercept"]
    rows = coef if isinstance(intercept, list) else [coef]
    return {
        **members,
        "targets": tuple(target) if isinstance(target, list) else (target,),
        "names": tuple(members["names"]),
        "coef": tuple(tuple(map(float, row)) for row in rows),
        "intercept": tuple(map(float, intercept if isinstance(intercept, list) else [intercept])),
        "classes": None if members["classes"] is None else tuple(members["classes"]),
        "encoding": None if members["encoding"] is None else recipe_of(members["encoding"]),
    }


def members_in(data: bytes, has: bool) -> dict[str, Any]:
    """The members of a model file, which has a checksum or not, without those of the format.

    Raises
    ------
    NotModelError
        If it is none, or is of an unknown version.
    """
    if not data.lstrip().startswith(b"{"):
        raise NotModelError("not a model file")
    try:
        members: dict[str, Any] = read_json(data)
    except ValueError as error:
        raise NotModelError(f"damaged ({error})") from None
    if members.get("format") != FORMAT:
        raise NotModelError("JSON, but not a model file")
    _check_version(members, has)
    return {name: value for name, value in members.items() if name not in ("format", "schema_version", "checksum")}


def _check_version(members: dict[str, Any], has: bool) -> None:
    version: Any = members.get("schema_version")
    if version not in range(1, VERSION + 1) or isinstance(version, (bool, float)):
        raise NotModelError(f"version {repr(version)[:40]} of the format, but only 1 to {VERSION} are known")
    if has != (version > 1):
        raise NotModelError("damaged (its checksum is missing)" if not has else "damaged (version 1 has no checksum)")
    if version < VERSION and not members.keys().isdisjoint(ADDED):
        raise NotModelError(f"damaged (version {version} has no {', '.join(ADDED)})")
    if version < VERSION and members.get("names") == []:
        raise NotModelError(f"damaged (version {version} has no model without columns)")


def _unfit(members: dict[str, Any]) -> str | None:
    """What members that are each of their kind say against each other."""
    names, coef, intercept = members["names"], members["coef"], members["intercept"]
    if len(set(names)) != len(names):
        return "names must be a list of different names"
    if members["encoding"] is not None and list(recipe_of(members["encoding"]).names) != names:
        return "names must be those that the encoding gives"
    several = isinstance(intercept, list)
    k, rows = (len(intercept), coef) if several else (1, [coef])
    if several and (k < 2 or len(rows) != k or not all(isinstance(row, list) for row in rows)):
        return f"{k} intercepts need a list of coefficients each, for two or more targets or classes"
    for row in rows:
        if len(row) != len(names) or (row and isinstance(row[0], list)):
            return f"{len(names)} names but {len(row)} coefficients"
    return _unfit_outputs(members, k)


def _unfit_outputs(members: dict[str, Any], k: int) -> str | None:
    """The same of k outputs, targets and classes."""
    target, classes, together = members["target"], members["classes"], members["multi_class"]
    if (members["kind"] == "logistic") != (classes is not None):
        return "a logistic model has two classes or more, a linear one has none"
    outputs = 1 if classes is None or len(classes) == 2 else len(classes)
    if isinstance(target, list):
        if classes is not None or len(set(target)) != len(target) or len(target) < 2:
            return "target must be a name, or two or more different names of a linear model"
        outputs = len(target)
    if outputs != k:
        return f"{outputs} targets or classes, but {k} intercepts"
    if (together is not None) != (classes is not None and k > 1):
        return f"multi_class must be {' or '.join(TOGETHER)} for more than two classes, else null"
    return None


def _of_one_or_more(item: Kind) -> Kind:
    """A value of a kind, or a list of them."""
    return lambda value, name: (list_of(item) if isinstance(value, list) else item)(value, name)


def _coefficients(value: Any, name: str) -> str | None:
    nested = isinstance(value, list) and bool(value) and isinstance(value[0], list)
    return list_of(list_of(NUMBER) if nested else NUMBER)(value, name)


MEMBERS = object_of(
    {
        "kind": one_of(KINDS),
        "target": _of_one_or_more(TEXT),
        "names": list_of(TEXT),
        "coef": _coefficients,
        "intercept": _of_one_or_more(NUMBER),
        "classes": LABELS,
        "loss": TEXT,
        "settings": META,
        "verdict": object_of({}, VERDICT_PARTS),
        "certificate": OBJECT,
        "multi_class": or_null(one_of(TOGETHER)),
        "offset": or_null(TEXT),
        "exposure": or_null(TEXT),
        "encoding": or_null(recipe_fault),
    }
)
