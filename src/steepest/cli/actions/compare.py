"""The work of ``compare``: a fit for each combination of values, one line for each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from ...core.aliases import answer_to
from ...core.errors import UsageError
from ...core.files import plain
from ...data.readers.tables import Table
from ...solve.comparison import Comparison, compare, variants
from ...solve.model import Label
from ..exit_status import print_object
from ..options import descent_options, loss_options
from ..outputs import check_outputs
from ..suggestions import as_option
from ..table_input import classes_of, target_table
from ..text import aligned, by_point, paint, say
from .alpha_choice import chosen_alpha
from .fit import check, chosen_loss, descend, without_columns
from .fit_flags import Flags

__all__ = ["compare_command"]

FOR_ALL = ("target", "features", "weights", "no_intercept")  # options that are the same in every run
OBJECTIVE = ("alpha", "loss", "l1_ratio")  # options that change the objective
FEW = ("fix", "start")  # options whose values hold commas
FIXED: dict[str, Any] = {"at": None, "output": None, "require_converged": False}  # options that cannot be varied
COUNTED = ("steps", "epochs")


def compare_command(given: dict[str, Any]) -> None:
    """Fit as the flags say, once for each combination, print the table and write the runs."""
    vary = _combined(_varied(given.pop("vary")))
    flags = Flags(**given, **FIXED)
    loss = chosen_loss(flags.kind, flags.loss)
    check(flags)
    flags = without_columns(flags)
    table = target_table(flags.file, flags, labels=loss.labels, offset=flags.offset, exposure=flags.exposure)
    classes = classes_of(table, flags.positive) if loss.labels else None
    _check_files(flags, vary)
    found = compare(lambda **values: _run(flags._replace(**values), loss, table, classes), vary)
    files = _written(found, flags)
    if flags.as_json:
        runs = [dict(zip(found.table(), row, strict=True)) for row in zip(*found.table().values(), strict=True)]
        print_object({"command": "compare", "source": table.source, "runs": plain(runs), "files": files})
    else:
        say(_lines(found, files, any(set(settings) & set(OBJECTIVE) for settings in vary.values())))


def _run(flags: Flags, loss: Any, table: Table, classes: tuple[Label, ...] | None) -> Any:
    check(flags)
    own = loss if flags.loss is None else chosen_loss(flags.kind, flags.loss)
    flags, choice = chosen_alpha(flags, own, table, classes)
    run = descend(flags, own, table, classes)
    run.trajectory.meta.update(choice)
    return run


def _combined(vary: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Settings by label, spelled as on the command line, of every combination."""
    texts = variants({flag: list(values) for flag, values in vary.items()})
    settings = ({flag: vary[flag][text] for flag, text in one.items()} for one in texts.values())
    labels = (", ".join(f"{flag.replace('_', '-')}={text}" for flag, text in one.items()) for one in texts.values())
    return dict(zip(labels, settings, strict=True))


def _varied(texts: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Values by flag and text, each parsed like its option."""
    params = [*descent_options(click.Command("compare")).params, *loss_options(click.Command("compare")).params]
    options = {param.name: param for param in params if param.name not in FOR_ALL}
    vary: dict[str, dict[str, Any]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        flag = name.strip().lstrip("-").replace("-", "_")
        if flag not in options or not equals or flag in FEW:
            known = ", ".join(sorted(str(key).replace("_", "-") for key in options if key not in FEW))
            meant = None if flag in options else _meant(name, options)
            if meant is not None:
                raise UsageError(f"--vary: no option {name.strip()!r}: {meant}")
            raise UsageError(f"--vary takes OPTION=VALUE,VALUE with one of {known}, not {text!r}")
        if flag in vary:
            raise UsageError(f"--vary: {name!r} is given twice: put all its values after one --vary")
        option = options[flag]
        vary[flag] = {text.strip(): option.type.convert(text.strip(), option, None) for text in _split(values)}
    if not vary:
        raise UsageError("--vary is missing: write what to compare, for example --vary learning-rate=0.001,0.01")
    return vary


def _meant(name: str, options: Mapping[str, click.Parameter]) -> str | None:
    """What an option that does not exist is called here, if it can be varied."""
    answer = answer_to(name.strip().lstrip("-"), (flag for flag in options if flag not in FEW))
    if answer is None or not all(setting in options and setting not in FEW for setting, _ in answer.settings):
        return None
    return (
        answer.spelled(lambda setting, value: as_option(setting, value)[2:].replace(" ", "="))
        if answer.settings
        else None
    )


def _split(values: str) -> list[str]:
    """Values at commas; a setting of a record, ``beta=0.9``, belongs to the value before it."""
    found: list[str] = []
    for piece in values.split(","):
        if "=" in piece and ":" not in piece and found:
            found[-1] += "," + piece
        else:
            found.append(piece)
    return found


def _lines(found: Comparison, files: list[str], objectives: bool) -> list[str]:
    table = found.table()
    counts = [[f"{value:,.6g}" for value in table[name]] for name in COUNTED]
    columns = [found.labels, table["status"], *counts, by_point(table["cost"])]
    rows = list(zip(*([head, *column] for head, column in zip(HEADS, columns, strict=True)), strict=True))
    verdicts = [f"{label}: {paint(status, text)}" for label, status, text in _verdicts(found)]
    said = ["The costs are of different objectives: they do not compare.", ""] if objectives else []
    return [*aligned(rows, left=2), "", *said, *verdicts, *([f"wrote {', '.join(files)}"] if files else [])]


HEADS = ("", "verdict", *COUNTED, "cost")


def _verdicts(found: Comparison) -> list[tuple[str, str, str]]:
    table = found.table()
    firsts = [str(text).partition("\n")[0] for text in table["verdict"]]
    return list(zip(found.labels, table["status"], firsts, strict=True))


def _names(flags: Flags, count: int) -> list[str]:
    if not flags.trajectory:
        return []
    path = Path(flags.trajectory)
    return [str(path.with_name(f"{path.stem}-{i}{path.suffix}")) for i in range(1, count + 1)]


def _check_files(flags: Flags, vary: dict[str, dict[str, Any]]) -> None:
    for name in _names(flags, len(vary)):
        check_outputs(flags.file, None, name, flags.force)


def _written(found: Comparison, flags: Flags) -> list[str]:
    names = _names(flags, len(found.labels))
    for name, path in zip(names, found.trajectories, strict=False):
        path.save(name, force=flags.force)
    return names
