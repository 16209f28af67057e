"""Compile a kernel once for each set of types, with a cache that cannot serve yesterday's source."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
from numba.core import event
from numba.core.caching import FunctionCache

from ..core.compile_notice import compiling
from ..core.interrupts import postponed_interrupt
from ..core.records import is_record

__all__ = ["compiled"]

FASTMATH = {"reassoc", "contract", "arcp", "nsz"}  # sums may be regrouped; NaN and infinity keep their meaning


class QuietCache(FunctionCache):  # type: ignore[misc]  # Numba is untyped
    """Numba's cache on disk, where a disk that is full or read-only costs time, never the fit."""

    def load_overload(self, sig: Iterable[object], target_context: object) -> object:
        """Load the machine code of a signature, or nothing; a damaged index is begun anew."""
        try:
            found = super().load_overload(sig, target_context)
        except Exception:  # a damaged file can make pickle raise anything
            with suppress(OSError):
                self.flush()
            return None
        # two processes that save at once may each have written the other's file: look what is inside
        return found if found is not None and found.signature.args == tuple(sig) else None

    def save_overload(self, sig: object, data: object) -> None:
        """Save the machine code of a signature if that is possible."""
        with suppress(OSError):
            super().save_overload(sig, data)


class Listener(event.Listener):  # type: ignore[misc]  # Numba is untyped
    """Passes on that Numba begins to compile; loading machine code from the disk is no such event."""

    def on_start(self, event: object) -> None:
        """Tell those who asked."""
        del event
        compiling()

    def on_end(self, event: object) -> None:
        """Nothing to tell."""


event.register("numba:compile", Listener())


@lru_cache(1)
def cache_folder() -> Path:
    """Folder named by a hash of the package's sources and Numba's version: edit any source and it is a new one."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256(f"{numba.__version__} {sys.version}".encode())
    for path in sorted(root.rglob("*.py")):
        digest.update(path.read_bytes())
    home = os.environ.get("STEEPEST_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or Path("~", ".cache").expanduser()
    return Path(home) / "steepest" / digest.hexdigest()[:16]


def _ours(item: Any) -> bool:
    return not is_record(item) or type(item).__module__.split(".")[0] == __package__.split(".")[0]


@lru_cache(None)
def _dispatcher(kernel: Callable[..., Any], cached: bool) -> Any:
    dispatcher = numba.njit(nogil=True, fastmath=FASTMATH, error_model="numpy")(kernel)
    if numba.config.DISABLE_JIT:
        return dispatcher
    if cached:
        _attach_cache(dispatcher, kernel)
    _compile_uninterrupted(dispatcher)
    return dispatcher


def _compile_uninterrupted(dispatcher: Any) -> None:
    """Have Ctrl-C wait for the end of a compilation: broken off, it would keep Numba's lock for ever."""
    compile_for = dispatcher._compile_for_args

    def _compile_and_then_interrupt(*args: Any, **named: Any) -> Any:
        with postponed_interrupt():
            return compile_for(*args, **named)

    dispatcher._compile_for_args = _compile_and_then_interrupt


def _attach_cache(dispatcher: Any, kernel: Callable[..., Any]) -> None:
    before = numba.config.CACHE_DIR
    try:
        numba.config.CACHE_DIR = str(cache_folder())
        cache = QuietCache(kernel)
    except (RuntimeError, OSError):
        return  # no home, or nowhere to write: compile in each process
    finally:
        numba.config.CACHE_DIR = before
    if cache_folder() in Path(cache.cache_path).parents:  # not the folder beside the source that Numba falls back to
        dispatcher._cache = cache


def compiled(kernel: Callable[..., Any], *records: object) -> Callable[..., Any]:
    """Compile the kernel for these records; machine code of a user's own record is never kept on disk.

    Numba's cache watches one file only: with a user's rule in it, editing the rule would run the old one.
    """
    dispatcher: Callable[..., Any] = _dispatcher(kernel, all(_ours(item) for item in records))
    return dispatcher
