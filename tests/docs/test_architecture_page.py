"""docs/develop/architecture.md: its rooms are the contract's, and every file that it names is there."""

from __future__ import annotations

import re
import tomllib

import pytest
from conftest import ROOT

PAGE = (ROOT / "docs" / "develop" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "src" / "steepest"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
LAYERS = next(contract["layers"] for contract in CONTRACTS if contract["type"] == "layers")
NAMED = sorted(set(re.findall(r"(?<![\w/.-])(?:src/|tests/|docs/|[a-z_]+/)[\w/.-]*(?:\.py|\.md|/)(?=[\s`,;:)])", PAGE)))


def rooms_on_the_page():
    picture = PAGE.split("```text\n")[1].split("```")[0]
    return [re.split(r"\s{2,}", line)[0] for line in picture.splitlines() if line]


def test_the_rooms_are_those_of_the_contract():
    assert rooms_on_the_page() == LAYERS


def test_every_room_has_a_place_in_the_picture():
    on_the_page = {room for line in rooms_on_the_page() for room in line.split(" | ")}
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert on_the_page == modules | {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}


@pytest.mark.parametrize("name", NAMED)
def test_every_file_named_is_there(name):
    assert any((base / name).exists() for base in (ROOT, ROOT / "docs", PACKAGE, *PACKAGE.iterdir()))


def test_names_are_found_on_the_page():
    assert {"descent/loop.py", "docs/reference/rules.md", "src/steepest/methods/rules/", "tests/cli/"} <= set(NAMED)


@pytest.mark.parametrize("room", sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()))
def test_each_room_says_where_to_begin_and_what_it_imports(room):
    said = (PACKAGE / room / "__init__.py").read_text(encoding="utf-8").split('"""')[1]
    assert re.search(r"Begin with ``[\w/.]+``", said), said
    assert re.search(r"Imports ", said), said
    for file in re.findall(r"``([\w/]+\.py)``", said):
        assert (PACKAGE / room / file).exists() or (PACKAGE / file).exists(), file
