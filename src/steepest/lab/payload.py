"""What a page brings along: the JSON of `Payload` in front/src/types.ts, safe inside of a script element."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

__all__ = ["Payload"]

VERSION = 1
UNSAFE = re.compile("[<>&]|[^ -~]")  # what ends a script element or begins an entity; of other letters, see `_escaped`


class Payload(NamedTuple):
    """What a page shows when it opens; members that are None are left out.

    Attributes
    ----------
    home : {"file", "notebook", "report", "server"}
        Where the page lives.
    table : dict or None
        See `PageTable.member`.
    settings : dict or None
        Members of `Settings` in front/src/types.ts, of which the page chooses the others.
    recording : dict or None
        See `Recording.member`.
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
        return UNSAFE.sub(lambda found: _escaped(found[0]), text)


def _escaped(letter: str) -> str:
    """A letter as it stands, unless it means something in HTML, is a control character, or cannot be seen."""
    if letter in "<>&":
        return f"\\u{ord(letter):04x}"
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]
