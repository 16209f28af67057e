"""How long ``steepest lab --serve`` computes, and when it ends."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from lab.conftest import EIGHT
from lab.server_support import COMMAND, ended_within

pytest.importorskip("starlette", reason="starlette is not installed: it comes with the extra 'lab'")
pytest.importorskip("uvicorn", reason="uvicorn is not installed: it comes with the extra 'lab'")


def app_of(compute, seconds):
    from steepest.lab.server.app import App

    return App("", compute, 8000, "code", "token", seconds)


def asked(app):
    """Status and error of one POST /fit, with no server between."""

    async def receive():
        return {"type": "http.request", "body": b"{}", "more_body": False}

    sent = []

    async def send(message):
        sent.append(message)

    headers = {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000", "x-steepest-token": "token"}
    scope = {"type": "http", "method": "POST", "path": "/fit", "raw_path": b"/fit", "query_string": b""}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def call():
        await app(scope, receive, send)
        return sent[0]["status"], json.loads(sent[1]["body"])

    with ThreadPoolExecutor(1) as thread:  # playwright's loop may run in this one
        return thread.submit(lambda: asyncio.run(call())).result()


def test_a_computation_is_told_when_its_time_is_up():
    ends = []

    def compute(_, over):
        while not over():
            time.sleep(0.01)
        ends.append(time.monotonic())
        return {}

    began = time.monotonic()
    asked(app_of(compute, 0.2))
    assert 0.2 <= ends[0] - began < 5


def test_a_computation_that_does_not_end_is_not_waited_for():
    def compute(*_):
        time.sleep(1.0)
        return {}

    app = app_of(compute, 0.2)
    assert asked(app) == (503, {"error": "not done in 0.2 seconds: choose fewer steps, or try again"})
    assert not app.busy  # after it has ended


def test_one_computation_at_a_time():
    app = app_of(lambda *_: {}, 1.0)
    app.busy = True
    assert asked(app) == (429, {"error": "one computation at a time: wait until the last one ends"})
    app.busy = False
    assert asked(app) == (200, {})


@pytest.mark.usefixtures("built")
def test_it_ends_when_its_terminal_is_gone(tmp_path):
    (tmp_path / "t.csv").write_text(EIGHT)
    child, terminal = pty.fork()
    if child == 0:  # a session of its own, with this terminal
        os.chdir(tmp_path)
        os.execv(sys.executable, [*COMMAND, "t.csv", "-t", "y", "--serve", "--no-open"])
    said = b""
    while b"Ctrl-C" not in said:
        said += os.read(terminal, 4096)
    port = int(re.search(rb"127\.0\.0\.1:(\d+)", said)[1])
    os.close(terminal)
    assert ended_within(2.0, port)
    os.waitpid(child, 0)


@pytest.mark.usefixtures("built")
def test_it_ends_with_the_process_that_started_it(tmp_path):
    (tmp_path / "t.csv").write_text(EIGHT)
    line = json.dumps([*COMMAND, "t.csv", "-t", "y", "--serve", "--no-open"])
    code = f"import subprocess; subprocess.Popen({line}).wait()"
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE)
    port = urlsplit(parent.stdout.readline().decode().strip()).port
    parent.kill()
    parent.wait()
    assert ended_within(2.0, port)
    parent.stdout.close()


def test_ctrl_c_ends_it_quietly(start_server):
    server = start_server("-t", "y")
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(5) in (0, 130)
    assert ended_within(1.0, server.port)
