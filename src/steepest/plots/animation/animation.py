"""Animation of a descent: the line, the cost and the path side by side, as a GIF or an MP4."""

from __future__ import annotations

import io
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.files import write_new
from ...core.html_text import image
from ...core.shown_text import visible
from ..drawing.lettering import as_written
from ..drawing.style import MISSING, axes, blank, broken, letters
from ..drawing.words import fall_words, number, verdict_words
from ..sources.runs import run_of
from .panels import panels_of
from .row_panels import LARGER, Panel
from .video import film

__all__ = ["Animation", "animate"]

DOTS = 100  # an inch
WIDTH, HEIGHT = 3.2, 3.6  # of a panel and of the whole, inches
FRAMES, FASTEST = 1000, 50  # frames at most; frames a second at most
HOLD = 1.5  # duration of the last frame in seconds
FEW = "Only 2 frames, because the run has 1 step: with a learning rate of your own (--learning-rate) it has more."
SHADES = 160  # colours of a GIF


class Animation:
    """An animation of a descent, made by `animate`.

    Cost: a picture of 100 dots an inch for each frame.

    Parameters
    ----------
    panels : list of Panel
        What is drawn side by side.
    steps : (frames,) array of int
        Step of each frame.
    captions : list of str
        Caption of each frame.
    finding, alt_text : str
        Title, and description.
    fps : float
        Frames a second.

    Attributes
    ----------
    figure_ : Matplotlib figure, at the last frame

    Examples
    --------
    >>> from steepest import minimize
    >>> from steepest.plots import animate
    >>> animate(minimize("(x-3)**2+2", 6, learning_rate=0.25, steps=8)).size
    (6.4, 3.6)
    """

    def __init__(
        self,
        panels: list[Panel],
        steps: NDArray[np.int64],
        captions: list[str],
        *,
        finding: str,
        alt_text: str,
        fps: float,
    ) -> None:
        self.panels, self.steps, self.captions = panels, steps, captions
        self.finding, self.alt_text, self.fps = finding, alt_text, fps

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches."""
        return WIDTH * len(self.panels), HEIGHT

    def draw(self, figure: Any, i: int = -1) -> None:
        """Draw frame i on an empty figure of any size.

        Parameters
        ----------
        figure : Matplotlib figure
            An empty one.
        i : int, default -1
            Number of the frame; negative ones count from the end.
        """
        place = self._place(figure)
        place.set_text(_lines(self.captions[i], place))
        for panel in self.panels:
            panel.move(range(len(self.steps))[i])

    @cached_property
    def figure_(self) -> Any:
        """The figure at the last frame."""
        figure = blank(self.size)
        self.draw(figure)
        return figure

    @cached_property
    def frames(self) -> list[NDArray[np.uint8]]:
        """Pictures (height, width, 3), one a frame."""
        figure = blank(self.size)
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        canvas = FigureCanvasAgg(figure)
        figure.set_dpi(DOTS)
        caption = self._place(figure)
        canvas.draw()  # computes the layout, once
        figure.set_layout_engine("none")
        caption.set_animated(True)
        canvas.draw()
        background = canvas.copy_from_bbox(figure.bbox)
        return [self._frame(canvas, background, caption, i) for i in range(len(self.steps))]

    def _place(self, figure: Any) -> Any:
        """Draw all that does not move; return the caption, at its longest."""
        share = min(1.0, figure.get_size_inches()[0] / self.size[0])
        for i, panel in enumerate(self.panels):
            ax = axes(figure.add_subplot(1, len(self.panels), i + 1))
            size = max(1.0, LARGER * share) * letters(ax)
            ax.tick_params(labelsize=0.9 * size)
            for axis in (ax.xaxis, ax.yaxis):
                axis.label.set_size(size)
            panel.draw(ax)
            for text in [] if ax.get_legend() is None else ax.get_legend().get_texts():
                text.set_fontsize(0.95 * size)
            as_written(ax)
        figure.suptitle(visible(self.finding, keep="\n"), fontsize=1.2 * size, fontweight="bold", parse_math=False)
        place = figure.supxlabel("", fontsize=1.05 * size, parse_math=False)
        place.set_text(_lines(max(self.captions, key=len), place))
        return place

    def _frame(self, canvas: Any, background: Any, caption: Any, i: int) -> NDArray[np.uint8]:
        canvas.restore_region(background)
        for ax, panel in zip(canvas.figure.axes, self.panels, strict=True):
            for artist in panel.move(i):
                ax.draw_artist(artist)
        caption.set_text(_lines(self.captions[i], caption))
        canvas.figure.draw_artist(caption)
        return np.array(canvas.buffer_rgba())[..., :3]

    @cached_property
    def gif(self) -> bytes:
        """The animation as a GIF; the same descent gives the same bytes."""
        try:
            from PIL import Image
        except ImportError as error:
            raise UsageError(MISSING) from error
        frames = [Image.fromarray(frame) for frame in self.frames]
        some = np.concatenate([self.frames[i] for i in (0, len(frames) // 2, -1)])
        palette = Image.fromarray(some).quantize(SHADES, method=Image.Quantize.MEDIANCUT)
        drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
        step = 10 * max(2, round(100 / self.fps))  # milliseconds, which a GIF counts in tens
        times = [step] * (len(drawn) - 1) + [int(1000 * HOLD)]
        out = io.BytesIO()
        drawn[0].save(out, "GIF", save_all=True, append_images=drawn[1:], duration=times, loop=0, comment=b"")
        return out.getvalue()

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write to .gif, or to .mp4 if the program ffmpeg is installed.

        Parameters
        ----------
        path : str or Path
            A name that ends in .gif or .mp4.
        force : bool, default False
            Whether an existing file is replaced.

        Raises
        ------
        UsageError
            If the name has another ending, or ffmpeg is needed and missing.
        FileError
            If the file exists (unless ``force``) or cannot be written; no partial file is left behind.
        """
        path = Path(path)
        kind = path.suffix.lower()
        if kind not in (".gif", ".mp4"):
            raise UsageError(f"an animation ends in .gif or .mp4, not {path.name!r}")
        data = self.gif if kind == ".gif" else film(self.frames, self.fps, HOLD)
        write_new(path, lambda file: file.write(data), force)

    def _repr_html_(self) -> str:
        return image("gif", self.gif, self.alt_text)


def animate(
    fitted: object,
    X: Any = None,
    y: Any = None,
    path: str | Path | None = None,
    *,
    sample_weight: Any = None,
    offset: Any = None,
    f: object = None,
    frames: int = 60,
    fps: float = 12,
    force: bool = False,
) -> Animation:
    """Animate a descent: the line over the rows, the cost by step and the path on the cost, side by side.

    With several columns, predictions against targets replace the line. For a function there are two panels, and for
    several targets or three or more classes too, of the rows (for classes the probability of the row's own class) and
    the cost. Frames are log-spaced in the steps, and the last one lasts 1.5 seconds. Cost: for each frame the
    predictions of the rows that are drawn, and a picture where it is written.

    Parameters
    ----------
    fitted : Trajectory, or an estimator that has one
        From a fit, or from `minimize`.
    X, y : as given to ``fit``
        The rows, for a run of a fit; of more than 1,000 some, evenly spaced, are drawn.
    path : str or Path, optional
        Where to write, .gif or .mp4 (which needs the program ffmpeg).
    sample_weight, offset : (n,) arrays, optional
        As given to ``fit``.
    f : callable, optional
        The function, for a run on a callable.
    frames : int from 2 to 1,000, default 60
        Maximum number of frames; a run of fewer steps has one frame for each.
    fps : float from 0.1 to 50, default 12
        Frames a second.
    force : bool, default False
        Whether a file of that name may be replaced.

    Returns
    -------
    Animation
        With ``save``, ``figure_`` and ``alt_text``; notebooks play it.

    Raises
    ------
    UsageError
        If a setting is invalid, or the rows or the function of the run are missing.
    FileError
        If the file exists or cannot be written.

    Examples
    --------
    >>> from steepest import minimize
    >>> motion = animate(minimize("(x-3)**2+2", 6, learning_rate=0.25, steps=8))
    >>> motion.steps.tolist(), len(motion.panels)
    ([0, 1, 2, 3, 4, 5, 6, 7, 8], 2)
    """
    if isinstance(frames, bool) or not isinstance(frames, (int, np.integer)) or not 2 <= frames <= FRAMES:
        raise UsageError(f"frames must be a whole number from 2 to {FRAMES:,}, not {frames!r}")
    if isinstance(fps, bool) or not isinstance(fps, (int, float)) or not 0.1 <= fps <= FASTEST:
        raise UsageError(f"fps must be a number from 0.1 to {FASTEST}, not {fps!r}")
    run, _ = run_of(fitted)
    panels, places, note = panels_of(fitted, X, y, sample_weight, offset, f, int(frames))
    steps = run.step[places]
    known = [_cost_at(run, step) for step in steps]
    captions = [
        f"step {step:,} of {run.step[-1]:,}: cost {number(cost)}" for step, cost in zip(steps, known, strict=True)
    ]
    if len(captions) == 2:
        note = " ".join(filter(None, (note, FEW)))
    captions[-1] = "\n".join(filter(None, (captions[-1], verdict_words(run))))
    finding = fall_words(float(run.cost[0]), float(run.cost[-1]), int(run.step[-1]))
    motion = Animation(
        panels,
        steps,
        captions,
        finding=finding,
        alt_text=_told(run, panels, len(steps), note, finding),
        fps=float(fps),
    )
    if path is not None:
        motion.save(path, force=force)
    return motion


def _lines(caption: str, place: Any) -> str:
    """A caption in lines that fit below the panels."""
    inches = 0.95 * float(place.get_figure().get_size_inches()[0])
    return "\n".join(broken(visible(line), inches, place.get_fontsize(), 1.0) for line in caption.split("\n"))


def _cost_at(run: Any, step: int) -> float:
    """The last recorded cost up to a step."""
    place = int(np.searchsorted(run.cost_step, step, side="right")) - 1
    return float(run.cost[max(0, place)])


def _told(run: Any, panels: list[Panel], count: int, note: str, finding: str) -> str:
    shown = ", ".join(panel.words for panel in panels)
    parts = [
        f"Animation of {count} frames in {len(panels)} panels: {shown}.",
        f"{finding}.",
        note,
        verdict_words(run),
    ]
    return " ".join(filter(None, parts))
