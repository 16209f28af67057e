"""The work of ``animate``: from a run, and the table it was fitted to, to an animation in a file."""

from __future__ import annotations

from typing import Any, NamedTuple

from ... import plots
from ...core.errors import UsageError
from ...data.readers.text_format import TextFormat
from ...descent.trajectory import Trajectory
from ..exit_status import print_object
from ..picture_input import check_picture, sources_of, table_of
from ..text import say

__all__ = ["Flags", "animate_command"]

ENDINGS = (".gif", ".mp4")


class Flags(NamedTuple):
    """The options of ``animate`` as Click hands them over."""

    given: tuple[str, ...]
    output: str
    target: str | None
    frames: int
    fps: int
    form: TextFormat
    as_json: bool
    force: bool
    weights: str | None = None  # the columns named in the run


def animate_command(flags: Flags) -> None:
    """Draw as the flags say, write the file, and print the finding."""
    check_picture(flags.output, ENDINGS, flags.given, flags.force)
    run, file = _run_and_file(flags)
    X = y = weight = offset = None
    if file is not None:
        table = table_of(run, file, flags)
        X, y, weight, offset = table.X, table.y, table.weight, table.offset
    motion = plots.animate(run, X, y, sample_weight=weight, offset=offset, frames=flags.frames, fps=flags.fps)
    motion.save(flags.output, force=flags.force)
    words = {"file": flags.output, "frames": len(motion.steps), "alt_text": motion.alt_text}
    if flags.as_json:
        print_object({"command": "animate", **words})
    else:
        say([f"wrote {flags.output}: {motion.alt_text}"])


def _run_and_file(flags: Flags) -> tuple[Trajectory, Any]:
    sources = sources_of(flags.given)
    runs, models, files = sources
    if len(runs) != 1 or models or len(files) != sources.tables:
        example = "steepest animate run.npz park.txt -o fit.gif"
        raise UsageError(
            f"animate takes a recorded run, and the table it was fitted to, not {sources.words()}: {example}"
        )
    return next(iter(runs.values())), files[0] if files else None
