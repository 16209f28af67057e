"""The lab inside of a page: the block ``{lab} learning-rates`` shows that lesson, in a page that the package writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from steepest.lab.lessons import lesson, lessons
from steepest.lab.pages import page_without_table

FILE = "lab/lab.html"  # every saved page has all lessons
FRAME = """<div class="lab">
<iframe src="{address}" title="Lab: {title}" loading="lazy" sandbox="allow-scripts allow-downloads"></iframe>
<p><a href="{address}">{title}: open the lesson on a page of its own</a></p>
</div>"""


class LabFrame(SphinxDirective):
    """One lesson in a frame, and a link to it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The HTML of the frame; an unknown lesson stops the build."""
        name = self.arguments[0]
        address = "../" * self.env.docname.count("/") + f"{FILE}#lesson={name}"
        return [nodes.raw("", FRAME.format(address=address, title=lesson(name).title), format="html")]


def setup(app: Any) -> dict[str, bool]:
    """The block, and the page beside the site's own."""
    app.add_directive("lab", LabFrame)
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write(app: Any, error: Exception | None) -> None:
    if error is None:
        file = Path(app.outdir) / FILE
        file.parent.mkdir(exist_ok=True)
        page_without_table(next(iter(lessons().values())).opened).save(file, force=True)
