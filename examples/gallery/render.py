"""All pictures of the gallery and the page that shows them: ``python examples/gallery/render.py [NAME ...]``.

Pictures go to docs/pictures, and what follows "## Gallery" in docs/pictures.md is written from the scripts: of each the
first line of its docstring, its picture, and the rest of the docstring.
"""

import ast
import runpy
import sys
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from steepest.plots.drawing.style import Picture

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "pictures.md"
MARK = "## Gallery\n"
ORDER = [  # as one learns it; what is not named here comes last
    "cost_contour",
    "cost_surface",
    "cost_history",
    "cost_curve",
    "cost_slices",
    "overshoot",
    "learning_rates_on_the_curve",
    "learning_rates",
    "rate_axis",
    "slope_triangle",
    "secant_to_tangent",
    "tangents_of_a_parabola",
    "partial_slopes",
    "no_minimum",
    "contour_function",
    "rules_compared",
    "batch_stochastic_minibatch",
    "batch_sizes",
    "line_in_motion",
    "fit_line",
    "fit_surface",
    "residuals",
    "fit_many_columns",
    "coefficients",
    "sigmoid",
    "sigmoid_surface",
    "logistic_costs",
    "logistic_fit",
    "decision_boundary",
    "roc_curve",
    "precision_recall",
    "calibration",
    "confusion_matrix",
    "cross_validation",
    "regularization_path",
]
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
    found = {path.stem: path for path in sorted(HERE.glob("*.py")) if path.stem != "render"}
    return [found[name] for name in sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else 99, name))]


def file_of(script: Path, made: Any) -> Path:
    """File of a script's picture: .svg, .png for shaded pictures, or .gif for animations."""
    still = ".png" if script.stem in PIXELS else ".svg"
    return PAGE.parent / "pictures" / (script.stem + (still if isinstance(made, Picture) else ".gif"))


def shrink(file: Path) -> None:
    """Leave 256 colours in a .png, which is plenty for these, and the words in it as they are."""
    image, words = Image.open(file), PngImagePlugin.PngInfo()
    for key, text in image.text.items():
        words.add_text(key, text)
    image.convert("RGB").quantize(256).save(file, pnginfo=words, optimize=True)


def entry(script: Path, made: Any) -> str:
    """What the page says of a script."""
    title, _, story = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or "").partition("\n")
    alt = " ".join(made.alt_text.replace("[", "(").replace("]", ")").split())
    lines = [f"### {title.rstrip('.')}", f"![{alt}](pictures/{file_of(script, made).name})", story.strip()]
    return "\n\n".join([*(line for line in lines if line), f"[{script.name}](../examples/gallery/{script.name})"])


def page(pictures: dict[Path, Any]) -> str:
    """The page with its gallery rewritten."""
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return head + MARK + "".join(f"\n{entry(script, made)}\n" for script, made in pictures.items())


if __name__ == "__main__":
    made = {script: runpy.run_path(str(script))["picture"]() for script in scripts()}
    for script in made:
        if not sys.argv[1:] or script.stem in sys.argv[1:]:
            file = file_of(script, made[script])
            made[script].save(file, force=True)
            if file.suffix == ".png":
                shrink(file)
            print(f"{file.name}  {file.stat().st_size / 1000:,.0f} kB")
    PAGE.write_text(page(made), encoding="utf-8")
