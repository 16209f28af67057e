"""What ``steepest lab --serve`` refuses: hosts, origins, tokens, paths, bodies, settings and work without end."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time

import pytest

from lab.server_support import COMMAND

pytest.importorskip("starlette", reason="starlette is not installed: it comes with the extra 'lab'")
pytest.importorskip("uvicorn", reason="uvicorn is not installed: it comes with the extra 'lab'")


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


def test_a_client_that_leaves_before_its_body_ends_leaves_no_word(start_server):
    left = start_server("-t", "y", errors=subprocess.PIPE)
    with socket.create_connection(("127.0.0.1", left.port), timeout=30) as link:
        head = f"POST /fit HTTP/1.1\r\nhost: 127.0.0.1:{left.port}\r\norigin: http://127.0.0.1:{left.port}\r\n"
        link.sendall(f"{head}x-steepest-token: {left.token}\r\ncontent-length: 1000\r\n\r\n{{".encode())
        time.sleep(0.2)
    assert left.fit(steps=5)[0] == 200
    left.process.terminate()
    assert b"Traceback" not in left.process.communicate()[1]


def test_more_than_2e8_rows_times_steps_are_refused(start_server):
    table = "x,y\n" + "\n".join(f"{i % 97},{i % 89}" for i in range(20_000))
    status, reply = start_server("-t", "y", table=table).fit(steps=10_001)
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
