"""Export to ONNX: converters of the estimators for skl2onnx. skl2onnx is imported when they are registered."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.errors import UsageError
from ..objective.losses import LogLoss
from ..objective.problem import read_loss
from .classifier import GDClassifier
from .classifier_cv import GDClassifierCV
from .regressor import GDRegressor
from .regressor_cv import GDRegressorCV
from .sparsity import dense

__all__ = ["register"]


def register() -> None:
    """Teach skl2onnx to convert the estimators, alone or in a pipeline.

    Then ``skl2onnx.to_onnx(model, X[:1])`` works. Regressors are converted with every loss, and compute in the
    precision of the input. Classifiers are converted with log loss: two classes, softmax, and one against the rest;
    ONNX's operator for them computes in single precision, about seven digits.

    Raises
    ------
    UsageError
        If skl2onnx is not installed; later, on conversion, if a classifier has another loss.

    Notes
    -----
    Cost: the import of skl2onnx.

    References
    ----------
    https://onnx.ai/sklearn-onnx/ (converters of one's own)
    """
    try:
        from skl2onnx import update_registered_converter
    except ImportError:
        raise UsageError("the export to ONNX needs skl2onnx: pip install 'steepest[onnx]'") from None
    from skl2onnx.common.shape_calculator import (
        calculate_linear_classifier_output_shapes,
        calculate_linear_regressor_output_shapes,
    )

    options = {"zipmap": [True, False, "columns"], "nocl": [True, False], "output_class_labels": [False, True]}
    options["raw_scores"] = [True, False]
    for lines in (GDRegressor, GDRegressorCV):
        shapes = calculate_linear_regressor_output_shapes
        update_registered_converter(lines, f"Steepest{lines.__name__}", shapes, _convert_line, overwrite=True)
    for curves in (GDClassifier, GDClassifierCV):
        shapes, name = calculate_linear_classifier_output_shapes, f"Steepest{curves.__name__}"
        update_registered_converter(curves, name, shapes, _convert_curve, overwrite=True, options=options)


def _convert_line(scope: Any, operator: Any, container: Any) -> None:
    """X . coef + intercept, and its exponential for losses of counts and amounts."""
    from skl2onnx.algebra.onnx_ops import OnnxAdd, OnnxCast, OnnxExp, OnnxMatMul
    from skl2onnx.common.data_types import DoubleTensorType, guess_proto_type

    ours, table = operator.raw_operator, operator.inputs[0]
    double = isinstance(table.type, DoubleTensorType)
    kind, version = np.float64 if double else np.float32, container.target_opset
    coef = np.atleast_2d(dense(ours.coef_)).T.astype(kind)
    intercept = np.atleast_1d(ours.intercept_).reshape(1, -1).astype(kind)
    to = guess_proto_type(operator.outputs[0].type)
    rows = OnnxCast(table, to=to, op_version=version)
    exponential = not read_loss(ours.loss).identity_link
    z = OnnxMatMul(rows, coef, op_version=version)
    names = operator.outputs[:1]
    if exponential:
        sums = OnnxAdd(z, intercept, op_version=version)
        OnnxExp(sums, op_version=version, output_names=names).add_to(scope, container)
    else:
        OnnxAdd(z, intercept, op_version=version, output_names=names).add_to(scope, container)


def _convert_curve(scope: Any, operator: Any, container: Any) -> None:
    """The converter of scikit-learn's logistic regression, for a stand-in with our coefficients."""
    from skl2onnx._supported_operators import sklearn_operator_name_map
    from skl2onnx.common._registration import get_converter
    from sklearn.linear_model import LogisticRegression

    ours = operator.raw_operator
    if not isinstance(read_loss(ours.loss), LogLoss):
        raise UsageError(f"there is no ONNX operator for a classifier by loss={ours.loss!r}: only for log_loss")
    theirs = LogisticRegression()
    theirs.coef_, theirs.intercept_ = np.atleast_2d(dense(ours.coef_)), np.atleast_1d(ours.intercept_)
    theirs.classes_, theirs.n_features_in_ = vars(ours).get("model_", ours).classes_, ours.n_features_in_
    if vars(ours).get("multi_class", "softmax") == "ovr":
        theirs.multi_class = "ovr"
    operator.raw_operator = theirs
    try:
        get_converter(sklearn_operator_name_map[LogisticRegression])(scope, operator, container)
    finally:
        operator.raw_operator = ours
