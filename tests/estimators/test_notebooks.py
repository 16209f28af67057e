"""What a notebook shows of estimators, tables, verdicts, certificates, comparisons and paths: small, sound, escaped."""

from __future__ import annotations

import pickle
import re
import warnings
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from conftest import LABELS8, X8, Y8, linear_table
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from steepest import GDClassifier, GDRegressor, alpha_path, compare, minimize, read_table
from steepest.core.html_text import HEIGHT, WIDTH, curves
from steepest.descent.html import html_of

HOSTILE = ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "a\x1b[2J\u202eb", "]]></svg>&amp;"]
SHOWN = {
    "verdict": lambda: GDRegressor(learning_rate=0.01, max_iter=5, tol=None).fit(X8, Y8).verdict_,
    "certificate": lambda: GDRegressor().fit(X8, Y8).certificate_,
    "comparison": lambda: compare(
        lambda **s: minimize("(x-3)**2+2", 6.0, steps=9, **s), {"learning_rate": [0.1, 0.3, 1.1]}
    ),
    "path": lambda: alpha_path(*linear_table(1, 40, 5), n_alphas=12),
    "summary": lambda: GDRegressor().fit(X8, Y8).summary(X8, Y8),
}


def hostile_frame():
    X, y = linear_table(2, 30, len(HOSTILE))
    return pd.DataFrame(X, columns=HOSTILE), y


def sound(text):
    """The HTML as XML, if it is well-formed, without scripts or control characters."""
    assert not re.search(r"<script|<img|onerror=(?!alert\(1\)&gt;)|\x1b|\u202e|\bnan\b|\bNone\b", text)
    return ET.fromstring(text)


@pytest.mark.parametrize("what", SHOWN)
@pytest.mark.filterwarnings("ignore")
def test_each_is_sound_and_small(what):
    text = SHOWN[what]()._repr_html_()
    tree = sound(text)
    assert len(text.encode()) < 40_000
    assert "".join(tree.itertext()).strip()


def test_words_and_numbers_are_those_of_the_object():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        verdict, runs = SHOWN["verdict"](), SHOWN["comparison"]()
    assert verdict.message.split(":")[0] in "".join(sound(verdict._repr_html_()).itertext())
    assert f"Try {verdict.advice}" in "".join(sound(verdict._repr_html_()).itertext())
    words = runs._repr_html_()
    assert words.count("<polyline") == 3
    assert [row.find("th").text for row in sound(words).iter("tr")][1:] == list(runs.labels)
    path = SHOWN["path"]()
    found = sound(path._repr_html_())
    assert sum(1 for _ in found.iter("{http://www.w3.org/2000/svg}polyline")) == 5
    last = [cell.text for cell in list(found.iter("tr"))[-1]]
    assert last[0] == f"{path.alphas[-1]:.4g}"
    assert last[1] == str(np.count_nonzero(path.coefs[:, -1]))


def test_hostile_names_are_escaped_everywhere():
    X, y = hostile_frame()
    model = GDRegressor().fit(X, y)
    sound(html_of(model.trajectory_))
    sound(model.summary(X, y)._repr_html_())
    sound(model.verdict_._replace(message=HOSTILE[0], notes=tuple(HOSTILE), advice=HOSTILE[1])._repr_html_())
    sound(model.certificate_._replace(kind=HOSTILE[0])._repr_html_())
    runs = compare(lambda **_: model, {name: {} for name in HOSTILE})
    sound(runs._repr_html_())
    assert "&lt;script&gt;alert(1)" in runs._repr_html_()


def test_a_table_shows_its_first_rows(tmp_path):
    X, y = hostile_frame()
    file = tmp_path / "<b>t.csv"
    X.assign(label=np.where(y > 0, "<i>yes", "no")).to_csv(file, index=False)
    found = read_table(file, target="label", labels=True)
    tree = sound(found._repr_html_())
    rows = [[cell.text for cell in row] for row in tree.iter("tr")]
    assert len(rows) == 6
    assert rows[0][-1] == "label"
    assert rows[1][-1] == found.y[0]
    assert float(rows[1][1]) == pytest.approx(X.iloc[0, 0], rel=1e-5)
    assert "30 rows, 4 columns" in "".join(tree.itertext())
    sparse = tmp_path / "s.libsvm"
    sparse.write_text("".join(f"1 {j}:2.5 20:1\n" for j in range(1, 8)))
    assert "..." in read_table(sparse)._repr_html_()


# ------------------------------------------------------------------ estimators


@pytest.mark.parametrize("make", [lambda: GDRegressor(), lambda: GDClassifier(alpha=0.1)])
def test_an_estimator_shows_its_run_below_the_diagram(make):
    model = make()
    before = model._repr_html_()
    model.fit(X8, Y8 if isinstance(model, GDRegressor) else LABELS8)
    own = html_of(model.trajectory_)
    assert own not in before
    for text in (model._repr_html_(), model._repr_mimebundle_()["text/html"]):
        assert text.endswith(own)
        assert "sk-" in text
        assert model.verdict_.status.capitalize() in text
    assert "<div" not in model._repr_mimebundle_()["text/plain"]


def test_several_runs_show_the_verdict():
    model = GDClassifier(alpha=0.1, multi_class="ovr").fit(X8, [0, 0, 1, 1, 2, 2, 0, 1])
    assert model.verdict_.message.split(",")[0] in model._repr_html_()
    assert "polyline" not in model._repr_html_()


def test_scikit_learn_shows_pipelines_as_before():
    model = GDRegressor().fit(X8, Y8)
    inside = make_pipeline(StandardScaler(), model)
    for whole in (inside, GridSearchCV(inside, {}), make_column_transformer((model, [0]))):
        text = whole._repr_html_()
        assert "GDRegressor" in text
        assert "cost from" not in text
    with config_context(display="text"):
        assert not hasattr(model, "_repr_html_")
        assert list(model._repr_mimebundle_()) == ["text/plain"]
    assert "cost from" not in clone(model)._repr_html_()
    assert pickle.loads(pickle.dumps(model))._repr_html_().count("<svg") >= 1


def test_a_stream_shows_its_last_chunk():
    model = GDRegressor().partial_fit(X8, Y8)
    assert "step" in model._repr_html_()


# ------------------------------------------------------------------ small pictures


def test_curves_are_inside_of_their_frame():
    text = curves([(np.arange(5000), np.cos(np.arange(5000.0))), ([0, 1, 2], [np.nan, 1e200, 0.5])], "<waves>")
    tree = sound(text)
    (line,) = tree.iter("{http://www.w3.org/2000/svg}polyline")
    points = np.array([pair.split(",") for pair in line.get("points").split()], float)
    assert len(points) == 200
    assert (points >= 0).all()
    assert (points <= [WIDTH, HEIGHT]).all()
    assert "&lt;waves&gt;" in text
    assert curves([([1.0, 1.0], [2.0, 2.0])], "one place").count("polyline") == 1
