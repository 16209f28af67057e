"""Ctrl-C during an import or a compilation waits for its end, so that the session is sound afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import needs_compiler

from steepest.core.interrupts import postponed_interrupt

SESSION = """
import faulthandler, threading
import numpy as np
from steepest import Method, Problem, descend, make_rows, record, until, updates

faulthandler.dump_traceback_later(250, exit=True)
rows = make_rows(np.arange(12.0).reshape(6, 2), np.arange(6.0))

def fit():
    states = descend(Problem(), Method("plain", 0.001, batch_size=2), rows, compiled=True)
    return record(until(states, updates(50))).step[-1]

print("ready", flush=True)
ended = "by itself"
try:
    ended = "after" if fit() < 50 else ended
except KeyboardInterrupt:
    ended = "interrupted"
assert fit() == 50
import numba
compiler = threading.Thread(target=lambda: numba.njit(lambda x: x + 1)(1.0))  # needs the lock of the compiler
compiler.start()
compiler.join(100)
print(ended, "sound" if not compiler.is_alive() else "locked", flush=True)
"""


def interrupted(delay, folder):
    """What a session with an empty cache says of itself after Ctrl-C in its first compiled fit."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder), "STEEPEST_CACHE_DIR": "", "PYTHONWARNINGS": "ignore"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment}
    process = subprocess.Popen([sys.executable, "-c", SESSION], **pipes)
    assert process.stdout.readline() == "ready\n"
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    return out.split()[-1:] or err


@needs_compiler
def test_a_session_is_sound_after_ctrl_c_in_its_first_compiled_fit(tmp_path):
    draw = random.Random(2)
    delays = [draw.uniform(*ends) for ends in ((0.0, 0.5), (0.8, 2.5))]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(interrupted, delays, [tmp_path / str(i) for i in range(len(delays))]))
    assert found == [["sound"]] * len(delays)


IMPORTED = """
import signal, sys

class Press:
    def find_spec(self, name, path=None, target=None):
        if name == "numba.core.types":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Press())
try:
    import steepest.kernels.full_pass
except KeyboardInterrupt:
    print("interrupted")
import steepest.kernels.full_pass, numba
numba.njit(lambda x: x + 1)(1.0)
print("sound")
"""


def test_an_import_is_completed_before_ctrl_c_is_delivered():
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["interrupted", "sound"], done.stderr


def doubled(x):
    return 2 * x


@needs_compiler
def test_a_compilation_is_completed_before_ctrl_c_is_delivered(handler):
    from numba.core import event

    from steepest.kernels.compiler import _dispatcher

    class Press(event.Listener):
        def on_start(self, event):
            press()

        def on_end(self, event):
            pass

    kernel = _dispatcher(doubled, cached=False)
    with event.install_listener("numba:compile", Press()), pytest.raises(KeyboardInterrupt):
        kernel(2.0)
    assert len(kernel.signatures) == len(handler) == 1
    assert kernel(2.0) == 4.0


@pytest.fixture
def handler():
    """What Ctrl-C calls, with the times that it was called."""
    called = []

    def handle(number, _):
        called.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, handle)
    yield called
    signal.signal(signal.SIGINT, before)


def press():
    signal.raise_signal(signal.SIGINT)


def pressed(done, inner=None):
    """A block in which Ctrl-C is pressed twice, and then an error is raised if there is one."""
    with postponed_interrupt():
        with postponed_interrupt():
            press()
            press()
        done.append("inner")
        if inner is not None:
            raise inner
        done.append("outer")


def test_it_is_delivered_once_at_the_end_of_the_outer_block(handler):
    done = []
    with pytest.raises(KeyboardInterrupt):
        pressed(done)
    assert (done, handler) == (["inner", "outer"], [signal.SIGINT])
    with pytest.raises(KeyboardInterrupt):
        press()
    assert len(handler) == 2


def test_an_error_of_the_block_is_raised_and_with_ctrl_c_is_its_context(handler):
    with pytest.raises(ZeroDivisionError), postponed_interrupt():
        raise ZeroDivisionError
    with pytest.raises(KeyboardInterrupt) as caught:
        pressed([], ZeroDivisionError())
    assert isinstance(caught.value.__context__, ZeroDivisionError)
    assert len(handler) == 1


@pytest.mark.parametrize("kind", [signal.SIG_IGN, signal.SIG_DFL])
def test_handlers_that_are_no_functions_stay(kind):
    before = signal.signal(signal.SIGINT, kind)
    try:
        with postponed_interrupt():
            assert signal.getsignal(signal.SIGINT) is kind
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_are_left_alone(handler):
    seen = []

    def work():
        with postponed_interrupt():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]
    assert handler == []
