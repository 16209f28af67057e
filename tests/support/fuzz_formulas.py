"""Throw strings at the reader of formulas: ``python tests/support/fuzz_formulas.py [HOW_MANY] [SEED]``, 1e6 by default.

Grown by a grammar, broken by random changes, or made of noise. Each must be read or refused with one short line, within
50 ms of CPU; an audit hook ends the run if anything is imported, opened, compiled to code, executed or started.
"""

from __future__ import annotations

import random
import sys
import time

import numpy as np

from steepest.core.errors import UsageError
from steepest.objective.functions.formula import read_formula
from steepest.objective.functions.jets import FUNCTIONS

LIMIT = 0.05
CALM = ("object.__getattr__", "sys._getframe", "gc.", "time.", "cpython.run")  # events that do nothing
NAMES = ["x", "y", "x1", "x10", "theta", "pi", "e", "_", "__class__", "number", "lambda", "None", "import", "os"]
NUMBERS = ["0", "1", "2.5", ".5", "1e3", "1e-400", "1e400", "9" * 50, "0x10", "1_0", "1j", "007", "10**400"]
SIGNS = [
    "+",
    "-",
    "*",
    "/",
    "**",
    "//",
    "%",
    "@",
    "^",
    "<<",
    ",",
    "=",
    ":=",
    ".",
    " ",
    "\n",
    "#",
    "'",
    '"',
    "\\",
    "\0",
    "é",
]
HOSTILE = [
    "__import__('os').system('true')",
    "().__class__.__bases__",
    "(lambda: 0)()",
    "x.__class__",
    "[x for x in y]",
    "f'{x}'",
    "exec('x')",
    "9**9**9**9**9",
    "x if y else z",
    "print(x)",
    "`x`",
    "x\ufeff",
    "\ud800",
    "-" * 1999,
    "(" * 1999,
    "x," * 999,
    "sin(" * 600,
    "2**" * 660 + "2",
    "1e" * 900,
    "*" * 1999,
    "not x",
    "x in y",
    "await x",
    "yield x",
    "max(*x)",
    "sin(x=1)",
]


def watch(event: str, _: object) -> None:
    """End the run at any event that reading a formula must not cause; parsing to a syntax tree is not one of them."""
    if watch.on and not event.startswith(CALM):
        if event == "compile":
            return
        print(f"audit: {event}", flush=True)
        watch.seen.append(event)


watch.on, watch.seen = False, []


def grown(rng: random.Random, depth: int) -> str:
    kind = rng.randrange(8) if depth else rng.randrange(2)
    if kind == 0:
        return rng.choice(NAMES[:5])
    if kind == 1:
        return rng.choice(NUMBERS[:5])
    if kind == 2:
        name = rng.choice(list(FUNCTIONS))
        return f"{name}({', '.join(grown(rng, depth - 1) for _ in range(2 if name in ('atan2', 'min', 'max') else 1))})"
    if kind == 3:
        return f"-{grown(rng, depth - 1)}"
    if kind == 4:
        return f"({grown(rng, depth - 1)})"
    return f"{grown(rng, depth - 1)}{rng.choice([' + ', '-', '*', '/', '**'])}{grown(rng, depth - 1)}"


def broken(rng: random.Random, text: str) -> str:
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(text) + 1)
        piece = rng.choice([rng.choice(SIGNS), rng.choice(NAMES), rng.choice(NUMBERS), rng.choice(HOSTILE), "(", ")"])
        text = text[:place] + piece + text[place + rng.randrange(3) :]
    return text


def noise(rng: random.Random) -> str:
    return "".join(
        rng.choice([*SIGNS, *NAMES, *NUMBERS, "(", ")", chr(rng.randrange(0x3000))]) for _ in range(rng.randrange(40))
    )


def string(rng: random.Random) -> str:
    kind = rng.randrange(4)
    if kind == 3:
        return noise(rng)
    text = grown(rng, rng.randrange(6))
    return text if kind == 0 else broken(rng, text)


def tried(text: str) -> tuple[bool, float]:
    """Whether a string was read, and the CPU seconds it took."""
    began = time.process_time()
    watch.on = True
    try:
        formula = read_formula(text)
        formula.jet(np.ones(len(formula.names)), 2)
        read = True
    except UsageError as error:
        read = False
        if "\n" in str(error) or len(str(error)) > 400:
            raise
    finally:
        watch.on = False
    return read, time.process_time() - began


def main(count: int, seed: int) -> int:
    rng, slowest, read = random.Random(seed), (0.0, ""), 0
    tried("x + sin(y)")  # what is loaded once
    sys.addaudithook(watch)
    for i in range(count):
        text = HOSTILE[i] if i < len(HOSTILE) else string(rng)
        known, spent = tried(text)
        if spent > LIMIT:  # once more: a collection of garbage is not the formula's
            known, spent = tried(text)
        read += known
        slowest = max(slowest, (spent, text))
        if watch.seen or spent > LIMIT:
            print(f"string {i}: {text!r}: {watch.seen or f'{spent:.3f} s'}")
            return 1
    print(
        f"{count:,} strings, {read:,} read, the others refused; slowest {1000 * slowest[0]:.1f} ms: {slowest[1][:60]!r}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 0))
