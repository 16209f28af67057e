"""``steepest lab --serve``: what is refused, what is answered, and when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import numpy as np
import pytest

from lab.conftest import EIGHT

pytest.importorskip("starlette", reason="starlette is not installed: it comes with the extra 'lab'")
pytest.importorskip("uvicorn", reason="uvicorn is not installed: it comes with the extra 'lab'")

COMMAND = [sys.executable, "-c", "import sys; from steepest.cli import main; main(sys.argv[1:])", "lab"]


class Server:
    """A server in a process of its own."""

    def __init__(self, process):
        self.process = process
        self.address = process.stdout.readline().decode().strip()
        parts = urlsplit(self.address)
        self.port, self.query = parts.port, parts.query
        self.token = parts.fragment.removeprefix("t=")

    def ask(self, method="GET", path=None, body=None, **headers):
        """Status, headers and body of one request, as the page would send it unless told otherwise."""
        own = {"host": f"127.0.0.1:{self.port}", "origin": f"http://127.0.0.1:{self.port}"}
        own |= {"sec-fetch-site": "same-origin", "x-steepest-token": self.token}
        sent = own | {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as link:
            return self._answer(link, method, f"/?{self.query}" if path is None else path, body, sent)

    def _answer(self, link, method, path, body, sent):
        link.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        for name, value in (sent | {"content-length": str(len(data))}).items():
            if value is not None:
                link.putheader(name, value)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            link.endheaders(data)
        with link.getresponse() as answer:
            return answer.status, dict(answer.getheaders()), answer.read()

    def fit(self, **settings):
        """Status and reply of POST /fit."""
        automatic = settings.pop("automatic", False)
        status, _, body = self.ask("POST", "/fit", {"settings": settings, "automatic": automatic})
        return status, json.loads(body)


@pytest.fixture(scope="module")
def start(tmp_path_factory, built):  # noqa: ARG001 - without the built page there is nothing to serve
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
def server(start):
    return start("-t", "y")


def test_the_page_is_served_with_its_table(server):
    status, headers, body = server.ask()
    assert status == 200
    assert '"home":"server"' in body.decode()
    assert "connect-src 'self'" in body.decode()
    assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert not {"access-control-allow-origin", "set-cookie", "server"} & {name.lower() for name in headers}


def test_the_secrets_have_128_bits_or_more_and_the_token_is_in_the_fragment(server):
    assert len(server.token) * 6 >= 128
    assert len(server.query.removeprefix("page=")) * 6 >= 128
    assert server.token not in server.query


# ------------------------------------------------------------------ refusals


def refused(answer, status, words):
    assert answer[0] == status
    assert words in json.loads(answer[2])["error"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "[::1]:80", None])
def test_another_host_is_refused(server, host):
    answer = server.ask(host=host)
    assert answer[0] in (400, 403)  # 400: without a host it is no request
    assert b"payload" not in answer[2]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_name_that_was_made_to_lead_here_is_refused(server, method):
    name = f"evil.example:{server.port}"
    refused(server.ask(method, "/fit", {}, host=name, origin=f"http://{name}"), 403, "unknown host")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", None])
def test_another_origin_is_refused(server, origin):
    refused(server.ask("POST", "/fit", {}, origin=origin), 403, "unknown origin")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_of_another_site_is_refused(server, site, method):
    refused(server.ask(method, body={}, sec_fetch_site=site), 403, "another site")


@pytest.mark.parametrize("token", [None, "", "wrong", "\u00e9"])
def test_a_wrong_token_is_refused(server, token):
    refused(server.ask("POST", "/fit", {}, x_steepest_token=token), 403, "wrong token")


@pytest.mark.parametrize("path", ["/", "/?page=", "/?page=wrong"])
def test_the_page_is_refused_without_its_address(server, path):
    refused(server.ask("GET", path), 403, "open the address that the terminal shows")


@pytest.mark.parametrize("path", ["/../t.csv", "/%2e%2e/t.csv", "/t.csv", "/fit/..", "//fit", "/..%5ct.csv", "/fit/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_path_leads_to_a_file(server, path, method):
    assert server.ask(method, path, {})[0] == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"])
def test_other_methods_are_refused(server, method):
    assert server.ask(method, "/fit", {})[0] in (403, 404)


def test_a_body_of_more_than_8_megabytes_is_refused(server):
    refused(server.ask("POST", "/fit", b" " * 8_000_001), 413, "8,000,000 bytes")


def test_a_body_that_grows_beyond_what_it_said_is_refused(server):
    link = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    head = f"POST /fit HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\norigin: http://127.0.0.1:{server.port}\r\n"
    link.sendall(f"{head}x-steepest-token: {server.token}\r\ntransfer-encoding: chunked\r\n\r\n".encode())
    part = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with contextlib.suppress(BrokenPipeError, ConnectionResetError), link:
        for _ in range(9):
            link.sendall(part)
        assert link.recv(4096).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b"1"])
def test_what_is_no_object_is_refused(server, body):
    refused(server.ask("POST", "/fit", body), 400, "a JSON object")


def test_a_client_that_leaves_before_its_body_ends_leaves_no_word(start):
    left = start("-t", "y", errors=subprocess.PIPE)
    with socket.create_connection(("127.0.0.1", left.port), timeout=30) as link:
        head = f"POST /fit HTTP/1.1\r\nhost: 127.0.0.1:{left.port}\r\norigin: http://127.0.0.1:{left.port}\r\n"
        link.sendall(f"{head}x-steepest-token: {left.token}\r\ncontent-length: 1000\r\n\r\n{{".encode())
        time.sleep(0.2)
    assert left.fit(steps=5)[0] == 200
    left.process.terminate()
    assert b"Traceback" not in left.process.communicate()[1]


def test_more_than_2e8_rows_times_steps_are_refused(start):
    table = "x,y\n" + "\n".join(f"{i % 97},{i % 89}" for i in range(20_000))
    status, reply = start("-t", "y", table=table).fit(steps=10_001)
    assert status == 422
    assert reply["error"] == "10,001 steps over 20,000 rows are too many here: at most 10,000, or fewer rows a step"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rules": ["os:system"]}, "no rule is called"),
        ({"rules": "plain"}, "the setting rules must be a list"),
        ({"loss": "__import__"}, "no loss is called"),
        ({"rate": True}, "the setting rate must be a number"),
        ({"rate": -1}, "the rate must be above 0"),
        ({"rate": float("nan")}, "the rate must be above 0"),
        ({"steps": 10**9}, "the server takes 1 to 20,000 steps"),
        ({"rate": 10**400}, "the rate must be above 0, and a number"),
        ({"features": ["z"]}, "choose among those"),
        ({"features": ["x"] * 100_000}, "choose among those"),
        ({"start": [10**400, 0]}, "the setting start must be a list of numbers"),
        ({"rules": ["mymodule:MyRule"]}, "no rule is called"),
        ({"target": "x"}, "choose among those"),
        ({"moved": [[0, "x", 1.0]]}, "undo the rows that were moved"),
        ({"start": ["a", 1]}, "the setting start must be a list of numbers"),
        ({"sampling": "all"}, "sampling"),
        ({"schedule": "__class__"}, "no learning rate is called"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_in_words(server, settings, words):
    status, reply = server.fit(**settings)
    assert status == 422
    assert words in reply["error"]


def test_a_web_socket_is_refused(server):
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    wanted = {"upgrade": "websocket", "connection": "Upgrade", "sec_websocket_key": key, "sec_websocket_version": "13"}
    assert server.ask("GET", **wanted, origin="http://evil.example")[0] == 403


def test_the_server_listens_on_this_machine_alone(server):
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1"}:
        with pytest.raises(OSError):  # noqa: PT011 - refused, or not reachable
            socket.create_connection((address, server.port), timeout=2).close()
    done = subprocess.run([*COMMAND, "--serve", "--host", "0.0.0.0"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "No such option '--host'" in done.stderr


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


# ------------------------------------------------------------------ answers


def path_of(reply):
    recording = reply["recording"]
    return np.frombuffer(b64decode(recording["path"]), "<f8").reshape(-1, len(recording["names"]))


def test_a_descent_is_that_of_python(server):
    status, reply = server.fit(rules=["momentum:beta=0.5"], rate=0.01, steps=100, start=[1.0, 2.0])
    assert status == 200
    x, y = np.loadtxt(EIGHT.splitlines()[1:], delimiter=",", unpack=True)
    path = path_of(reply)
    assert path[0].tolist() == [1.0, 2.0]
    assert len(path) == 101
    w, v = np.array([1.0, 2.0]), np.zeros(2)
    A = np.c_[x, np.ones(8)]
    for _ in range(100):
        v = 0.5 * v + A.T @ (A @ w - y) / 8
        w = w - 0.01 * v
    assert path[-1] == pytest.approx(w, rel=1e-9)
    assert reply["rows"] == 8


def test_the_automatic_mode_brings_minimum_and_certificate(server):
    status, reply = server.fit(automatic=True)
    assert status == 200
    assert reply["recording"]["verdict"]["status"] == "converged"
    assert reply["exact"]["parameters"] == pytest.approx([49 / 58, 151 / 58], rel=1e-12)
    assert 0 <= reply["certificate"]["gap"] < 1e-9


def test_newtons_method_is_offered(start):
    table = "x,y\n" + "\n".join(f"{i % 7},{'yes' if (i * i) % 11 > 4 else 'no'}" for i in range(60))
    status, reply = start("-t", "y", table=table).fit(loss="log_loss", rules=["newton"], rate=1, steps=10)
    assert status == 200
    assert reply["recording"]["verdict"]["status"] in ("converged", "stopped", "stationary")


# ------------------------------------------------------------------ ending


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


def ended_within(seconds, port):
    """Whether nobody listens at a port any more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return True
        time.sleep(0.05)
    return False


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


def test_ctrl_c_ends_it_quietly(start):
    server = start("-t", "y")
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(5) in (0, 130)
    assert ended_within(1.0, server.port)


# ------------------------------------------------------------------ the page in a browser


def heap(page):
    """Bytes of JavaScript's heap."""
    return page.evaluate("() => performance.memory.usedJSHeapSize")


def test_the_served_page_of_a_large_table_draws_a_sample_and_says_so(start, visit):
    table = "x,y\n" + "\n".join(f"{i % 997},{(i * 7) % 991}" for i in range(200_000))
    server = start("-t", "y", table=table)
    shown = visit(offline=False)
    shown.page.goto(server.address)
    shown.page.wait_for_selector("#lab > *", state="attached")
    held = json.loads(shown.page.locator("#payload").text_content())["table"]
    assert (held["rows"], held["sampledFrom"]) == (5000, 200_000)
    assert shown.page.get_by_test_id("rows").inner_text() == "5,000 of 200,000 rows"
    assert heap(shown.page) < 100e6
    assert {urlsplit(address).netloc for address in shown.requests} == {f"127.0.0.1:{server.port}"}
    assert shown.messages == []


@pytest.mark.parametrize("button", ["ask", "ask-automatic"])
def test_the_served_page_asks_python(start, visit, button):
    server = start("-t", "y", "--learning-rate", "0.01")
    shown = visit(offline=False)
    shown.page.goto(server.address)
    shown.page.get_by_test_id(button).click()
    card = shown.page.get_by_test_id("server")
    card.get_by_text("Python used 8 rows").wait_for()
    assert "The minimum is 0.6315" in card.inner_text()
    assert shown.page.get_by_test_id("recorded").is_visible()
    assert shown.messages == []
