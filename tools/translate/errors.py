"""The error of a construct that has no translation: it names the construct and its line."""

from __future__ import annotations

import ast

__all__ = ["TranslationError"]


class TranslationError(Exception):
    """A construct without a translation.

    Parameters
    ----------
    node : ast.AST
        Where it stands; line numbers are those of the file.
    reason : str
        The reason in plain words, as the page shows it.
    """

    def __init__(self, node: ast.AST, reason: str) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, getattr(node, "lineno", 0)
        self.source = ast.unparse(node).partition("\n")[0]

    def __str__(self) -> str:
        return f"line {self.line}: {self.source!r} {self.reason}"
