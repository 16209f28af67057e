"""Export to ONNX: the graph predicts what the estimator predicts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from steepest import GDClassifier, GDClassifierCV, GDRegressor, GDRegressorCV, onnx

skl2onnx = pytest.importorskip("skl2onnx", reason="the export needs skl2onnx")
onnxruntime = pytest.importorskip("onnxruntime", reason="running a graph needs onnxruntime")

RNG = np.random.default_rng(3)
X = RNG.standard_normal((60, 3))
Z = X @ [1.0, -2.0, 0.5] + 3.0 + RNG.standard_normal(60)
GRADES = np.array(["low", "mid", "top"])[np.digitize(Z, [2.0, 4.0])]


def run(model: Any, table: Any) -> Any:
    onnx.register()
    last = model[-1] if hasattr(model, "steps") else model
    options = {id(last): {"zipmap": False}} if hasattr(last, "classes_") else None
    graph = skl2onnx.to_onnx(model, table[:1], options=options)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"X": table})


@pytest.mark.parametrize("loss", ["squared_error", "poisson", "huber"])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_regressor_in_the_precision_of_its_input(loss: str, kind: Any) -> None:
    y = np.exp(0.2 * Z) if loss == "poisson" else Z
    model = GDRegressor(loss, alpha=0.01).fit(X, y)
    found = run(model, X.astype(kind))[0][:, 0]
    near = 1e-4 if kind is np.float32 else 1e-12
    np.testing.assert_allclose(found, model.predict(X.astype(kind)), rtol=near, atol=near / 10)


def test_several_targets() -> None:
    model = GDRegressor().fit(X, np.column_stack((Z, Z**2)))
    np.testing.assert_allclose(run(model, X)[0], model.predict(X), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("how", ["softmax", "ovr"])
@pytest.mark.parametrize("labels", [Z > 3.0, (Z > 3.0).astype(int), GRADES], ids=["bools", "ints", "three"])
def test_a_classifier(labels: Any, how: str) -> None:
    model = GDClassifier(alpha=0.01, multi_class=how).fit(X, labels)
    found = run(model, X.astype(np.float32))
    assert (found[0] == model.predict(X)).all()
    np.testing.assert_allclose(found[1], model.predict_proba(X), atol=3e-6)


@pytest.mark.parametrize("model", [GDRegressor(), GDClassifier(alpha=0.01)])
def test_a_pipeline(model: Any) -> None:
    y = Z if isinstance(model, GDRegressor) else GRADES
    pipeline = make_pipeline(StandardScaler(), model).fit(X, y)
    found = run(pipeline, X.astype(np.float32))
    if isinstance(model, GDRegressor):
        np.testing.assert_allclose(found[0][:, 0], pipeline.predict(X), rtol=1e-4, atol=1e-5)
    else:
        np.testing.assert_allclose(found[1], pipeline.predict_proba(X), atol=3e-6)


@pytest.mark.parametrize("model", [GDRegressorCV(alphas=3, cv=2), GDClassifierCV(alphas=3, cv=2)])
def test_a_choice_by_cross_validation(model: Any) -> None:
    model.fit(X, Z if isinstance(model, GDRegressorCV) else GRADES)
    found = run(model, X.astype(np.float32))[0].reshape(-1)
    if isinstance(model, GDRegressorCV):
        np.testing.assert_allclose(found, model.predict(X), rtol=1e-4, atol=1e-5)
    else:
        assert (found == model.predict(X)).all()


def test_a_loss_without_a_counterpart_is_refused() -> None:
    with pytest.raises(ValueError, match="only for log_loss"):
        run(GDClassifier("modified_huber", alpha=0.1).fit(X, Z > 3.0), X.astype(np.float32))
