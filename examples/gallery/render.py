"""All pictures of the gallery and the pages that show them: ``python examples/gallery/render.py [NAME ...]``.

Pictures go to docs/pictures, and the pages in docs/use/gallery are written from the scripts: of each the first line of
its docstring, its picture, the rest of the docstring, and the program.
"""

import ast
import runpy
import sys
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image, PngImagePlugin

from steepest.plots.drawing.style import Picture

HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs"


class Chapter(NamedTuple):
    """A page of the gallery."""

    title: str
    names: list[str]

    def entry_files(self) -> list[Path]:
        """Its scripts, in order."""
        return [HERE / f"{name}.py" for name in self.names]


CHAPTERS = {  # as one learns it
    "descents": Chapter(
        "Descents, costs and learning rates",
        [
            "cost_contour",
            "cost_surface",
            "cost_history",
            "cost_curve",
            "cost_slices",
            "overshoot",
            "learning_rates_on_the_curve",
            "learning_rates",
            "rate_axis",
            "range_test",
            "batch_stochastic_minibatch",
            "batch_sizes",
            "line_in_motion",
        ],
    ),
    "functions": Chapter(
        "Slopes and functions",
        [
            "slope_triangle",
            "secant_to_tangent",
            "tangents_of_a_parabola",
            "partial_slopes",
            "no_minimum",
            "contour_function",
            "rules_compared",
        ],
    ),
    "lines": Chapter(
        "Linear models",
        [
            "fit_line",
            "fit_surface",
            "residuals",
            "fit_many_columns",
            "coefficients",
            "cross_validation",
            "regularization_path",
        ],
    ),
    "classes": Chapter(
        "Classes and probabilities",
        [
            "sigmoid",
            "sigmoid_surface",
            "logistic_costs",
            "logistic_fit",
            "decision_boundary",
            "roc_curve",
            "precision_recall",
            "calibration",
            "confusion_matrix",
        ],
    ),
}
PIXELS = {  # written as .png, which is smaller for all their shades
    "batch_stochastic_minibatch",
    "contour_function",
    "cost_contour",
    "cost_surface",
    "fit_surface",
    "learning_rates_on_the_curve",
    "partial_slopes",
    "rules_compared",
    "sigmoid_surface",
}


def scripts() -> list[Path]:
    """The gallery in its order."""
    return [script for chapter in CHAPTERS.values() for script in chapter.entry_files()]


def file_of(script: Path, made: Any) -> Path:
    """File of a script's picture: .svg, .png for shaded pictures, or .gif for animations."""
    still = ".png" if script.stem in PIXELS else ".svg"
    return DOCS / "pictures" / (script.stem + (still if isinstance(made, Picture) else ".gif"))


def shrink(file: Path) -> None:
    """Leave 256 colours in a .png, which is plenty for these, and the words in it as they are."""
    image, words = Image.open(file), PngImagePlugin.PngInfo()
    for key, text in image.text.items():
        words.add_text(key, text)
    image.convert("RGB").quantize(256).save(file, pnginfo=words, optimize=True)


def entry(script: Path, made: Any) -> str:
    """What its page says of a script."""
    title, _, story = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or "").partition("\n")
    alt = " ".join(made.alt_text.replace("[", "(").replace("]", ")").split())
    lines = [f"## {title.rstrip('.')}", f"![{alt}](../../pictures/{file_of(script, made).name})", story.strip()]
    return "\n\n".join([*(line for line in lines if line), program(script)])


def program(script: Path) -> str:
    """The program, as a page includes it."""
    return (
        f"```{{literalinclude}} ../../../examples/gallery/{script.name}\n:caption: examples/gallery/{script.name}\n```"
    )


def page(chapter: Chapter, made: dict[Path, Any]) -> str:
    """A page of the gallery."""
    entries = [entry(script, made[script]) for script in chapter.entry_files()]
    return "\n\n".join([f"# {chapter.title}", *entries]) + "\n"


if __name__ == "__main__":
    made = {script: runpy.run_path(str(script))["picture"]() for script in scripts()}
    for script in made:
        if not sys.argv[1:] or script.stem in sys.argv[1:]:
            file = file_of(script, made[script])
            made[script].save(file, force=True)
            if file.suffix == ".png":
                shrink(file)
            print(f"{file.name}  {file.stat().st_size / 1000:,.0f} kB")
    for name, chapter in CHAPTERS.items():
        (DOCS / "use" / "gallery" / f"{name}.md").write_text(page(chapter, made), encoding="utf-8")
