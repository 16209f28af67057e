"""Pictures of descents, as scikit-learn's Displays: data as attributes, ``plot(ax=None)``, then ``ax_``, ``figure_``.

Matplotlib is imported when something is drawn (extra ``[plot]``); nobody's rcParams are changed. Every picture says in
its title what it shows, names its axes and the cost's convention, and carries `alt_text`, made from its data.

Imports ``solve`` and the rooms below it. Begin with ``displays/cost_history.py``.

>>> from steepest import GDRegressor
>>> from steepest.plots import CostHistoryDisplay
>>> model = GDRegressor(learning_rate=0.01, max_iter=400, tol=None).fit([[1.0], [3.0], [4.0]], [4.0, 3.0, 7.0])
>>> CostHistoryDisplay.from_estimator(model).optimum.__round__(4)
0.9643
"""

# What Displays share: `paper` is the look, `words` all that is written, `thinning` fewer points, `edges` limits and
# what leaves them, `cloud` rows on paper. What they are drawn of: `answer`, `predicted`, `runs`, and `drawn` functions.
# The cost over parameters: `landscape` (its costs in `heights`), seen on a `plane`, framed as a `scene`, put on paper
# as a `relief`.

from .animation import Animation, animate
from .displays.boundary import DecisionBoundaryDisplay
from .displays.comparison import ComparisonDisplay
from .displays.cost_curve import CostCurveDisplay
from .displays.cost_history import CostHistoryDisplay
from .displays.cost_shapes import CostShapesDisplay
from .displays.cost_surface import CostSurfaceDisplay
from .displays.fit import FitDisplay
from .displays.learning_rates import LearningRateDisplay
from .displays.panels import Panels
from .displays.plane_slopes import PlaneSlopesDisplay
from .displays.residuals import ResidualsDisplay
from .displays.sigmoid import SigmoidDisplay
from .displays.tangent import TangentDisplay

__all__ = [
    "Animation",
    "ComparisonDisplay",
    "CostCurveDisplay",
    "CostHistoryDisplay",
    "CostShapesDisplay",
    "CostSurfaceDisplay",
    "DecisionBoundaryDisplay",
    "FitDisplay",
    "LearningRateDisplay",
    "Panels",
    "PlaneSlopesDisplay",
    "ResidualsDisplay",
    "SigmoidDisplay",
    "TangentDisplay",
    "animate",
]
