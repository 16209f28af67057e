"""Every picture of the gallery is drawn by the build: its programs run, and their pictures replace the copies."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def setup(app: Any) -> dict[str, bool]:
    """Draw when the pages are written."""
    app.connect("build-finished", _draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _draw(app: Any, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    render = runpy.run_path(str(ROOT / "examples" / "gallery" / "render.py"))
    folder = Path(app.outdir) / "_images"
    for script in render["scripts"]():
        made = runpy.run_path(str(script))["picture"]()
        file = folder / render["file_of"](script, made).name
        if not file.exists():
            sys.exit(f"no page shows {file.name}")
        made.save(file, force=True)
