"""What would be uploaded: the wheel and the source distribution, their bytes, files and metadata."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import steepest

pytest.importorskip("hatchling", reason="hatchling is not installed: it comes with the extra 'test'")
pytest.importorskip("hatch_fancy_pypi_readme", reason="hatch-fancy-pypi-readme comes with the extra 'test'")

LIMIT = 2_000_000  # bytes of the wheel
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BASE = PROJECT["urls"]["Homepage"]
FOR_USERS = ("sklearn", "tables", "files", "plot", "dask", "spark", "lab", "onnx", "all")
ADDRESSES = re.compile(
    r"\]\(([^)\s]+)\)|<(?:img|a)\b[^>]*?(?:src|href)=\"([^\"]*)\"|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE
)


def built(folder: Path, *targets: str, root: Path = ROOT) -> None:
    """Build with the hatchling that is installed."""
    code = "import sys; from hatchling.cli import hatchling; sys.exit(hatchling())"
    options = [word for target in targets for word in ("-t", target)]
    subprocess.run([sys.executable, "-c", code, "build", "-d", str(folder), *options], cwd=root, check=True)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two builds of the checkout, and the wheel of the source distribution."""
    found = [tmp_path_factory.mktemp(name) for name in ("first", "second", "unpacked", "third")]
    built(found[0], "sdist", "wheel")
    built(found[1], "sdist", "wheel")
    with tarfile.open(next(found[0].glob("*.tar.gz"))) as packed:
        packed.extractall(found[2], filter="data")
    built(found[3], "wheel", root=next(found[2].iterdir()))
    return found


@pytest.fixture(scope="module")
def wheel(folders: list[Path]) -> Path:
    return next(folders[0].glob("*.whl"))


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as opened:
        (name,) = (n for n in opened.namelist() if n.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(opened.read(name))


@pytest.fixture(scope="module")
def description(metadata: Message) -> str:
    """The long description, as the package index shows it."""
    return str(metadata.get_payload(decode=True), "utf-8") if metadata.is_multipart() else str(metadata.get_payload())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def names_in(folder: Path) -> set[str]:
    """Paths in the source distribution, below its own folder."""
    with tarfile.open(next(folder.glob("*.tar.gz"))) as packed:
        return {one.name.partition("/")[2] for one in packed.getmembers()}


def test_two_builds_have_the_same_bytes(folders: list[Path]) -> None:
    assert contents(folders[0]) == contents(folders[1])


def test_the_wheel_of_the_source_distribution_has_the_same_bytes(folders: list[Path], wheel: Path) -> None:
    assert contents(folders[3]) == {wheel.name: wheel.read_bytes()}


def test_the_wheel_is_small_and_for_every_system(wheel: Path) -> None:
    assert wheel.stat().st_size <= LIMIT
    assert wheel.name == f"steepest-{steepest.__version__}-py3-none-any.whl"


def test_the_wheel_holds_the_package_and_its_licences_alone(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
    home = f"steepest-{steepest.__version__}.dist-info/"
    assert {name.partition("/")[0] + "/" for name in names} == {"steepest/", home}
    assert {f"{home}licenses/{path}" for path in PROJECT["license-files"]} <= set(names)
    assert "steepest/py.typed" in names
    kept = {".py", ".typed", ".json", ".js", ".css", ""}
    assert [n for n in names if n.startswith("steepest/") and Path(n).suffix not in kept] == []


def test_the_source_distribution_holds_files_of_the_repository_alone(folders: list[Path]) -> None:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("not a git checkout")
    assert names_in(folders[0]) - set(found.stdout.split("\0")) == {"PKG-INFO"}


def test_the_source_distribution_has_what_tests_it(folders: list[Path]) -> None:
    needed = {"LICENSE", "CITATION.cff", "SECURITY.md", "CHANGELOG.md", "constraints-oldest.txt", ".ci/wheels"}
    needed |= {
        "tests/smoke/test_installed.py",
        "tests/conftest.py",
        "docs/reference/command-line.md",
        "front/package-lock.json",
    }
    assert needed - names_in(folders[0]) == set()


def test_every_address_is_below_the_homepage(metadata: Message) -> None:
    found = dict(line.split(", ") for line in metadata.get_all("Project-URL", []))
    assert {"Homepage", "Documentation", "Source", "Issues", "Changelog"} <= set(found)
    assert [url for url in found.values() if not f"{url}/".startswith(f"{BASE}/")] == []


def test_the_long_description_has_whole_addresses_of_files_that_exist(description: str) -> None:
    found = ["".join(groups) for groups in ADDRESSES.findall(description)]
    assert len(found) > 10
    assert [one for one in found if not one.startswith(("https://", "#"))] == []
    ours = re.compile(rf"{re.escape(BASE)}/(?:raw|blob)/v{re.escape(steepest.__version__)}/([^#]+)")
    paths = [ours.match(one) for one in found if one.startswith(BASE)]
    assert [one for one in paths if not one or not (ROOT / one[1]).exists()] == []


def test_the_long_description_is_the_readme_without_its_comments(description: str, metadata: Message) -> None:
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert description.lstrip().startswith("# steepest\n")
    assert "<!--" not in description


@pytest.mark.parametrize("text", ["[a](docs/a.md)", "![a](b.svg)", '<img src="c.png">', "[d]: docs/d.md"])
def test_a_relative_address_is_found(text: str) -> None:
    (found,) = ADDRESSES.findall(text)
    assert not "".join(found).startswith("https://")


def test_version_and_date_are_the_same_everywhere() -> None:
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    version, date = (re.search(rf"^{key}: (\S+)$", cited, re.MULTILINE)[1] for key in ("version", "date-released"))
    changes = re.findall(
        r"^## (\S+)(?: \(([\d-]+)\))?$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    released = [one for one in changes if one != ("Unreleased", "")]
    assert released[0] == (version, date) == (steepest.__version__, date)
    assert all(Version(new) > Version(old) for (new, _), (old, _) in pairwise(released))


def test_the_oldest_versions_are_the_floors() -> None:
    lines = (ROOT / "constraints-oldest.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", line)] == []
    assert lines == sorted(lines, key=str.lower)
    pinned = {canonicalize_name(name): Version(number) for name, _, number in (one.partition("==") for one in lines)}
    floors = floors_of_users()
    assert {name: pinned[name] for name in floors} == floors


def floors_of_users() -> dict[str, Version]:
    """The lowest version that is allowed of each package that users are told to install."""
    texts = [*PROJECT["dependencies"], *(one for name in FOR_USERS for one in PROJECT["optional-dependencies"][name])]
    asked = [Requirement(text) for text in texts]
    return {
        canonicalize_name(one.name): Version(bound.version)
        for one in asked
        for bound in one.specifier
        if bound.operator == ">="
    }


def test_the_oldest_python_is_in_the_classifiers() -> None:
    named = re.findall(r"Python :: (3\.\d+)$", "\n".join(PROJECT["classifiers"]), re.MULTILINE)
    assert PROJECT["requires-python"] == f">={named[0]}"
    assert named == sorted(named, key=Version)
