"""The tutorials are notebooks too: the build writes NAME.ipynb for Jupyter and NAME_marimo.py, linked on top.

The text and the code of a notebook are those of its page. A lab becomes a cell that shows it, and a link between pages
becomes its words. The build stops if the code of a notebook is not that of the page, or if marimo could not run it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext
from docutils import nodes
from sphinx.errors import ExtensionError

TUTORIALS = "learn"  # pages of other folders have cells for their pictures alone
FOLDER = "notebooks"
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n)*\n*(.*?)\n```$", re.MULTILINE | re.DOTALL)
LAB = re.compile(r"^```\{lab\} (\S+)\n```$", re.MULTILINE)
SHOWN = '```{code-cell} python\nlab(lesson="\\1")\n```'
FIRST = "from steepest import lab"
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)[^)]+\)")
NEEDS = (
    f"This notebook needs `steepest` with its pictures, the extra `plot`.\n\n```{{code-cell}} python\n{FIRST}\n```\n"
)
OPEN = 'Open as a notebook: <a href="{jupyter}" download>Jupyter</a>, <a href="{marimo}" download>marimo</a>'


def setup(app: Any) -> dict[str, bool]:
    """Links when a page is read, and files when all pages are written."""
    app.connect("doctree-read", _link)
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _link(app: Any, tree: nodes.document) -> None:
    page = Path(app.env.doc2path(app.env.docname))
    if _is_notebook(page):
        files = {kind: f"{FOLDER}/{name}" for kind, name in _names(page).items()}
        title = next(iter(tree.findall(nodes.title)))
        title.parent.insert(1, nodes.raw("", f'<p class="notebooks">{OPEN.format(**files)}</p>', format="html"))


def _write(app: Any, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    pages = [page for page in sorted(Path(app.srcdir).rglob("*.md")) if _is_notebook(page)]
    files = [_write_both(page, Path(app.outdir) / page.relative_to(app.srcdir).parent / FOLDER) for page in pages]
    _marimo("check", "--strict", *files)


def _write_both(page: Path, folder: Path) -> Path:
    """Write the notebook of a page for Jupyter, and made from it that for marimo, whose file is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    jupyter, marimo = (folder / name for name in _names(page).values())
    jupytext.write(notebook_of(page), jupyter)
    marimo.write_text(_marimo("convert", jupyter), encoding="utf-8")
    return marimo


def notebook_of(page: Path) -> Any:
    """A page as a notebook without outputs; its code is that of the page."""
    front, _, body = page.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    body = LAB.sub(SHOWN, body.lstrip())
    parts = re.split(r"(^```\{code-cell\}.*?^```$)", body, flags=re.MULTILINE | re.DOTALL)
    title, _, rest = "".join(part if CELL.match(part) else LINK.sub(r"\1", part) for part in parts).partition("\n")
    notebook = jupytext.reads(f"---\n{front}\n---\n\n{title}\n\n{NEEDS}\n{rest}", fmt="md:myst")
    found = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    if len(found) < 2 or found != [FIRST, *CELL.findall(body)]:
        raise ExtensionError(f"{page.name}: the code of its notebook is not that of the page")
    for i, cell in enumerate(notebook.cells):
        cell.id = f"cell-{i}"  # the same page is the same file
    return notebook


def _marimo(*words: str | Path) -> str:
    done = subprocess.run([sys.executable, "-m", "marimo", *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        raise ExtensionError(f"marimo {words[0]} fails\n{done.stdout}{done.stderr}")
    return done.stdout


def _is_notebook(page: Path) -> bool:
    return page.parent.name == TUTORIALS and "\nkernelspec:" in page.read_text(encoding="utf-8")[:400]


def _names(page: Path) -> dict[str, str]:
    return {"jupyter": f"{page.stem}.ipynb", "marimo": f"{page.stem.replace('-', '_')}_marimo.py"}
