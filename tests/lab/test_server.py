"""``steepest lab --serve``: the page that it serves, and its answers."""

from __future__ import annotations

import json
from base64 import b64decode
from urllib.parse import urlsplit

import numpy as np
import pytest

from lab.conftest import EIGHT

pytest.importorskip("starlette", reason="starlette is not installed: it comes with the extra 'lab'")
pytest.importorskip("uvicorn", reason="uvicorn is not installed: it comes with the extra 'lab'")


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


def test_newtons_method_is_offered(start_server):
    table = "x,y\n" + "\n".join(f"{i % 7},{'yes' if (i * i) % 11 > 4 else 'no'}" for i in range(60))
    status, reply = start_server("-t", "y", table=table).fit(loss="log_loss", rules=["newton"], rate=1, steps=10)
    assert status == 200
    assert reply["recording"]["verdict"]["status"] in ("converged", "stopped", "stationary")


def heap(page):
    """Bytes of JavaScript's heap."""
    return page.evaluate("() => performance.memory.usedJSHeapSize")


def test_the_served_page_of_a_large_table_draws_a_sample_and_says_so(start_server, visit):
    table = "x,y\n" + "\n".join(f"{i % 997},{(i * 7) % 991}" for i in range(200_000))
    server = start_server("-t", "y", table=table)
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
def test_the_served_page_asks_python(start_server, visit, button):
    server = start_server("-t", "y", "--learning-rate", "0.01")
    shown = visit(offline=False)
    shown.page.goto(server.address)
    shown.page.get_by_test_id(button).click()
    card = shown.page.get_by_test_id("server")
    card.get_by_text("Python used 8 rows").wait_for()
    assert "The minimum is 0.6315" in card.inner_text()
    assert shown.page.get_by_test_id("recorded").is_visible()
    assert shown.messages == []
