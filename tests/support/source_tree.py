"""The package as its own source: files, functions and who imports whom, read with ``ast`` and nothing else."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter

from conftest import ROOT

PACKAGE = ROOT / "src" / "steepest"
SOURCES = sorted(PACKAGE.rglob("*.py"))
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


def in_tree(path):
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, FUNCTION)]


def body_lines(function):
    """Lines of a function's body, the docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def parts_of(path):
    """A file as the parts of its module's name below the package; () is the package itself."""
    return path.relative_to(PACKAGE).with_suffix("").parts[: -1 if path.name == "__init__.py" else None]


def executed(node):
    """Every node below one, except what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from (below for branch in child.orelse for below in [branch, *executed(branch)])
        else:
            yield child
            yield from executed(child)


def import_graph(files):
    """What each module imports from the package, wherever in the file: {parts: set of parts}.

    ``files`` maps the parts of a module's name to its tree; a folder's name stands for its ``__init__.py``. Names that
    are put together while the program runs, as the lazy exports of ``steepest/__init__.py`` are, are not imports here.
    """
    folders = {module[:-1] for module in files}
    return {m: {t for node in executed(files[m]) for t in _targets(node, m, files, folders)} - {m} for m in files}


def _targets(node, module, files, folders):
    if isinstance(node, ast.Import):
        named = [tuple(alias.name.split(".")) for alias in node.names]
        return [_file(name[1:], files) for name in named if name[0] == "steepest"]
    if not isinstance(node, ast.ImportFrom):
        return []
    home = module if module in folders else module[:-1]
    within = tuple(node.module.split(".")) if node.module else ()
    if node.level:
        start = home[: len(home) + 1 - node.level] + within
    elif within[:1] == ("steepest",):
        start = within[1:]
    else:
        return []
    return [_file((*start, alias.name), files) for alias in node.names]


def _file(name, files):
    """The module that a dotted name lives in: itself, or the one it is an attribute of."""
    while name not in files:
        name = name[:-1]
    return name


@cache
def package_graph():
    return import_graph({parts_of(path): tree(path) for path in SOURCES})


def circle(graph):
    """Modules that import one another in a circle, the first one repeated at the end; [] if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return found.args[1]
    return []


def longest_chain(graph, room):
    """The chain of imports inside a room that passes through most files; an ``__init__.py`` on the way counts for none.

    Such a file is the front of its folder: it sends the reader on to the file that holds the name.
    """
    inside = {m: {t for t in graph[m] if t[:1] == (room,)} for m in graph if m[:1] == (room,)}
    folders, chains = {m[:-1] for m in graph}, {}
    for m in TopologicalSorter(inside).static_order():
        below = max((chains[t] for t in inside[m]), key=len, default=())
        chains[m] = below if m in folders else (m, *below)
    return max(chains.values(), key=len)


def shown(chain):
    return " -> ".join("/".join(module) or "steepest" for module in chain)
