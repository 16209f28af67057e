"""What a page brings along: the JSON of `Payload` in front/src/types.ts, safe inside of a script element."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

__all__ = ["Payload"]

VERSION = 1
# what ends a script element, begins an entity or a comment, turns the direction of writing, is a control character, or no
# text in UTF-8
UNSAFE = re.compile("[<>&\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Payload(NamedTuple):
    """What a page shows when it opens; members that are None are left out.

    Attributes
    ----------
    home : {"file", "notebook", "report", "server"}
        Where the page lives.
    table : dict or None
        See `table_member`.
    settings : dict or None
        Members of `Settings` in front/src/types.ts, of which the page chooses the others.
    recording : dict or None
        See `recording_member`.
    """

    home: str
    table: dict[str, Any] | None = None
    settings: dict[str, Any] | None = None
    recording: dict[str, Any] | None = None

    @property
    def bundle(self) -> str:
        """The script that shows it: a run alone, without the problem that it minimised, needs the small one."""
        return "replay" if self.recording is not None and self.settings is None else "lab"

    def text(self) -> str:
        r"""The payload as JSON without a character that means something in HTML; a NaN in it is an error.

        Examples
        --------
        >>> Payload("file", settings={"formula": "</script>"}).text()
        '{"version":1,"home":"file","settings":{"formula":"\\u003c/script\\u003e"}}'
        """
        members = {"version": VERSION, **{k: v for k, v in self._asdict().items() if v is not None}}
        text = json.dumps(members, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
