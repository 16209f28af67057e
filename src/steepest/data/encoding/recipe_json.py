"""Recipes as JSON in model files, and what such JSON must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.errors import DataError, UsageError
from ...core.schema import FLAG, NUMBER, TEXT, Kind, kind, list_of, object_of, one_of, or_null
from .categories import OTHER, Category
from .dates import CLASSES, Date
from .numbers import Number
from .recipe import Recipe, Rule
from .settings import PARTS
from .terms import LARGEST

__all__ = ["recipe_fault", "recipe_of", "spec_of"]

KINDS: Mapping[str, type[Rule]] = {"number": Number, "category": Category, "date": Date}


def spec_of(recipe: Recipe) -> dict[str, Any]:
    """The recipe as JSON, for a model file."""
    return {
        "rules": [_rule_spec(rule) for rule in recipe.rules],
        "terms": [[list(factor) for factor in term] for term in recipe.terms],
    }


def _rule_spec(rule: Rule) -> dict[str, Any]:
    own = next(name for name, made in KINDS.items() if isinstance(rule, made))
    fields = rule._asdict()
    if isinstance(rule, Date):
        fields["parts"] = [[part, _rule_spec(inner)] for part, inner in rule.parts]
    return {"kind": own, **fields}


def recipe_of(spec: Mapping[str, Any]) -> Recipe:
    """The recipe that `spec_of` wrote, of a member in which `recipe_fault` finds nothing."""
    terms = tuple(tuple((name, int(exponent)) for name, exponent in term) for term in spec["terms"])
    return Recipe(tuple(map(_rule_of, spec["rules"])), terms)


def recipe_fault(value: Any, name: str) -> str | None:
    """What is wrong with the JSON of a recipe, or None."""
    return RECIPE(value, name) or _unsuited(value, name)


def _unsuited(value: dict[str, Any], name: str) -> str | None:
    """What members that are each of their kind say against each other."""
    columns = [rule["name"] for rule in value["rules"]]
    if not columns or len(set(columns)) < len(columns):
        return f"{name}.rules must be of one or more different columns"
    try:
        recipe_of(value).names  # noqa: B018 - they are made, if they can be
    except (DataError, UsageError) as error:
        return f"{name}: {error}"
    return None


def _rule_of(spec: Mapping[str, Any]) -> Any:
    fields = {
        name: tuple(value) if isinstance(value, list) else value for name, value in spec.items() if name != "kind"
    }
    if spec["kind"] == "date":
        fields["parts"] = tuple((part, _rule_of(inner)) for part, inner in spec["parts"])
    made: Any = KINDS[spec["kind"]]
    return made(**fields)


def _rule_shape(value: Any, name: str) -> str | None:
    """What is wrong with a rule's JSON, or None."""
    known = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(known, str) or known not in SHAPES:
        return f"{name} must be a rule of a column"
    return SHAPES[known](value, name)


def _pair_of(first: Kind, second: Kind) -> Kind:
    def check(value: Any, name: str) -> str | None:
        if not isinstance(value, list) or len(value) != 2:
            return f"{name} must be a list of two"
        return first(value[0], f"{name}[0]") or second(value[1], f"{name}[1]")

    return check


def _part_shape(value: Any, name: str) -> str | None:
    """What is wrong with a part of a date, which is a category or a number by its name, or None."""
    part = value[0] if isinstance(value, list) and value else None
    rule = SHAPES["category" if part in CLASSES else "number"]
    return _pair_of(one_of(PARTS), rule)(value, name)


def _factors_shape(value: Any, name: str) -> str | None:
    """What is wrong with the factors of a term, or None."""
    exponent = kind(lambda e: _is_whole(e) and 1 <= e <= LARGEST, f"a whole number from 1 to {LARGEST}")
    return list_of(_pair_of(TEXT, exponent))(value, name) or (None if value else f"{name} must have a factor")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _category_shape(value: Any, name: str) -> str | None:
    """What is wrong with a category's JSON: its kind of members, then whether they suit each other."""
    if fault := CATEGORY(value, name):
        return fault
    levels = [*value["levels"], value["reference"]]
    if len(set(levels)) < len(levels):
        return f"{name}.levels must be different, and without the reference"
    if value["pooled"] and OTHER not in levels:
        return f"{name} has pooled levels but no level {OTHER}"
    return None if value["fill"] in (None, *levels) else f"{name}.fill must be one of the levels"


CATEGORY = object_of(
    {
        "kind": one_of(["category"]),
        "name": TEXT,
        "levels": list_of(TEXT),
        "reference": TEXT,
        "pooled": list_of(TEXT),
        "fill": or_null(TEXT),
    }
)
SHAPES: dict[str, Kind] = {
    "number": object_of({"kind": one_of(["number"]), "name": TEXT, "fill": or_null(NUMBER), "marked": FLAG}),
    "category": _category_shape,
    "date": object_of(
        {
            "kind": one_of(["date"]),
            "name": TEXT,
            "format": TEXT,
            "first": NUMBER,
            "parts": list_of(_part_shape),
        }
    ),
}
RECIPE = object_of({"rules": list_of(_rule_shape), "terms": list_of(_factors_shape)})
