"""Rules of steepest descent and of momentum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import rule
from ...core.types import Gradient, Memory

__all__ = ["Accelerated", "Momentum", "Nesterov", "Plain"]


@rule(slots=0, proximal=True)
class Plain(NamedTuple):
    """Steepest descent: p = g, so w <- w - eta g.

    Cost: none beyond the gradient.

    References
    ----------
    Cauchy, A. (1847). Methode generale pour la resolution des systemes d'equations simultanees. C. R. Acad. Sci. 25.
    Nocedal, J. and Wright, S. (2006). Numerical Optimization, 3.3. doi:10.1007/978-0-387-40065-5

    Examples
    --------
    >>> Plain().direction(2.0, (), 1)
    2.0
    """

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = g."""
        return g

    @property
    def stability(self) -> float:
        """2: a rate above 2 / L diverges."""
        return 2.0


@rule(slots=1)
class Momentum(NamedTuple):
    """Heavy ball: v <- beta v + g, p = v (the form of torch.optim.SGD without dampening).

    Cost: 2 flops a coordinate.

    Parameters
    ----------
    beta : float, 0 <= beta < 1, default 0.9
        Share of the last velocity that is kept; the steady step is 1 / (1 - beta) times the plain one.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods. USSR Comp. Math. 4(5).
    doi:10.1016/0041-5553(64)90137-5

    Examples
    --------
    >>> import numpy as np
    >>> v = np.array([1.0])
    >>> float(Momentum(0.5).direction(2.0, v, 1))
    2.5
    """

    beta: float = 0.9

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """v <- beta v + g; p = v."""
        memory[0] = self.beta * memory[0] + g
        return memory[0]

    @property
    def memory_share(self) -> float:
        """Share of the last direction that is kept: beta."""
        return self.beta

    @property
    def stability(self) -> float:
        """2 (1 + beta), more than that of plain steps."""
        return 2.0 * (1.0 + self.beta)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return None if 0 <= self.beta < 1 else f"momentum needs 0 <= beta < 1, not {self.beta!r}"


@rule(slots=1)
class Nesterov(NamedTuple):
    """Nesterov's momentum: v <- beta v + g, p = g + beta v (the form of torch.optim.SGD with nesterov=True).

    The point that moves is the look-ahead point, where gradients are taken. Cost: 4 flops a coordinate.

    Parameters
    ----------
    beta : float, 0 <= beta < 1, default 0.9
        Share of the last velocity that is kept.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Nesterov, Y. (1983). A method of solving a convex programming problem with convergence rate ``O(1/k^2)``. Soviet
    Math. Dokl. 27. https://www.mathnet.ru/eng/dan46009 Sutskever, I. et al. (2013). On the importance of initialization
    and momentum in deep learning. ICML. https://proceedings.mlr.press/v28/sutskever13.html

    Examples
    --------
    >>> import numpy as np
    >>> v = np.array([1.0])
    >>> float(Nesterov(0.5).direction(2.0, v, 1))
    3.25
    """

    beta: float = 0.9

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """v <- beta v + g; p = g + beta v."""
        memory[0] = self.beta * memory[0] + g
        return g + self.beta * memory[0]

    @property
    def memory_share(self) -> float:
        """Share of the last direction that is kept: beta."""
        return self.beta

    @property
    def stability(self) -> float:
        """2 (1 + beta) / (1 + 2 beta), less than that of plain steps."""
        return 2.0 * (1.0 + self.beta) / (1.0 + 2.0 * self.beta)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return None if 0 <= self.beta < 1 else f"nesterov needs 0 <= beta < 1, not {self.beta!r}"


@rule(slots=2, elementwise=False)
class Accelerated(NamedTuple):
    """Nesterov's momentum with the growing coefficient of 1983 and adaptive restart: no setting, step 1/L.

    With theta_1 = 1, theta_{t+1} = (1 + sqrt(1 + 4 theta_t^2)) / 2 and beta_t = (theta_t - 1) / theta_{t+1}: v <-
    beta_{t-1} v + g, p = g + beta_t v. When the velocity points uphill, <g, v> < 0, velocity and theta are reset. Meant
    for a constant learning rate of 1/L, where the error falls like (1 - 1/sqrt(kappa))^t. Cost: 14 flops a coordinate.

    References
    ----------
    O'Donoghue, B. and Candes, E. (2015). Adaptive restart for accelerated gradient schemes. Found. Comput. Math. 15.
    doi:10.1007/s10208-013-9150-3

    Examples
    --------
    >>> import numpy as np
    >>> memory = np.zeros((2, 1))
    >>> Accelerated().direction(np.array([2.0]), memory, 1)
    array([2.])
    """

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """v <- beta_{t-1} v + g, reset if it points uphill; p = g + beta_t v."""
        v = memory[0] + g
        theta = np.maximum(memory[1], 1.0)
        if np.sum(g * v) < 0.0:
            v = g + 0.0
            theta = 0.0 * theta + 1.0
        after = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * theta * theta))
        memory[0] = (theta - 1.0) / after * v
        memory[1] = after
        return g + memory[0]
