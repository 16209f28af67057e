"""Refuses to build a package without the page of the lab, which Node builds in front/ and which is committed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("src", "steepest", "lab", "static")
FILES = ("lab.js", "lab.css", "replay.js", "replay.css", "unpack.js", "THIRD_PARTY_NOTICES")


class NeedsPage(BuildHookInterface):
    """The check; an editable install works without the page until one is written."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """End the build in one line where a file of the page is missing."""
        missing = [name for name in FILES if not (Path(self.root) / PAGE / name).is_file()]
        if missing and version != "editable":
            raise SystemExit(f"{PAGE.as_posix()}/{missing[0]} is missing: cd front && npm ci && npm run build")
