"""What autodoc is told of the package.

Docstrings are plain text first: |w| is an absolute value and coef_ a name, and neither is reStructuredText. Estimators
have the signature that `inspect` finds.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

LITERAL = re.compile(r"(``.*?``|`[^`]+`_?)")
MARKS = re.compile(r"\||(?<=\w)_(?=[\s,.;:)\]]|$)")
FORMAT = (">>>", "...", "| ")  # examples and tables


def setup(app: Any) -> dict[str, bool]:
    """Mend a docstring when numpydoc has read it, and leave out what is scikit-learn's own."""
    app.connect("autodoc-process-docstring", _mend, priority=900)
    app.connect("autodoc-skip-member", _skip)
    app.connect("autodoc-process-signature", _signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _mend(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    lines[:] = [line if line.lstrip().startswith(FORMAT) else _escaped(line) for line in lines]


def _escaped(line: str) -> str:
    return "".join(part if part.startswith("`") else MARKS.sub(r"\\\g<0>", part) for part in LITERAL.split(line))


def _skip(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    theirs = str(getattr(thing, "__module__", "")).startswith("sklearn")
    return True if theirs or re.fullmatch(r"set_\w+_request|get_metadata_routing|set_output", name) else None


def _signature(app: Any, what: str, name: str, thing: Any, *_: Any) -> tuple[str, str] | None:
    if what != "class" or not any(
        "**named" in str(inspect.signature(made)) for made in (thing.__new__, thing.__init__)
    ):
        return None
    found = inspect.signature(thing)
    bare = [parameter.replace(annotation=parameter.empty) for parameter in found.parameters.values()]
    return str(found.replace(parameters=bare, return_annotation=found.empty)), ""
