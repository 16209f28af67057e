"""The example of the docs: MLflow keeps a model file and predicts with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from page_blocks import blocks_of

from steepest import GDRegressor

mlflow = pytest.importorskip("mlflow", reason="the example needs mlflow, which is no dependency")

PAGE = Path(__file__).parents[2] / "docs" / "use" / "export.md"


@pytest.mark.filterwarnings("default")
def test_mlflow_predicts_with_a_model_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (body,) = (block.body for block in blocks_of(PAGE.read_text(encoding="utf-8")) if "set_model" in block.body)
    Path("steepest_model.py").write_text(body)
    X = np.random.default_rng(0).standard_normal((20, 2))
    model = GDRegressor().fit(X, X @ [1.0, 2.0] + 3.0)
    model.save("model.json")
    mlflow.pyfunc.save_model(
        "folder", python_model="steepest_model.py", artifacts={"model": "model.json"}, pip_requirements=["steepest"]
    )
    assert (mlflow.pyfunc.load_model("folder").predict(X) == model.predict(X)).all()
