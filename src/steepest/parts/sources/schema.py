"""The schema of Arrow tables: which column has which role, and whether its type can have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...core.errors import DataError, UsageError
from ...data.encoding.settings import Settings
from ...data.readers.arrow_file import ArrowSheet, index_names
from ...data.readers.asked import Asked
from ...data.readers.columns import listed, unique_names
from ...data.readers.roles import choose
from .layout import Layout

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["check_same", "chosen_layout", "kind_of"]


def chosen_layout(schema: pa.Schema, asked: Asked, file: str) -> Layout:
    """The layout of tables with this schema: the columns that are asked for.

    Raises
    ------
    DataError
        If two columns have one name, or the type of a column cannot have its role.
    UsageError
        If a name is that of no column.
    """
    names = tuple(schema.names)
    unique_names(names, file)
    roles = choose(ArrowSheet(file, names, _none, index_names(names, names, schema)), asked)
    if asked.features is not None and not roles.features:
        raise UsageError(f"{file}: no feature is named: name one or more")
    targets = () if roles.target is None else (roles.target, *roles.further)
    kinds = [kind_of(schema.field(name).type) for name in targets]
    beside = (roles.weights, roles.offset, roles.exposure)
    used = (*roles.features, *targets, *(name for name in beside if name is not None))
    layout = Layout(
        roles.features,
        targets,
        roles.weights,
        roles.offset,
        roles.exposure,
        all(str(schema.field(name).type) == "float" for name in roles.features),
        whole=tuple(name for name in used if str(schema.field(name).type) in ("int64", "uint64")),
        labelled=len(targets) == 1 and kinds[0] in ("text", "truth"),
        truths=kinds == ["truth"],
    )
    texts = [name for name in roles.features if kind_of(schema.field(name).type) in ("text", "date")]
    layout = _encoding(layout, asked, frozenset(texts))
    _check_types(schema, layout, file)
    return layout


def _encoding(layout: Layout, asked: Asked, texts: frozenset[str]) -> Layout:
    """The layout of features that are not used as they are: by a recipe learnt before, or to be learnt."""
    settings, features = asked.settings, layout.features
    if asked.recipe is None and not texts and settings == Settings():
        return layout
    own = (*settings.categories, *settings.dates, *settings.reference)
    named = own if asked.recipe is None else tuple(asked.recipe.text_columns)
    for name in named:
        if name not in features:
            raise UsageError(f"no feature is called {name!r}: there is {listed(features)}")
    return layout._replace(
        single=False,
        texts=tuple(name for name in features if name in named or (name in texts and asked.recipe is None)),
        settings=settings if asked.recipe is None else None,
        recipe=asked.recipe,
        unknown=asked.unknown,
        complete=settings.missing == "drop",
    )


def check_same(
    schema: pa.Schema, first: pa.Schema, columns: Sequence[str], files: tuple[str, str], exact: bool = True
) -> None:
    """Refuse a schema whose columns are not those of the first file, in any order and among others.

    Numbers may have another type unless it must be exact.
    """
    file, like = files
    for name in columns:
        if schema.names.count(name) != 1:
            how = "two columns are" if name in schema.names else "no column is"
            raise DataError(f"{how} called {name!r}, but one in {like}: write them alike", file=file)
        own, other = schema.field(name).type, first.field(name).type
        if own != other and (exact or kind_of(own) != kind_of(other)):
            raise DataError(f"the type is {own}, but {other} in {like}: write them alike", file=file, column=name)


def kind_of(kind: pa.DataType) -> str:
    """What a type of Arrow holds: "number", "truth", "text", "date", or the type's own name."""
    from pyarrow import types

    if types.is_dictionary(kind):
        return kind_of(kind.value_type)
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_boolean(kind):
        return "truth"
    if any(is_kind(kind) for is_kind in (types.is_string, types.is_large_string, types.is_string_view)):
        return "text"
    return "date" if types.is_temporal(kind) else str(kind)


def _check_types(schema: pa.Schema, layout: Layout, file: str) -> None:
    """Refuse a schema in which the type of a column cannot have its role."""
    for name in layout.columns:
        kind = kind_of(schema.field(name).type)
        encoded = name in layout.texts or (layout.labelled and name in layout.targets)
        if kind in ("number", "truth") or encoded:
            continue
        if name in layout.features:
            problem = f"{kind} in a feature: leave it out with drop, or store numbers in columns"
        else:
            problem = f"{kind} where a number is needed: choose another column"
        raise DataError(problem, file=file, column=name)


def _none(names: list[str]) -> None:
    """No table: roles are chosen by names alone."""
