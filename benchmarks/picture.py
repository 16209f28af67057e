"""The picture of the races: time against suboptimality, a panel for each logistic table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.auto_race import DEFAULT, OURS

Finding = Callable[[list[dict[str, Any]]], str]
FILE = Path(__file__).parents[1] / "docs" / "pictures" / "auto.svg"
FLOOR = 1e-16  # errors below are drawn here
REACH = 1e-9
COLUMNS = 3
LINE = {"color": "#666666", "linewidth": 0.9, "linestyle": ":"}
LOOKS = {  # colours of Okabe and Ito, which the colour-blind can distinguish; the marker says it a second time
    OURS: ("#D55E00", "*"),
    "scikit-learn lbfgs": ("#0072B2", "o"),
    "scikit-learn newton-cholesky": ("#0072B2", "s"),
    "scikit-learn newton-cg": ("#0072B2", "^"),
    "scikit-learn saga": ("#0072B2", "v"),
    "intelex lbfgs": ("#56B4E9", "D"),
    "glum": ("#009E73", "P"),
    "liblinear": ("#CC79A7", "X"),
    "skglm": ("#E69F00", "<"),
    "torch lbfgs": ("#000000", ">"),
    "Vowpal Wabbit bfgs": ("#7F7F7F", "h"),
    f"{OURS} secant": ("#D55E00", "o"),
    f"{OURS} accelerated": ("#D55E00", "^"),
    f"{OURS} saga": ("#D55E00", "v"),
    "scikit-learn LinearRegression": ("#0072B2", "p"),
    "scikit-learn Ridge(cholesky)": ("#0072B2", "d"),
    "intelex LinearRegression": ("#56B4E9", "H"),
    "torch lstsq": ("#000000", "8"),
}


def draw(races: dict[str, Any], file: Path = FILE, finding: Finding | None = None) -> None:
    """Write it as SVG, always the same bytes for the same races; nothing where there is no logistic race."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    shown = [race for race in races.values() if not race["title"].startswith("least squares")]
    if not shown:
        return
    lines = -(-len(shown) // COLUMNS)
    with mpl.rc_context({"svg.hashsalt": "auto", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        figure, axes = plt.subplots(
            lines, COLUMNS, figsize=(11, 2.9 * lines + 1.3), layout="constrained", squeeze=False
        )
        for panel, race in zip(axes.flat, shown, strict=False):
            _panel(panel, race)
        for panel in axes.flat[len(shown) :]:
            panel.set_axis_off()
        figure.suptitle((finding or _finding)(shown), fontsize=12, fontweight="bold")
        _legend(figure, shown)
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=110)
        plt.close(figure)


def _panel(panel: Any, race: dict[str, Any]) -> None:
    from matplotlib.ticker import LogLocator

    for name, (colour, marker) in LOOKS.items():
        results = [(one["seconds"], max(one["error"], FLOOR)) for one in race["ran"] if one["name"] == name]
        points = sorted(results, key=lambda point: (-point[1], point[0]))
        mine = name == OURS
        style = {"linewidth": 2 if mine else 0.9, "markersize": 13 if mine else 5, "zorder": 3 if mine else 2}
        if points:
            panel.plot(*zip(*points, strict=True), color=colour, marker=marker, **style)
    panel.axhline(REACH, **LINE)
    panel.set(xscale="log", yscale="log", ylim=(FLOOR / 3, 10), title=race["title"])
    low, high = panel.get_xlim()
    panel.xaxis.set_major_formatter("{x:g}")
    panel.xaxis.set_minor_formatter("{x:g}" if high < 10 * low else "")
    panel.xaxis.set_minor_locator(LogLocator(subs=(2, 5)))
    panel.set(xlabel="time of a fit (s)", ylabel="suboptimality (F - F*) / F*")


def _legend(figure: Any, shown: list[dict[str, Any]]) -> None:
    from matplotlib.lines import Line2D

    present = {one["name"] for race in shown for one in race["ran"]}
    handles = [
        Line2D([], [], color=colour, marker=marker, label=name, markersize=11 if name == OURS else 5)
        for name, (colour, marker) in LOOKS.items()
        if name in present
    ]
    handles.append(Line2D([], [], **LINE, label="relative error 1e-9"))
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)


def _finding(shown: list[dict[str, Any]]) -> str:
    first = sum(_is_first(race["ran"]) for race in shown)
    return f"Left to itself, steepest is first to a relative error of 1e-9 on {first} of {len(shown)} tables"


def _is_first(ran: list[dict[str, Any]]) -> bool:
    near = [one for one in ran if one["error"] <= REACH and (one["name"] != OURS or one["level"] == DEFAULT)]
    return bool(near) and min(near, key=lambda one: one["seconds"])["name"] == OURS
