"""Tables in parts as the commands open them: by the flags, or by the columns of a model."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.errors import UsageError
from ..data.encoding.settings import Settings
from ..data.readers.text_format import PLAIN
from ..parts.engines.engine import Engine
from ..parts.parts import Parts
from ..parts.scan import scan
from .actions.fit_flags import Flags
from .described import Described
from .parts_options import PartsChoice

__all__ = ["describe_parts", "open_to_fit", "refuse_in_passes"]

MEND = "leave it out, or fit one file that fits into memory"


def open_to_fit(flags: Flags, files: tuple[str, ...], choice: PartsChoice) -> Parts:
    """The table that the flags of a fit describe.

    Raises
    ------
    UsageError
        If an option needs the rows in memory, or no target is named.
    """
    refuse_in_passes(_of_rows(flags))
    table: Parts = scan(
        list(files),
        flags.target,
        flags.features,
        weights=flags.weights,
        offset=flags.offset,
        drop=flags.columns.drop,
        memory=choice.memory,
        engine=engine_of(choice.engine),
    )
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
    settings, plain = flags.columns.settings, Settings()
    columns = {f"--{name.replace('_', '-')}": name for name in ("missing", "categories", "reference", "min_count")}
    columns |= {"--date": "dates", "--date-format": "date_format", "--with": "terms"}
    return {
        "--cv": flags.cv,
        "--alpha cv": isinstance(flags.alpha, str),
        "--test": flags.test,
        "--early-stopping": flags.early_stopping,
        "--exposure": flags.exposure,
        "--intercept-only": flags.intercept_only,
        "--where": flags.columns.where,
        "--header, --delimiter and the like": flags.form != PLAIN,
        **{option: getattr(settings, name) != getattr(plain, name) for option, name in columns.items()},
    }


def engine_of(spec: str | None) -> Engine | None:
    """The engine of --engine; None for threads of this process.

    Raises
    ------
    UsageError
        If there is no such engine.
    """
    if spec is None:
        return None
    name, _, workers = spec.partition(":")
    if name != "local" or not (workers.isdigit() and int(workers) > 0):
        raise UsageError(f"--engine {spec!r} is not known: write local:N for N processes, or leave it out for threads")
    raise UsageError("--engine: not yet")


def describe_parts(table: Parts, source: str) -> Described:
    """The description of a table in parts."""
    return Described(source, table.shape[0], table.names, table.source.targets)
