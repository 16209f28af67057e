"""Decisions that stand in one place: what kind of data this is, what a record can do, what a number means.

Each test counts the places outside that one place. A count may not pass its final limit, or, until the code has come
that far, what it was when it was last looked at: ``TODAY``.
"""

from __future__ import annotations

import ast
import re
from collections import Counter

from source_tree import FUNCTION, SOURCES, parts_of, tree

DATA_KINDS = {"Rows", "Moments", "Classes", "Function", "CSR", "Stream"}
KNOW_THE_KIND = ("data", "kernels", "objective/functions")
LAYOUT = {"flags", "indptr", "indices", "itemsize", "c_contiguous", "f_contiguous"}
BOUND_ONCE = {"free", "squares", "strength", "multiples"}
MANY_PARAMETERS = 7

FINAL = {
    "kind of data": 0,
    "layout of X": 0,
    "optional attributes": 15,
    "Any": 40,
    "Array": 1,
    "files that ask the problem": 1,
    "metric as a word": 0,
    "parameters": 11,  # all of the public interface: settings that people name one by one
}
TODAY: dict[str, int] = {}

HANDED_IN = {
    # whatever the user has is taken, and refused by name where it does not fit
    **dict.fromkeys(("X", "y"), "a table and its target: arrays, data frames, lists, sparse matrices"),
    **dict.fromkeys(("weight", "offset", "sample_weight"), "one number a row, in any of those"),
    **dict.fromkeys(("ax", "figure"), "Matplotlib, which need not be installed, types included"),
    **dict.fromkeys(("value", "param", "ctx"), "the signature of Click's convert"),
    **dict.fromkeys(("files", "target", "weights"), "what scan takes: names of files and columns, or arrays"),
    **dict.fromkeys(("table", "frame"), "what scan takes: a data frame, dataset, array or function"),
    "flags": "the options of a command, as Click hands them in",
    **dict.fromkeys(("model", "estimator"), "a model of scikit-learn, or what has its interface"),
    **dict.fromkeys(("client", "session", "context"), "Dask's and Spark's, which need not be installed"),
    "fitted": "an estimator, a run or a model of the user",
    "axis": "an axis of Matplotlib",
}
OPTIONAL = {
    # asked for with hasattr or getattr, once each: what others hand in or the system may lack
    "__arrow_c_stream__": "what exports a table as a stream of Arrow, whatever library it is from",
    "__array__": "what NumPy can make an array of, whatever library it is from",
    "_fields": "a NamedTuple has it, and there is no class of them",
    "__getstate__": "a value of a work says what of it is its own; what it only keeps is left out of its hash",
    "__name__": "not every callable of a user has one",
    "figure_": "a display before it is drawn; an animation draws it when it is asked for",
    "get_zlim": "axes of Matplotlib in three dimensions, a class that is loaded with Matplotlib alone",
    "learnt": "a source has it where columns are encoded, and a recipe was learnt from all rows",
    "notes": "a source has it where reading columns finds out what is no error",
    "resident": "a source has it whose rows stay in the memory of workers",
    "sched_getaffinity": "Linux alone has it",
    "tocsr": "a sparse matrix of SciPy, which need not be loaded",
    "truths": "a source has it whose labels are true and false",
    "trajectory_": "after partial_fit it is made when it is first read",
    "tolist": "a number or array of NumPy, which the command line's help does not load",
}


def place(path):
    return "/".join(parts_of(path)) or "steepest"


def outside(*rooms):
    return [p for p in SOURCES if not any(f"{place(p)}/".startswith(f"{room}/") for room in rooms)]


def found(files, wanted):
    """ "file:line code" of each node that is wanted."""
    return [
        f"{place(path)}:{node.lineno} {ast.unparse(node).splitlines()[0][:90]}"
        for path in files
        for node in ast.walk(tree(path))
        if wanted(node)
    ]


def limited(name, offenders, count=None):
    """Hold a count to its limit; the message names every place, most frequent file first."""
    count, limit = len(offenders) if count is None else count, max(FINAL[name], TODAY.get(name, 0))
    by_file = Counter(line.partition(":")[0] for line in offenders)
    summary = ", ".join(f"{file} {times}" for file, times in by_file.most_common())
    assert count <= limit, f"{name}: {count}, at most {limit}\n{summary}\n" + "\n".join(offenders)


def words(node):
    return set(re.findall(r"\w+", ast.unparse(node)))


def asks_the_kind(node):
    """``isinstance(x, Rows)``, ``type(x) is Rows`` and the like."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
        return bool(words(node.args[1]) & DATA_KINDS)
    return isinstance(node, ast.Compare) and "type(" in ast.unparse(node.left) and bool(words(node) & DATA_KINDS)


def is_table(node):
    """Whether an expression is called X, or is the X of something."""
    return (isinstance(node, ast.Name) and node.id == "X") or (isinstance(node, ast.Attribute) and node.attr == "X")


def asks_the_layout(node):
    """``X.flags``, ``rows.X.indptr``, ``rows.X.dtype`` and the like."""
    return isinstance(node, ast.Attribute) and (node.attr in LAYOUT or (node.attr == "dtype" and is_table(node.value)))


def optional_attribute(node):
    """The name in ``hasattr(x, "name")`` or ``getattr(x, "name", ...)``, else None."""
    asked = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("hasattr", "getattr")
    name = node.args[1] if asked else None
    return name.value if isinstance(name, ast.Constant) else None


def bare_any(function):
    """Parameters, and "->" for the result, that are Any, or Any or None, for no reason of ``HANDED_IN``."""
    a = function.args
    given = [*a.posonlyargs, *a.args, *a.kwonlyargs, *(item for item in (a.vararg, a.kwarg) if item is not None)]
    said = {item.arg: item.annotation for item in given if item.arg not in HANDED_IN} | {"->": function.returns}
    return [name for name, what in said.items() if what is not None and ast.unparse(what) in ("Any", "Any | None")]


def public_functions(path):
    """Functions and methods of a public module whose names, and whose class's, have no underscore before them."""
    if any(part.startswith("_") for part in parts_of(path)):
        return []
    homes = [tree(path)] + [node for node in tree(path).body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
    return [node for home in homes for node in home.body if isinstance(node, FUNCTION) and node.name[0] != "_"]


def parameters(function):
    a = function.args
    return [item.arg for item in (*a.posonlyargs, *a.args, *a.kwonlyargs) if item.arg not in ("self", "cls")]


def test_the_kind_of_data_is_known_where_data_lives():
    limited("kind of data", found(outside(*KNOW_THE_KIND), asks_the_kind))


def test_the_layout_of_a_table_is_known_where_data_lives():
    limited("layout of X", found(outside("data", "kernels"), asks_the_layout))


def test_optional_attributes_are_few_and_each_has_its_reason():
    limited("optional attributes", found(SOURCES, optional_attribute))
    asked = {optional_attribute(node) for path in SOURCES for node in ast.walk(tree(path))} - {None}
    assert asked == set(OPTIONAL)


def test_public_signatures_say_what_they_take():
    signatures = [(path, f, bare_any(f)) for path in SOURCES for f in public_functions(path)]
    limited("Any", [f"{place(path)}:{f.lineno} {f.name}({', '.join(bare)})" for path, f, bare in signatures if bare])


def defines_array(node):
    """An alias is an assignment to a name; annotations themselves may spell the type out."""
    return isinstance(node, ast.Assign) and ast.unparse(node.value) == "NDArray[np.float64]"


def test_array_is_defined_once():
    limited("Array", found(SOURCES, defines_array))


def asks_the_problem(node):
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BOUND_ONCE
    return called and ast.unparse(node.func.value).rpartition(".")[2] in ("problem", "self", "without")


def test_the_problem_is_bound_to_its_data_once():
    asked = found(outside("objective/problem"), asks_the_problem)
    limited("files that ask the problem", asked, len({line.partition(":")[0] for line in asked}))


def compares_the_metric(node):
    sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
    text = any(isinstance(side, ast.Constant | ast.Tuple) and "'" in ast.unparse(side) for side in sides)
    return text and any("metric" in words(side) for side in sides)


def test_a_metric_is_no_word_to_compare():
    limited("metric as a word", found(SOURCES, compares_the_metric))


def is_overload(function):
    """A signature for type checkers; the function itself, with every parameter, stands below its overloads."""
    return any(ast.unparse(item) == "overload" for item in function.decorator_list)


def test_calls_are_short():
    listed = [
        f"{place(path)}:{f.lineno} {f.name}({', '.join(parameters(f))})"
        for path in outside("estimators", "kernels")
        for f in ast.walk(tree(path))
        if isinstance(f, FUNCTION) and not is_overload(f) and len(parameters(f)) > MANY_PARAMETERS
    ]
    limited("parameters", listed)
