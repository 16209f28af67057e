"""Pictures of descents, as Displays in the style of scikit-learn: data as attributes, and ``plot(ax=None)``.

Matplotlib is imported when something is drawn (extra ``[plot]``), and rcParams are not changed. Every picture has a
title that states its finding, labels with the formula of the cost, and an `alt_text` from its data.

Imports ``solve`` and the rooms below it. Begin with ``displays/cost_history.py``.

>>> from steepest import GDRegressor
>>> from steepest.plots import CostHistoryDisplay
>>> model = GDRegressor(learning_rate=0.01, max_iter=400, tol=None).fit([[1.0], [3.0], [4.0]], [4.0, 3.0, 7.0])
>>> CostHistoryDisplay.from_estimator(model).optimum.__round__(4)
0.9643
"""

# `displays` has one file for each picture. `drawing` is what they share: style, texts, thinning of points, limits,
# scatter plots, contours. `sources` is their input: answers, predictions, runs, functions. `landscape` is the cost over
# the parameters on a line or plane. `animation` is a descent in motion.

from .animation import Animation, animate
from .displays.boundary import DecisionBoundaryDisplay
from .displays.calibration import CalibrationDisplay
from .displays.coefficients import CoefficientsDisplay
from .displays.comparison import ComparisonDisplay
from .displays.confusion_matrix import ConfusionMatrixDisplay
from .displays.cost_curve import CostCurveDisplay
from .displays.cost_history import CostHistoryDisplay
from .displays.cost_shapes import CostShapesDisplay
from .displays.cost_slices import CostSlicesDisplay
from .displays.cost_surface import CostSurfaceDisplay
from .displays.cross_validation import CrossValidationDisplay
from .displays.fit import FitDisplay
from .displays.fit_surface import FitSurfaceDisplay
from .displays.learning_rates import LearningRateDisplay
from .displays.panels import Panels
from .displays.plane_slopes import PlaneSlopesDisplay
from .displays.precision_recall import PrecisionRecallDisplay
from .displays.regularization_path import RegularizationPathDisplay
from .displays.residuals import ResidualsDisplay
from .displays.roc_curve import RocCurveDisplay
from .displays.sigmoid import SigmoidDisplay
from .displays.sigmoid_surface import SigmoidSurfaceDisplay
from .displays.tangent import TangentDisplay

__all__ = [
    "Animation",
    "CalibrationDisplay",
    "CoefficientsDisplay",
    "ComparisonDisplay",
    "ConfusionMatrixDisplay",
    "CostCurveDisplay",
    "CostHistoryDisplay",
    "CostShapesDisplay",
    "CostSlicesDisplay",
    "CostSurfaceDisplay",
    "CrossValidationDisplay",
    "DecisionBoundaryDisplay",
    "FitDisplay",
    "FitSurfaceDisplay",
    "LearningRateDisplay",
    "Panels",
    "PlaneSlopesDisplay",
    "PrecisionRecallDisplay",
    "RegularizationPathDisplay",
    "ResidualsDisplay",
    "RocCurveDisplay",
    "SigmoidDisplay",
    "SigmoidSurfaceDisplay",
    "TangentDisplay",
    "animate",
]
