"""Tables in parts as the commands open them: by the flags, or by the columns of a model."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..core.errors import DataError, FileError, SteepestError, UsageError
from ..data.readers.asked import Asked
from ..data.readers.text_format import PLAIN, TextFormat
from ..parts.engines.engine import Engine
from ..parts.parts import Parts
from ..parts.scan import within
from ..parts.sources.formats import source_in_files
from ..parts.sources.source import Source, learnt_of
from ..solve.model import Model
from .actions.fit_flags import Flags
from .described import Described
from .parts_options import PartsChoice
from .text import note

__all__ = ["checkpointed", "describe_parts", "engine_of", "open_to_fit", "refuse_in_passes", "source_to_predict"]

MEND = "leave it out, or fit one file that fits into memory"


def open_to_fit(flags: Flags, files: tuple[str, ...], choice: PartsChoice, engine: Engine | None) -> Parts:
    """The table that the flags of a fit describe.

    Raises
    ------
    UsageError
        If an option needs the rows in memory, or no target is named.
    """
    refuse_in_passes(_of_rows(flags))
    drop, _, settings = flags.columns
    offset = flags.offset, flags.exposure
    asked = Asked(flags.target, flags.features, flags.weights, *offset, drop=drop, settings=settings)
    cache = False if choice.cache == "no" else choice.cache
    source = source_in_files(list(files), asked, form=flags.form)
    table = within(source, choice.memory, engine, cache, choice.checkpoint)
    if not table.source.targets:
        names = ", ".join(table.names[:10])
        raise UsageError(f"{flags.file}: which column is the target? Name it with -t, one of {names}")
    return table


def refuse_in_passes(options: Mapping[str, object]) -> None:
    """Refuse the options that are given and need the rows in memory.

    Raises
    ------
    UsageError
        With what to do.
    """
    for option, value in options.items():
        if value not in (None, False, ()):
            raise UsageError(f"{option} needs the rows in memory, and this table is read in passes: {MEND}")


def _of_rows(flags: Flags) -> dict[str, object]:
    """Options of a fit that need the rows in memory."""
    return {
        "--cv": flags.cv,
        "--alpha cv": isinstance(flags.alpha, str),
        "--test": flags.test,
        "--early-stopping without --batch-size": flags.early_stopping and flags.batch_size is None,
        "--intercept-only": flags.intercept_only,
        "--where": flags.columns.where,
    }


@contextmanager
def engine_of(spec: str | None) -> Iterator[Engine | None]:
    """The engine of --engine, until the block ends; None for threads of this process. Raises as `engine_at`."""
    if spec is None:
        yield None
        return
    from ..parts.engines.chosen import engine_at

    with _without_logs(), engine_at(spec, note) as engine:
        yield engine


@contextmanager
def _without_logs() -> Iterator[None]:
    """No lines of Dask on the terminal: what a reader should know is in errors and notes."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def checkpointed(choice: PartsChoice, flags: Flags) -> Iterator[None]:
    """Look at the file of --checkpoint before a fit within the block, and say how to go on after Ctrl-C or a loss.

    Raises
    ------
    FileError
        If the file exists, and neither --resume nor --force is given.
    UsageError
        If the fit takes batches, whose steps are no sums over all rows.
    """
    if choice.checkpoint is None:
        yield
        return
    if flags.batch_size is not None:
        raise UsageError("--checkpoint saves the sums of passes over all rows: leave it out, or --batch-size")
    path = Path(choice.checkpoint)
    if path.exists() and not choice.resume:
        if not flags.force:
            raise FileError(f"{path} exists: add --resume to continue from it, or --force to begin anew")
        path.unlink()
    try:
        yield
    except (KeyboardInterrupt, SteepestError) as error:
        if path.exists() and not isinstance(error, (DataError, UsageError)):  # these come again
            note(f"the state of the fit is in {path}: give the same command with --resume to continue")
        raise


def describe_parts(table: Parts, source: str) -> Described:
    """The description of a table in parts."""
    read = table.source
    learnt = learnt_of(read)
    recipe, decided = (None, ()) if learnt is None else learnt
    recipe = None if recipe is None or recipe.plain else recipe
    return Described(
        source, table.shape[0], table.names, read.targets, decided, (), recipe
    )  # the verdict has the notes


def source_to_predict(
    model: Model,
    files: tuple[str, ...],
    form: TextFormat = PLAIN,
    *,
    target: bool = False,
    weights: str | None = None,
    unknown: str = "error",
) -> Source:
    """The columns of a model, and its target if it is asked for; levels that are unknown as said."""
    asked = Asked(
        model.targets if target else None,
        model.recipe.columns,
        weights,
        model.offset,
        model.exposure,
        recipe=None if model.encoding is None or model.encoding.plain else model.encoding,
        unknown=unknown,
    )
    return source_in_files(list(files), asked, form=form)
