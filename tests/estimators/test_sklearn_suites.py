"""scikit-learn's own tests of its linear models, run on ours: every case that is left out says why, the others pass."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import adapter_exact
import adapter_sgd
import numpy as np
import pytest
import sklearn
from conftest import ROOT
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import SGDClassifier

from steepest import GDClassifier
from steepest.core.errors import UsageError
from steepest.kernels.compiler import numba

FILES = ("test_sgd", "test_logistic", "test_base")
PINNED = "1.9.1"
COUNTS = {  # of the pinned version: cases collected, of these such as need no other array library, passed on ours
    "test_sgd": (267, 267, 165),
    "test_logistic": (688, 298, 191),
    "test_base": (90, 88, 58),
}
LEAST = {"test_sgd": 0.6, "test_logistic": 0.6}  # share of the second number; a fifth of test_sgd is one-class SVM
ARRAYS = r"test_logistic\.py::test_logistic_regression_array_api|test_array_api|array_api_on_float32"

DESELECTED = (
    # no counterpart
    (ARRAYS, "tables of other array libraries, which are not installed: skipped there too"),
    (r"(?i)one_?class|ocsvm", "one-class SVM: no such model here"),
    (r"test_zero_max_iter", "max_iter=0: at least one epoch here"),
    (r"callback", "their callback protocol; ours is a function of a State"),
    (r"test_logistic_cv_folds_with_classes_missing", "classes missing from a fold: a fit knows its own classes alone"),
    (r"scores_differ_when_sample_weight|passing_params_without", "routing of metadata inside LogisticRegressionCV"),
    (r"test_liblinear_dual_random_state", "random steps in the dual: no fit here depends on random_state at a batch"),
    (r"test_inplace_data_preprocessing\[.*None\]", "asks that copy_X=False spoil X; no table is changed here"),
    (r"test_dtype_match\[.*liblinear", "asks for double coefficients of single tables, of one solver alone"),
    (r"test_large_sparse_matrix\[.*(liblinear|sag)", "asks that 64-bit indices be refused; they are taken here"),
    (r"positive_and_sparse", "asks that a sparse table be refused with positive=True; it is taken here"),
    (r"test_input_format\[S.*Regressor", "asks that two columns of targets be refused; GDRegressor fits them"),
    (r"test_loss_function_epsilon|test_sgd_predict_proba_method", "their table of losses, and the text of an error"),
    # attributes and functions of theirs
    (r"test_plain_has_no_average_attr", "private attributes (_average_coef)"),
    (r"test_validation_mask_correctly_subsets", "private class _ValidationScoreCallback"),
    (r"test_consistency_path|regression_path_|test_logistic_cv_multinomial_score", "private functions of a path"),
    (r"test_get_default_scorer|test_logreg_predict_proba_multinomial", "private methods of theirs"),
    (r"preprocess_data|rescale_data|make_dataset|test_predict_proba_lr", "private functions of _base, none of ours"),
    (
        r"test_logistic_cv\[.*True|test_multinomial_cv_iris|test_n_iter\[True|CV_no_refit|elasticnet_attribute_shapes"
        r"|CV_on_folds|test_scores_attribute_layout",
        "attributes that use_legacy_attributes=True keeps in dicts by class, deprecated there",
    ),
    # messages and warnings of theirs
    (r"test_max_iter\[", "their text by solver; ours is one NotConvergedWarning, a ConvergenceWarning too"),
    (r"test_nan$", "their text; ours names row and column"),
    (r"test_check_solver_option|l1_ratio_err_helpful|multiclass_raises", "their text, and what a solver cannot do"),
    (r"test_liblinear_with_large_values|test_underflow_or_overflow", "their text; ours names row and column"),
    (r"test_sgd_failing_penalty_validation|test_provide_coef|test_set_intercept_offset\[", "their text"),
    (r"test_sgd_early_stopping_with_partial_fit", "their text; ours points to loss_curve_"),
    (r"test_partial_fit_weight_class_balanced|test_sgd_error_on_zero_validation", "their text"),
    (r"test_power_t_limits|test_penalty_deprecated|test_l1_ratio_None|warns_with", "warnings of their deprecations"),
    (r"test_l1_ratio_non_elasticnet|test_lr_penalty_l1ratio|test_penalty_none|lr_scoring_warns", "the same there"),
    # numbers that depend on how theirs goes
    (r"test_newton_cholesky_fallback", "how many iterations two of their solvers take"),
    (r"test_tol_parameter|test_multi_thread_multi_class", "how many epochs theirs takes until it stalls"),
    (r"test_validation_set_not_used", "which rows theirs draws to hold them back"),
    (r"test_l1_ratio$", "the same steps for L2 and nearly L2; with some L1, ours goes by all rows"),
    (r"test_large_regularization\[l2", "a step cut where alpha eta > 1; the textbook's diverges there, and says so"),
    (r"test_class_weights\[|test_sample_weights\[", "asked where the optimum (-1, -0.2) has a tie: noise decides"),
    # time
    (
        r"test_SGDClassifier_fit_for_all_backends",
        "passes, in some 25 s each: the slow intercept of theirs is a rule of whole rows",
    ),
    (r"test_LogisticRegressionCV_GridSearchCV_elastic_net\[3", "passes, in some 10 s: 90 fits of softmax"),
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What became of every case, in a process of its own since modules of scikit-learn are changed in it."""
    if numba.config.DISABLE_JIT:
        pytest.skip("a quarter of an hour without compiled steps; the compiled suite runs it")
    folder = tmp_path_factory.mktemp("theirs")
    table, out = folder / "table.json", folder / "found.json"
    table.write_text(json.dumps([pattern for pattern, _ in DESELECTED]))
    paths = [str(ROOT / "tests" / "support"), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    own = {"THEIR_TESTS_TABLE": str(table), "THEIR_TESTS_FOUND": str(out), "PYTHONPATH": os.pathsep.join(paths)}
    place = ("-c", os.devnull, "--rootdir", str(Path(sklearn.__file__).parent))
    plain = (*place, "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line", "-W", "ignore")
    theirs = ("--pyargs", *(f"sklearn.linear_model.tests.{name}" for name in FILES))
    command = (sys.executable, "-m", "pytest", "-p", "adapter", *plain, *theirs)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "SKLEARN_"))} | own
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    assert out.exists(), done.stdout + done.stderr
    return json.loads(out.read_text()) | {"said": done.stdout}


def of(found, file, outcome):
    return [name for name in found[outcome] if name.startswith(file + ".py")]


def passed(found, file):
    return [name for name in of(found, file, "outcome") if found["outcome"][name] == "passed"]


@pytest.mark.parametrize("model", [*adapter_exact.Classifier.__subclasses__(), *adapter_sgd.Sampled.__subclasses__()])
def test_adapters_inherit_from_no_model_of_theirs(model):
    assert not [cls for cls in model.__mro__ if cls.__module__.startswith("sklearn.linear_model")]


def test_every_case_that_is_not_deselected_passes(found):
    wrong = {name: what for name, what in found["outcome"].items() if what != "passed"}
    assert not wrong, found["said"][-5000:]
    assert set(found["outcome"]) | set(found["deselected"]) == set(found["collected"])


@pytest.mark.parametrize("file", LEAST)
def test_share_that_passes(found, file):
    runs = [name for name in of(found, file, "collected") if not re.search(ARRAYS, name)]
    assert len(passed(found, file)) >= LEAST[file] * len(runs)


@pytest.mark.skipif(sklearn.__version__ != PINNED, reason=f"counts are those of scikit-learn {PINNED}")
@pytest.mark.parametrize("file", FILES)
def test_counts_of_the_pinned_version(found, file):
    collected = of(found, file, "collected")
    runs = [name for name in collected if not re.search(ARRAYS, name)]
    assert (len(collected), len(runs), len(passed(found, file))) == COUNTS[file]


@pytest.mark.skipif(sklearn.__version__ != PINNED, reason=f"names are those of scikit-learn {PINNED}")
def test_no_pattern_is_idle_and_each_has_a_reason(found):
    used = set(found["deselected"].values())
    assert [pattern for pattern, reason in DESELECTED if pattern not in used or len(reason) < 10] == []


def test_a_loss_without_probabilities_has_no_such_methods():  # their test_sgd_predict_proba_method_access, in our words
    model = GDClassifier("hinge", alpha=0.1)
    assert not hasattr(model, "predict_proba")
    assert not hasattr(model, "predict_log_proba")
    assert not hasattr(GDClassifier("hing"), "predict_proba")
    assert hasattr(model.set_params(loss="log_loss"), "predict_proba")
    assert hasattr(model.set_params(loss="modified_huber"), "predict_log_proba")
    with pytest.raises(UsageError, match="has no probabilities: use decision_function"):
        GDClassifier("hinge").predict_proba([[0.0]])


def test_what_asks_for_probabilities_first_takes_decisions_where_there_are_none():
    X, y = [[float(i)] for i in range(20)], [i > 8 for i in range(20)]
    stacked = StackingClassifier([("svm", GDClassifier("hinge", alpha=0.01))], GDClassifier(alpha=0.1)).fit(X, y)
    assert stacked.stack_method_ == ["decision_function"]
    assert stacked.score(X, y) >= 0.9


@pytest.mark.parametrize("rate", ["optimal", "constant"])
@pytest.mark.parametrize("loss", ["hinge", "log_loss", "squared_epsilon_insensitive"])
def test_the_settings_are_mapped_to_the_very_steps_of_theirs(loss, rate):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 3))
    y = (X @ rng.standard_normal((3, 3))).argmax(1)
    given = {"alpha": 0.1, "eta0": 0.01, "shuffle": False, "tol": None, "max_iter": 3, "class_weight": {0: 3.0, 2: 0.5}}
    ours, theirs = (cls(loss, learning_rate=rate, **given) for cls in (adapter_sgd.SGDClassifier, SGDClassifier))
    weight = rng.uniform(0.5, 2, 40)
    ours.fit(X, y, sample_weight=weight)
    theirs.fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-9)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-9)
