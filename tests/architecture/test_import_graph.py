"""Who imports whom, and how large the pieces are: what a reader can rely on before opening a file.

Every import counts, those inside functions too; what stands under ``if TYPE_CHECKING:`` does not. The order of the
rooms is read from the contract in pyproject.toml, so that there is one place that says it.
"""

from __future__ import annotations

import ast
import statistics
import tomllib

import pytest
from conftest import ROOT
from source_tree import (
    PACKAGE,
    SOURCES,
    body_lines,
    circle,
    functions,
    import_graph,
    in_tree,
    longest_chain,
    package_graph,
    shown,
)

OUTSIDE = ((), ("__main__",))  # what stands above the rooms
MOST_ENTRIES = 14  # rooms and files at the top, without __init__.py and py.typed
DEEPEST_ROOM = 7  # files
LONGEST_FILE, LONGEST_BODY, BODY_OF_NINE_IN_TEN, MEDIAN_BODY = 300, 40, 15, 6  # lines


def layers():
    """The rooms from the top down, each layer a set of rooms that do not know one another."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    listed = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [{room.strip() for room in layer.split("|")} for layer in listed]


def upward(graph, order):
    """Imports of a room by one that is not above it, as "importer -> imported"."""
    floor = {room: i for i, rooms in enumerate(order) for room in rooms}
    between = [(m, t) for m, targets in graph.items() for t in sorted(targets) if m[:1] not in (*OUTSIDE, t[:1])]
    return [shown(arrow) for arrow in between if not arrow[1] or floor[arrow[0][0]] >= floor[arrow[1][0]]]


def test_the_top_is_seen_at_a_glance():
    entries = {p.stem for p in PACKAGE.iterdir()} - {"__init__", "__main__", "py", "__pycache__"}
    assert len(entries) <= MOST_ENTRIES
    assert entries == set().union(*layers())


def test_no_room_imports_one_above_it():
    assert upward(package_graph(), layers()) == []


def test_no_file_imports_itself_by_a_detour():
    assert shown(circle(package_graph())) == ""


@pytest.mark.parametrize("room", sorted(set().union(*layers())))
def test_room_is_not_deep(room):
    chain = longest_chain(package_graph(), room)
    assert len(chain) <= DEEPEST_ROOM, shown(chain)


@pytest.mark.parametrize("path", SOURCES, ids=in_tree)
def test_file_is_short_enough_to_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", SOURCES, ids=in_tree)
def test_no_function_is_long(path):
    assert {f.name: body_lines(f) for f in functions(path) if body_lines(f) > LONGEST_BODY} == {}


def test_the_usual_function_fits_in_a_glance():
    lines = [body_lines(f) for path in SOURCES for f in functions(path)]
    assert statistics.median(lines) <= MEDIAN_BODY
    assert statistics.quantiles(lines, n=10)[-1] <= BODY_OF_NINE_IN_TEN


SMALL = {
    (): "from .core.version import __version__",
    ("core",): "",
    ("core", "version"): "",
    ("data",): "",
    ("data", "rows"): "from ..core import version\nif TYPE_CHECKING:\n    from ..solve.fit import fit",
    ("data", "csr"): "import numpy\nimport steepest.data.rows",
    ("solve",): "from .fit import fit",
    ("solve", "fit"): "def fit():\n    from steepest.data.rows import make_rows",
}


def graph_of(**changed):
    return import_graph({m: ast.parse(changed.get("_".join(m), text)) for m, text in SMALL.items()})


def test_imports_are_read_as_python_does():
    graph = graph_of()
    assert graph == {
        (): {("core", "version")},
        ("core",): set(),
        ("core", "version"): set(),
        ("data",): set(),
        ("data", "rows"): {("core", "version")},
        ("data", "csr"): {("data", "rows")},
        ("solve",): {("solve", "fit")},
        ("solve", "fit"): {("data", "rows")},
    }
    assert circle(graph) == []
    assert longest_chain(graph, "data") == (("data", "csr"), ("data", "rows"))
    assert longest_chain(graph, "solve") == (("solve", "fit"),)
    assert upward(graph, [{"solve"}, {"data"}, {"core"}]) == []


def test_an_import_upwards_is_seen_inside_a_function():
    graph = graph_of(core_version="def fit():\n    from ..solve import fit\n    return fit")
    assert upward(graph, [{"solve"}, {"data"}, {"core"}]) == ["core/version -> solve/fit"]


def test_a_circle_is_seen_inside_a_function():
    graph = graph_of(data_rows="def sparse():\n    from .csr import CSR\n    return CSR")
    assert set(circle(graph)) == {("data", "rows"), ("data", "csr")}


def test_rooms_of_one_layer_do_not_know_one_another():
    assert upward(graph_of(), [{"solve", "data"}, {"core"}]) == ["solve/fit -> data/rows"]
