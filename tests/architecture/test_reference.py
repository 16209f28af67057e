"""The reference: every public name says what a reader needs, in the sections that apply to names of its kind.

Public are the names in ``steepest.__all__`` and in that of its modules, and the methods and properties of their
classes. What scikit-learn, NamedTuple or Matplotlib bring is theirs. Examples are run by ``pytest --doctest-modules``.
"""

from __future__ import annotations

import ast
import builtins
import doctest
import inspect
import itertools
import re
import sys
import textwrap
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest
from conftest import ROOT

import steepest
from steepest.core import loss_types, record_types
from steepest.core.types import Array
from steepest.lab.in_python import lab
from steepest.objective import data
from steepest.plots.drawing import style

FAMILIES = ("averages", "estimates", "losses", "penalties", "rules", "steps")  # of records
NUMERICAL = ("descent", "objective", "optimality", "solve")  # rooms whose functions compute what a paper defines

# What the docstring of each kind of name must have, and why it need not have the rest.
NEEDS = {
    "module": "summary example",  # it takes nothing and computes nothing
    "exception": "summary example",  # nothing is computed; it is an error itself
    "estimator": "summary parameters attributes formula raises cost source example",
    "transformer": "summary parameters attributes raises cost example",  # it codes columns by their content
    "record": "summary parameters formula raises cost source example",
    "value": "summary parameters raises example",  # data with names; the function that makes it has the rest
    "picture": "summary parameters attributes raises cost example",  # it draws what others have computed
    "numerical function": "summary parameters returns formula raises cost source example",
    "function": "summary parameters returns raises cost example",
    "stop": "summary parameters returns formula example",  # a comparison of two numbers
    "decorator": "summary parameters returns example",  # it notes facts; a record is refused where it is used
    "method": "summary parameters result raises example",  # the summary is the description of the result
    "property": "summary result",
}

# Names that lack one of these for a reason of their own.
EXCEPT = {
    "LastPoint": {"source": "no average"},
    "NoPenalty": {"source": "no penalty"},
    "compare": {"formula": "it runs what it is given", "source": "it runs what it is given"},
    "record": {"formula": "it stores what a descent computes", "source": "it stores what a descent computes"},
    "until": {"formula": "it asks its stops", "source": "it asks its stops", "raises": "it passes on what it is given"},
    "secants": {"source": "the definition of the derivative"},
    "onnx": {"example": "skl2onnx takes seconds to load: tests/estimators/test_onnx.py"},
    "register": {"example": "skl2onnx takes seconds to load: tests/estimators/test_onnx.py"},
}


class Public(NamedTuple):
    """A public name: where it is found, what it is, and what kind of name that makes it."""

    path: str
    value: object
    kind: str
    owner: type | None = None

    @property
    def doc(self):
        return (inspect.getdoc(self.value) or "") if self.owner is None else (called(self.value).__doc__ or "")


def called(member):
    """The function behind a method, class method or property."""
    if isinstance(member, property):
        return member.fget
    found = (getattr(member, name, None) for name in ("__func__", "func", "method"))
    return next((function for function in found if function is not None), member)


def kind_of(path, value):
    if inspect.ismodule(value):
        return "module"
    module = value.__module__.removeprefix("steepest.").split(".")
    if inspect.isclass(value):
        return class_kind(path, value, module)
    special = {("descent", "stops"): "stop", ("core", "record_kinds"): "decorator"}
    return special.get(tuple(module[:2]), "numerical function" if module[0] in NUMERICAL else "function")


def class_kind(path, value, module):
    if issubclass(value, BaseException):
        return "exception"
    if path.split(".")[0] in FAMILIES:
        return "record"
    if module[0] == "estimators":
        return "estimator" if hasattr(value, "predict") else "transformer"
    return "picture" if module[0] == "plots" else "value"


def names():
    """Every public name outside of classes."""
    for name in steepest.__all__:
        value = getattr(steepest, name)
        yield name, value
        if inspect.ismodule(value):
            yield from ((f"{name}.{item}", getattr(value, item)) for item in getattr(value, "__all__", ()))
    yield "lab()", lab  # what calling the module does


def members(path, cls):
    """The methods and properties of a class that are ours, inherited ones too."""
    for name in dir(cls):
        owner = next((base for base in cls.__mro__ if name in vars(base)), None)
        if name.startswith("_") or owner is None or not owner.__module__.startswith("steepest"):
            continue
        member = vars(owner)[name]
        plain = called(member)
        if inspect.isfunction(plain) and plain.__module__.startswith("steepest"):
            is_property = isinstance(member, property) or plain is getattr(member, "func", None)
            yield Public(f"{path}.{name}", member, "property" if is_property else "method", cls)


def public(path):
    value = NAMES[path]
    own = Public(path, value, kind_of(path, value))
    return [own, *(members(path, value) if inspect.isclass(value) else ())]


NAMES = {path: value for path, value in names() if getattr(value, "__module__", "steepest").startswith("steepest")}
PROTOCOLS = [
    value
    for module in (record_types, loss_types, data, style)
    for value in vars(module).values()
    if inspect.isclass(value) and value.__module__.startswith("steepest")
]
SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)


@cache
def sections(doc):
    """The sections of a docstring by title; "" is what stands before the first."""
    found = SECTION.split(inspect.cleandoc(doc))
    return {"": found[0]} | dict(zip(found[1::2], found[2::2], strict=True))


def described(doc):
    """Names with a line "name : type" anywhere in a docstring, and what stands after the colon."""
    lines = [re.fullmatch(r"(\*?\w+(?:, \*?\w+)*)(?: : (.*))?", line) for line in inspect.cleandoc(doc).splitlines()]
    listed = sections(doc)
    wanted = "\n".join(listed.get(name, "") for name in ("Parameters", "Attributes", "Notes"))
    heads = [line for line in lines if line and line[0] in wanted.splitlines() and (line[2] or "," in line[1])]
    pairs = [(name.strip().lstrip("*"), line[2] or "") for line in heads for name in line[1].split(",")]
    return dict(reversed(pairs))  # the first line counts


def parameters(item):
    """Parameters of a call, without ``self`` and ``cls``; of a property none."""
    if item.kind in ("property", "module", "exception"):
        return {}
    bound = item.owner is not None and not isinstance(item.value, staticmethod)
    signature = inspect.signature(called(item.value) if item.owner else item.value)
    return dict(list(signature.parameters.items())[bound:])


def declared(item):
    """Docstrings that may describe a method's parameters: its own, else those of what it belongs to."""
    texts = [item.doc]
    if item.owner is not None and "Parameters" not in sections(item.doc):
        name = item.path.rpartition(".")[2]
        texts += [called(vars(p)[name]).__doc__ or "" for p in PROTOCOLS if name in vars(p)]
        texts += [f"Notes\n-----\n{sections(text).get('Notes', '')}" for text in around(item)] + around(item)
    return texts


def around(item):
    """Docstrings of a method's class, and of the module of its family of records."""
    family = item.path.split(".")[0]
    return [item.owner.__doc__ or "", *([NAMES[family].__doc__] if family in FAMILIES else ())]


def summary(item):
    first = item.doc.strip().partition("\n")[0]
    return [] if len(first) >= 4 and first.rstrip().endswith((".", ":")) else ["a summary line"]


def parameter_faults(item):
    told = {name: head for text in reversed(declared(item)) for name, head in described(text).items()}
    found = parameters(item)
    faults = [f"parameter {name}" for name in found if not told.get(name)]
    if "Parameters" in sections(item.doc):
        extra = set(described("Parameters\n----------\n" + sections(item.doc)["Parameters"])) - set(found)
        faults += [f"no parameter {name}" for name in sorted(extra)]
    faults += [f"meaning of {line}" for line in bare(sections(item.doc).get("Parameters", "").splitlines())]
    known = {name: p for name, p in found.items() if told.get(name)}
    faults += [
        f"shape of {name}" for name, p in known.items() if "Array" in str(p.annotation) and not SHAPE(told[name])
    ]
    if item.kind == "value" and "Parameters" not in sections(item.doc):
        return faults  # the package makes it, from all its fields
    return faults + [fault for name, p in known.items() for fault in default_fault(name, p, told[name])]


def bare(lines):
    """Lines "name : type" without a description below, unless they say where it is."""
    heads = [(a, b) for a, b in itertools.pairwise([*lines, ""]) if a and not a.startswith(" ")]
    return [a for a, b in heads if not b.startswith(" ") and not re.search(r" : (as|see) ", a)]


SHAPE = re.compile(r"\(|\bas\b|\b(numbers?|arrays?|list|sequence|two|dict|ignored)\b").search


def default_fault(name, parameter, head):
    """A default is named in the line of its parameter; "optional" or "or None" is that of nothing."""
    default = parameter.default
    if default is inspect.Parameter.empty or type(default) is object:
        return []
    if default in (None, (), "") and re.search(r"optional|or None|None[,:]", head):
        return []
    said = re.search(r"defaults? (.*)", head)
    named = said and re.search(rf"(?<![\w.]){re.escape(spelled(default))}(?![\w.]*\d)", said[1])
    elsewhere = re.match(r"(as|see) ", head)
    return [] if named or elsewhere else [f"default {spelled(default)} of {name}"]


def spelled(default):
    """A default as a docstring writes it; a record whose fields have their defaults is its name."""
    value = getattr(default, "default", default)  # of a field that is read
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return f"{type(value).__name__}()"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def result(item):
    """An array that is returned has a shape; methods of records return one shaped like their first parameter."""
    returned = str(inspect.signature(called(item.value)).return_annotation)
    array = re.search(r"Array\b", returned) and item.path.split(".")[0] not in FAMILIES
    return [] if not array or re.search(r"\(|shaped", item.doc) else ["shape of the result"]


def raises(item):
    if item.kind == "record" and not parameters(item):
        return []
    always = item.kind in ("estimator", "transformer", "record", "function", "numerical function")
    wanted = always or any(raised(function) for function in bodies(item))
    return [] if not wanted or "Raises" in sections(item.doc) else ["Raises"]


def bodies(item):
    """The functions of the package that run when a method is called, or a class."""
    if item.owner is not None:
        return [called(item.value)]
    made = (vars(item.value).get(name) for name in ("__init__", "__post_init__"))
    return [function for function in made if inspect.isfunction(function)]


def raised(function):
    """Whether the body of a function raises by itself."""
    try:
        source = inspect.getsource(function)
    except OSError:  # the constructor that dataclasses write
        return False
    body = ast.parse(textwrap.dedent(source))
    return any(isinstance(node, ast.Raise) and node.exc is not None for node in ast.walk(body))


def formula(item):
    text = sections(item.doc)[""] + sections(item.doc).get("Notes", "")
    return [] if re.search(r"\s(=|<-|<=|>=)\s", text) else ["a formula"]


def cost(item):
    text = item.doc.replace(sections(item.doc).get("References", "-"), "")
    return [] if re.search(r"\b[Cc]osts?( per row| of a step)?:|O\(|flops|pass(es)? over", text) else ["a cost"]


def source(item):
    return (
        [] if re.search(r"doi:10\.|arXiv:|https?://|ISBN", sections(item.doc).get("References", "")) else ["a source"]
    )


def example(item):
    """An example of one's own; a method may be called in that of what it belongs to, or in a test."""
    if runs(item.doc):
        return []
    name = item.path.rpartition(".")[2]
    shown = item.owner and any(f".{name}" in line for text in around(item) for line in runs(text))
    return [] if shown or (item.owner and name in used_in_tests()) else ["an example"]


def runs(doc):
    return [line.source for line in doctest.DocTestParser().get_examples(doc)]


@cache
def used_in_tests():
    """Every attribute that a test asks for."""
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py") if path.name != "test_reference.py"
    ]
    return {name for text in texts for name in re.findall(r"\.(\w+)", text)}


CHECKS: dict[str, Callable[[Public], list[str]]] = {
    "summary": summary,
    "parameters": parameter_faults,
    "attributes": lambda item: [] if "Attributes" in sections(item.doc) else ["Attributes"],
    "returns": lambda item: [] if "Returns" in sections(item.doc) or returns_nothing(item) else ["Returns"],
    "result": result,
    "raises": raises,
    "formula": formula,
    "cost": cost,
    "source": source,
    "example": example,
}


def returns_nothing(item):
    return inspect.signature(item.value).return_annotation in (None, "None")


def missing(item):
    """What the docstring of a public name lacks."""
    excused = EXCEPT.get(item.path.rpartition(".")[2], {}) if item.owner is None else {}
    return [fault for need in NEEDS[item.kind].split() if need not in excused for fault in CHECKS[need](item)]


@pytest.mark.parametrize("path", NAMES)
def test_the_reference_is_complete(path):
    assert {item.path: faults for item in public(path) if (faults := missing(item))} == {}


@pytest.mark.parametrize("path", NAMES)
def test_doctest_finds_every_example(path):
    shown = [item for item in public(path) if runs(item.doc)]
    assert [item.path for item in shown if inspect.cleandoc(item.doc) not in collected(home(item))] == []


@pytest.mark.parametrize("path", NAMES)
def test_an_example_says_where_its_names_are_from(path):
    own = {path.removesuffix("()").rpartition(".")[2], *dir(builtins)}
    code = ast.parse("".join(runs(public(path)[0].doc)))
    nodes = list(ast.walk(code))
    used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    given = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    given |= {alias.asname or alias.name for node in nodes if isinstance(node, IMPORT) for alias in node.names}
    given |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler)}
    assert used - given - own - {node.arg for node in nodes if isinstance(node, ast.arg)} == set()


IMPORT = ast.Import | ast.ImportFrom


def home(item):
    """The module that a public name is defined in."""
    value = called(item.value) if item.owner else item.value
    return value if inspect.ismodule(value) else sys.modules[value.__module__]


@cache
def collected(module):
    """Docstrings with examples, as ``pytest --doctest-modules`` collects them."""
    return {inspect.cleandoc(test.docstring) for test in doctest.DocTestFinder().find(module) if test.examples}


LITERAL = re.compile(r"``.+?``|`[^`]+`", re.DOTALL)
MARKUP = re.compile(
    r"\|\S|\S\||(?<![\w*])\*\w[^*]*$|\b[a-z]\w*_(?![\w{])"
)  # of reStructuredText, which formulas are not


@pytest.mark.parametrize("path", NAMES)
def test_formulas_that_look_like_markup_are_literals(path):
    found = {item.path: hits for item in public(path) if (hits := MARKUP.findall(prose(item.doc)))}
    assert found == {}
    broken = [line for item in public(path) for line in item.doc.splitlines() if line.count("``") % 2]
    assert broken == []  # a literal ends on its line


def prose(doc):
    """A docstring without literals, examples, and the names of parameters."""
    parts = sections(doc)
    text = "\n".join(parts[title] for title in parts if title not in ("Examples", "References"))
    kept = [line for line in LITERAL.sub("", text).splitlines() if not re.match(r"\*?\w+(, \*?\w+)*( :|$)", line)]
    return "\n".join(kept)


def test_every_kind_of_name_is_met_and_every_exception_is_used():
    items = [item for path in NAMES for item in public(path)]
    assert {item.kind for item in items} == set(NEEDS)
    assert {path.rpartition(".")[2] for path in NAMES} >= set(EXCEPT)


def test_what_is_missing_is_named():
    def bare(x: Array, n: int = 3) -> float:
        """Something."""

    def wrong(x: Array, n: int = 3) -> float:
        """Something.

        Parameters
        ----------
        x : numeric
        n : int, default 4
            A number.
        m : int
            Another.
        """

    lacks = ["Returns", "a formula", "Raises", "a cost", "a source", "an example"]
    assert missing(Public("bare", bare, "numerical function")) == ["parameter x", "parameter n", *lacks]
    faults = ["no parameter m", "meaning of x : numeric", "shape of x", "default 3 of n"]
    assert missing(Public("wrong", wrong, "numerical function")) == [*faults, *lacks]
    assert MARKUP.findall(prose("The size |w| of coef_, but ``|w|`` and eta_{t+1} are fine.")) == ["|w", "coef_"]
