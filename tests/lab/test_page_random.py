"""The page at random settings: no bad number, no blank picture."""

from __future__ import annotations

import json
import random
import re

from lab.page_support import frames

BAD_WORDS = re.compile(r"\b(NaN|Infinity|undefined|null)\b|\[object")

BLANK = """[...document.querySelectorAll('canvas')].filter(canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set(new Uint32Array(data.buffer));
    return colours.size < 3;
}).map(canvas => canvas.dataset.testid)"""

WORDS = """document.body.innerText + [...document.querySelectorAll('[aria-label], [aria-valuetext]')]
    .map(e => ` ${e.ariaLabel} ${e.getAttribute('aria-valuetext') ?? ''}`).join(' ')"""


def random_settings(draw):
    """Settings within their limits, wild and tame."""
    table = {
        "task": "table",
        "data": draw.choice(["eight", "park"]),
        "loss": draw.choice(["squared_error", "mse", "huber"]),
    }
    classes = {"task": "table", "data": "eight-labels", "loss": draw.choice(["log_loss", "hinge", "modified_huber"])}
    formula = {
        "task": "formula",
        "formula": draw.choice(["(x-3)**2+2", "x**4-3*x**2+x", "2*x+1", "1/x", "log(x)", "exp(x*y)", "x*y"]),
    }
    rules = ["plain", "momentum", "nesterov", "adam", "rmsprop", "ada_grad", "lion", "ada_delta"]
    steps = draw.choice([1, 7, 200, 1500])
    return {
        **draw.choice([table, classes, formula]),
        "rules": draw.sample(rules, draw.randint(1, 4)),
        "rate": 10 ** draw.uniform(-8, 4),
        "batch": draw.choice([0, 0, 1, 3]),
        "sampling": draw.choice(["shuffle", "replacement", "sequential"]),
        "seed": draw.randint(0, 2**32 - 1),
        "steps": steps,
        "cursor": draw.randint(0, steps),
        "start": [draw.choice([0, 1, -1e6, 3.3, 1e9]) * draw.random() for _ in range(2)],
        "fixed": [draw.random() < 0.2, draw.random() < 0.2],
        "standardize": draw.random() < 0.3,
        "view": draw.choice(["contour", "surface"]),
        "moved": [[0, "x", draw.uniform(-1e3, 1e3)]] if draw.random() < 0.3 else [],
        "target": "",
        "features": [],
    }


def test_100_random_settings_show_no_bad_number_and_no_blank_picture(visit, lab_file):
    one = visit()
    shown = one.open(lab_file())
    draw = random.Random(16)
    for _ in range(100):
        change = random_settings(draw)
        shown.evaluate(f"steepestLab.change({json.dumps(change)})")
        frames(shown)
        assert shown.get_by_test_id("problem").text_content() == "", change
        assert not BAD_WORDS.search(shown.evaluate(WORDS)), (change, BAD_WORDS.search(shown.evaluate(WORDS)))
        assert shown.evaluate(BLANK) == [], change
    assert one.messages == []
