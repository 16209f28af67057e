"""The input of a picture: arguments sorted into runs, models and tables, and the rows of a run or a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..core.checksum import DAMAGED
from ..core.errors import DataError, FileError, UsageError
from ..core.files import check_new, is_there, real_path
from ..data.encoding.recipe import Recipe, plain_recipe
from ..data.encoding.recipe_json import recipe_fault, recipe_of
from ..data.readers.asked import Asked
from ..data.readers.raw_table import RawTable
from ..data.readers.tables import Table, read_columns
from ..descent.trajectory import Trajectory
from ..plots.sources.several import recorded_loss
from ..solve.model import Model, is_model, read_model
from .split import chosen_rows, fitted_part, held_out_part
from .table_input import TableFlags, classes_of, encoded_aloud

__all__ = ["Sources", "check_picture", "columns_of_fit", "sources_of", "table_of"]

ENDINGS = (".npz", ".json", ".parquet")  # endings of recorded runs


class Sources(NamedTuple):
    """Arguments, sorted by the content of their files.

    Attributes
    ----------
    runs : dict from label to Trajectory
    models : tuple of Model
    files : tuple of str
        The tables.
    """

    runs: dict[str, Trajectory]
    models: tuple[Model, ...]
    files: tuple[str, ...]

    @property
    def tables(self) -> int:
        """Number of tables that the runs were fitted to: 0 for runs on a function."""
        return 0 if any("function" in run.meta for run in self.runs.values()) else 1

    def words(self) -> str:
        """The arguments in words."""
        models = [f"a model of {model.target}" for model in self.models]
        found = [*(f"run {label}" for label in self.runs), *models, *(f"table {file}" for file in self.files)]
        return ", ".join(found) or "nothing"


def sources_of(given: Sequence[str]) -> Sources:
    """Read model files and runs; any other file is a table."""
    labels = _labels(given)
    runs, models, files = {}, [], []
    for name, label in zip(given, labels, strict=True):
        if is_model(name):
            models.append(read_model(name))
        elif (run := _run(name)) is not None:
            runs[label] = run
        elif name == "-" or is_there(name):
            files.append(name)
        else:
            raise FileError(f"{name}: no such file")
    return Sources(runs, tuple(models), tuple(files))


def _labels(given: Sequence[str]) -> list[str]:
    """Names of files without folder and ending, if these differ."""
    stems = [Path(name).stem for name in given]
    count = Counter(stems)
    return [stem if count[stem] == 1 else name for stem, name in zip(stems, given, strict=True)]


def _run(name: str) -> Trajectory | None:
    if not name.endswith(ENDINGS):
        return None
    try:
        return Trajectory.load(name)
    except DataError as error:  # a table may have the same ending
        if error.problem == DAMAGED:
            raise
        return None


def table_of(
    fitted: Trajectory | Model, file: str, flags: TableFlags, held_out: bool = False, training: bool = False
) -> Table:
    """The rows of a file for a run or a model: its columns by name, its target, the run's weights.

    Parameters
    ----------
    fitted : Trajectory or Model
        The target and the classes are added to a run without them.
    file : str
    flags : record
        With target, weights, form.
    held_out : bool
        Only the rows that were held out of the fit. Without it a run has the rows that it was fitted to, and a model
        all rows.
    training : bool
        Only the rows that the model was fitted to, where it held rows out of this file.

    Raises
    ------
    UsageError
        If the target column is unknown, or no rows were held out.
    """
    known = _known(fitted)
    raw, recipe, labels = columns_of_fit(fitted, file, flags, held_out, training)
    table = encoded_aloud(raw, recipe, "other")
    if isinstance(fitted, Trajectory):
        classes = known.get("classes") or (classes_of(table, None) if labels else None)
        weights = flags.weights or known.get("weights")
        fitted.meta["table"] = {**known, "target": table.target, "weights": weights, "classes": classes}
    return table


def columns_of_fit(
    fitted: Trajectory | Model, file: str, flags: TableFlags, held_out: bool = False, training: bool = False
) -> tuple[RawTable, Recipe, bool]:
    """The same before it is encoded, how it is encoded, and whether its target has labels."""
    known = _known(fitted)
    name = fitted.loss if isinstance(fitted, Model) else fitted.meta.get("loss")
    labels = bool(recorded_loss(str(name)).labels)
    recipe, settings = _recipe(fitted, known), fitted.settings if isinstance(fitted, Model) else fitted.meta
    asked = Asked(
        target=flags.target or known.get("targets") or known.get("target"),
        features=recipe.columns,
        weights=flags.weights or known.get("weights"),
        offset=known.get("offset"),
        exposure=known.get("exposure"),
        labels=labels,
        recipe=recipe,
        **chosen_rows(settings),
    )
    raw = read_columns(file, asked, flags.form)
    if raw.y is None:
        raise UsageError(f"{raw.source}: the run does not record its target: name it with -t")
    if held_out or training or isinstance(fitted, Trajectory):
        raw = (held_out_part if held_out else fitted_part)(raw, settings, labels)
    return raw, recipe, labels


def _known(fitted: Trajectory | Model) -> dict[str, Any]:
    if isinstance(fitted, Model):
        parts = {"targets": fitted.targets, "offset": fitted.offset, "exposure": fitted.exposure}
        return {**parts, "weights": fitted.settings.get("weights")}
    found = fitted.meta.get("table")
    return found if isinstance(found, dict) else {}


def _recipe(fitted: Trajectory | Model, known: dict[str, Any]) -> Recipe:
    """How the columns of the table became those of the run or model."""
    if isinstance(fitted, Model):
        return fitted.recipe
    spec = known.get("encoding")
    if spec is None:
        return plain_recipe(fitted.names)
    if fault := recipe_fault(spec, "encoding"):
        raise DataError(f"the run is damaged ({fault}): fit again")
    return recipe_of(spec)


def check_picture(output: str, endings: Sequence[str], given: Sequence[str], force: bool) -> None:
    """Refuse, before the work is done, a picture that cannot be written.

    Raises
    ------
    UsageError
        If its name has another ending, or is that of an argument.
    FileError
        If it exists and ``force`` is false, or its folder is missing or not writable.
    """
    if Path(output).suffix.lower() not in endings:
        raise UsageError(f"-o: a picture ends in {', '.join(endings[:-1])} or {endings[-1]}, not {output!r}")
    if real_path(output) in {real_path(name) for name in given if name != "-"}:
        raise UsageError(f"{output} is named twice: each file needs a name of its own")
    check_new(output, force)
