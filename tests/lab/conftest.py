"""A browser for the tests of the page: no network, requests and console messages kept.

The browser is Chromium: the one that STEEPEST_CHROMIUM names, or the first on PATH. Without one the tests are skipped
with the reason; where CI is set in the environment they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.page_support import until
from lab.server_support import COMMAND, Server
from steepest.cli import main
from steepest.core.errors import FileError
from steepest.lab.assets import asset

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EIGHT = "x,y\n1,4\n3,3\n4,7\n5,7\n6,8\n7,10\n8,8\n10,11\n"
READY = "#lab > *"  # the page has drawn itself


def missing(reason):
    """Skip, or fail where nothing may be skipped."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI is set", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium():
    """Path of the browser."""
    named = os.environ.get("STEEPEST_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None or not Path(found).exists():
        missing(f"no browser at {found}" if found else "no Chromium: install it, or name it in STEEPEST_CHROMIUM")
    return found


@pytest.fixture(scope="session")
def built():
    """The page is built."""
    try:
        return asset("lab.js")
    except FileError as error:
        missing(str(error))


@pytest.fixture(scope="session")
def browser(chromium):
    """A running browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed: it comes with the extra 'test'")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


class Visit:
    """A page of the browser, offline, with all that it asked for and said.

    Attributes
    ----------
    page : playwright's Page
    requests : list of str
        Addresses that were asked for, the page's own among them.
    messages : list of str
        Messages of the console, and uncaught errors.
    """

    def __init__(self, browser, **options):
        self.context = browser.new_context(**{"offline": True, "viewport": {"width": 1280, "height": 800}, **options})
        self.page = self.context.new_page()
        self.requests, self.messages = [], []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.messages.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.messages.append(f"uncaught: {error}"))

    def open(self, file, fragment="", ready=READY):
        """Open a file from the disk, and wait until the page has drawn itself; returns playwright's Page."""
        self.page.goto(Path(file).resolve().as_uri() + fragment)
        if ready:
            self.page.wait_for_selector(ready, state="attached")
        return self.page


@pytest.fixture
def visit(browser):
    """Opens pages: ``visit()`` for a new one of 1280 x 800, or with playwright's options of a context."""
    visits = []

    def new(**options):
        visits.append(Visit(browser, **options))
        return visits[-1]

    yield new
    for one in visits:
        one.context.close()


@pytest.fixture
def page(visit):
    """One `Visit`, of 1280 x 800."""
    return visit()


@pytest.fixture
def lab_file(tmp_path, built):  # noqa: ARG001 - without the built page no file can be written
    """Writes a page and returns its path: ``lab_file("-t", "y", table=TEXT)``, arguments as on the command line."""

    def write(*arguments, table=None, name="table.csv", output="lab.html"):
        files = []
        if table is not None:
            (tmp_path / name).write_text(table, encoding="utf-8")
            files = [str(tmp_path / name)]
        done = CliRunner().invoke(
            main, ["lab", *files, *map(str, arguments), "-o", str(tmp_path / output), "--force", "--no-open"]
        )
        assert done.exit_code == 0, done.output
        return tmp_path / output

    return write


@pytest.fixture
def opened(visit, lab_file):
    """Opens the page of no table at an address, and waits until the four pictures are drawn."""
    file = lab_file()

    def open_at(fragment="", **options):
        one = visit(**options)
        shown = one.open(file, fragment)
        until(shown, "document.querySelector('[data-testid=title-step]')?.textContent")
        return shown

    return open_at


@pytest.fixture(scope="module")
def start_server(tmp_path_factory, built):  # noqa: ARG001 - without the built page there is nothing to serve
    """Starts servers on a table, and ends them."""
    folder, running = tmp_path_factory.mktemp("served"), []

    def new(*arguments, table=EIGHT, errors=None):
        (folder / "t.csv").write_text(table)
        line = [*COMMAND, "t.csv", *arguments, "--serve", "--no-open"]
        running.append(subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, stderr=errors))
        return Server(running[-1])

    yield new
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def server(start_server):
    return start_server("-t", "y")
