"""The habits that a reader relies on: documented names, no misspelt options, nothing of one's own machine."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from importlib import import_module

import pytest
from conftest import ROOT
from source_tree import SOURCES, functions, in_tree, tree

import steepest

MODULES = [".".join(p.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__") for p in SOURCES]
USED_BY_NAME = (
    "averages",
    "estimates",
    "losses",
    "penalties",
    "rules",
    "steps",
    "estimators",
)  # their public names are what users type
SUMMARY_WIDTH = 120


def public(name):
    """Classes and functions that a module lists in ``__all__``, by name."""
    module = import_module(name) if name in MODULES else getattr(steepest, name.removeprefix("steepest."))
    listed = {item: getattr(module, item) for item in getattr(module, "__all__", ())}
    listed = {item: getattr(value, "callback", None) or value for item, value in listed.items()}  # a command of Click
    ours = {k: v for k, v in listed.items() if getattr(v, "__module__", "").startswith("steepest")}
    return {k: v for k, v in ours.items() if inspect.isclass(v) or inspect.isfunction(v)}


def tracked_files():
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if found.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in found.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=in_tree)
def test_no_function_swallows_a_misspelt_option(path):
    """Commands are exempt: Click hands them every option by name, and a strict record receives them."""
    if "cli" in path.parts:
        return
    assert [f.name for f in functions(path) if f.args.kwarg and not f.name.startswith("_")] == []


def test_file_names_say_what_is_inside():
    assert [in_tree(p) for p in SOURCES if re.search(r"util|helper|misc|common|manager|base", p.stem)] == []


@pytest.mark.parametrize("name", MODULES)
def test_module_says_what_it_is(name):
    assert (import_module(name).__doc__ or "").strip().splitlines()[0].rstrip().endswith((".", ":"))


@pytest.mark.parametrize("name", MODULES)
def test_public_names_exist_and_have_a_summary(name):
    listed = getattr(import_module(name), "__all__", ())
    assert sorted(set(listed)) == sorted(listed)
    summaries = {item: (inspect.getdoc(value) or "").split("\n")[0] for item, value in public(name).items()}
    assert {item: text for item, text in summaries.items() if not 8 <= len(text) <= SUMMARY_WIDTH} == {}


@pytest.mark.parametrize("name", USED_BY_NAME)
def test_what_users_type_has_an_example(name):
    assert without_example(public(f"steepest.{name}")) == []


def test_functions_of_the_package_have_an_example():
    found = {name: value for name, value in public("steepest").items() if inspect.isfunction(value)}
    assert without_example(found) == []


def without_example(found):
    return [name for name, value in found.items() if ">>> " not in (inspect.getdoc(value) or "")]


PARAMETERS = re.compile(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-{3,}\n|\Z)", re.DOTALL | re.MULTILINE)


def described(doc):
    """Names in the section "Parameters" of a docstring; None without one."""
    section = PARAMETERS.search(doc or "")
    lines = section[1].splitlines() if section else []
    heads = [line.split(" : ")[0] for line in lines if line[:1].strip()]
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")} if section else None


def accepted(node):
    """Names of the parameters of a function; of a class those of __init__, or its fields."""
    if isinstance(node, ast.ClassDef):
        made = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
        return accepted(made[0]) if made else {f.target.id for f in node.body if isinstance(f, ast.AnnAssign)}
    a = node.args
    given = [*a.posonlyargs, *a.args, *a.kwonlyargs, *(item for item in (a.vararg, a.kwarg) if item is not None)]
    return {item.arg for item in given} - {"self", "cls"}


@pytest.mark.parametrize("path", SOURCES, ids=in_tree)
def test_a_docstring_describes_every_parameter_and_no_other(path):
    nodes = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    told = {f"{node.lineno}: {node.name}": (described(ast.get_docstring(node)), accepted(node)) for node in nodes}
    assert {name: pair for name, pair in told.items() if pair[0] not in (None, pair[1])} == {}


def test_a_parameter_that_was_joined_to_the_line_before_is_seen():
    assert described("S.\n\nParameters\n----------\na : int\nb, *c : float\n    Text.\n\nRaises\n------\nE\n") == {
        *"abc"
    }
    assert described("S.\n\nParameters\n----------\na : int b : float\n    Text.\n") == {"a"}
    assert described("S.") is None


def test_dir_of_the_package_is_its_public_names():
    assert dir(steepest) == sorted(steepest.__all__)


FOREIGN = re.compile(
    r"(?<![\w.~}])/(?:home|root|Users|work|mnt)/\w"  # a folder of one machine
    r"|https?://[^\s)>\"']*(?:/simple\b|\.whl|\.tar\.gz|\.zip)"  # a download
    r"|--(?:extra-)?index-url|--find-links|--trusted-host"
)


def test_no_tracked_file_knows_a_machine_or_a_download():
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", "replace")
        lines = enumerate(text.splitlines(), 1)
        found += [f"{in_tree(path)}:{i}: {line.strip()[:80]}" for i, line in lines if FOREIGN.search(line)]
    assert [line for line in found if not line.startswith("tests/architecture/test_style.py")] == []


@pytest.mark.parametrize(
    ("line", "foreign"),
    [
        ("open('/home/ann/table.csv')", True),
        ("pip install --index-url X", True),
        ("https://example.org/simple/numpy", True),
        ("cd ../shared/data", False),
        ("#!/usr/bin/env bash", False),
        ("https://doi.org/10.1007/s10208-013-9150-3", False),
        ("examples/work/home.txt", False),
    ],
)
def test_what_counts_as_foreign(line, foreign):
    assert bool(FOREIGN.search(line)) is foreign
