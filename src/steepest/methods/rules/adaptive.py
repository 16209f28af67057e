"""Rules that scale each coordinate by the size of its own gradients, and Lion, which uses only the sign."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import rule
from ...core.records import Fields, to_name
from ...core.types import Gradient, Memory

__all__ = ["AdaDelta", "AdaGrad", "Lion", "RMSProp"]


def refusal(rule: Fields, *shares: str) -> str | None:
    """A message on the first of these fields outside 0 <= share < 1, or on a bad eps; None if all are valid."""
    name, fields = to_name(type(rule)), rule._asdict()
    eps = fields.get("eps", 1.0)
    for field in shares:
        if not 0 <= fields[field] < 1:
            return f"{name} needs 0 <= {field} < 1, not {fields[field]!r}"
    return None if 0 < eps < np.inf else f"{name} needs a positive eps, not {eps!r}"


@rule(slots=1)
class AdaGrad(NamedTuple):
    """Steps divided by the root of all squared slopes so far: v <- v + g^2, p = g / (sqrt(v) + eps).

    The form of torch.optim.Adagrad without lr_decay. The first step is eta in every coordinate, later ones shrink like
    1 / sqrt(t). Cost: 5 flops a coordinate.

    Parameters
    ----------
    eps : float > 0, default 1e-10
        Added to the root, so that 0 / 0 is 0.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Duchi, J., Hazan, E. and Singer, Y. (2011). Adaptive subgradient methods for online learning and stochastic
    optimization. J. Mach. Learn. Res. 12, 2121-2159. https://jmlr.org/papers/v12/duchi11a.html

    Examples
    --------
    >>> import numpy as np
    >>> round(float(AdaGrad().direction(3.0, np.array([16.0]), 2)), 6)
    0.6
    """

    eps: float = 1e-10

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """v <- v + g^2; p = g / (sqrt(v) + eps)."""
        memory[0] = memory[0] + g * g
        return g / (np.sqrt(memory[0]) + self.eps)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return refusal(self)


@rule(slots=2)
class AdaDelta(NamedTuple):
    """Gradients scaled by the ratio of recent steps to recent gradients, so that p has the units of w; meant for eta 1.

    v <- rho v + (1 - rho) g^2, p = g sqrt(u + eps) / sqrt(v + eps), u <- rho u + (1 - rho) p^2: the form of
    torch.optim.Adadelta. Cost: 11 flops a coordinate.

    Parameters
    ----------
    rho : float, 0 <= rho < 1, default 0.9
        Share of both means that is kept.
    eps : float > 0, default 1e-06
        Inside the roots; the first step is sqrt(eps / (1 - rho)) in each coordinate that has a slope well above it.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Zeiler, M. (2012). ADADELTA: an adaptive learning rate method. arXiv:1212.5701

    Examples
    --------
    >>> import numpy as np
    >>> round(float(AdaDelta(0.75).direction(3.0, np.zeros(2), 1)), 6)
    0.002
    """

    rho: float = 0.9
    eps: float = 1e-6

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = g sqrt(u + eps) / sqrt(v + eps), with u and v the means of p^2 before and of g^2 up to this step."""
        memory[0] = self.rho * memory[0] + (1.0 - self.rho) * g * g
        p = g * np.sqrt(memory[1] + self.eps) / np.sqrt(memory[0] + self.eps)
        memory[1] = self.rho * memory[1] + (1.0 - self.rho) * p * p
        return p

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return refusal(self, "rho")


@rule(slots=2)
class RMSProp(NamedTuple):
    """Slopes divided by the root of their recent mean square: v <- alpha v + (1 - alpha) g^2, p = g / (sqrt(v) + eps).

    The form of torch.optim.RMSprop without momentum. Centred, the mean slope m <- alpha m + (1 - alpha) g is taken off:
    p = g / (sqrt(v - m^2) + eps). Cost: 7 flops a coordinate, 11 centred.

    Parameters
    ----------
    alpha : float, 0 <= alpha < 1, default 0.99
        Share of the means that is kept.
    eps : float > 0, default 1e-08
        Added to the root.
    centred : 0 or 1, default 0
        Whether the standard deviation of the slopes replaces their root mean square.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Tieleman, T. and Hinton, G. (2012). Lecture 6.5, rmsprop. Coursera: Neural Networks for Machine Learning. Centred:
    Graves, A. (2013). Generating sequences with recurrent neural networks. arXiv:1308.0850

    Examples
    --------
    >>> import numpy as np
    >>> round(float(RMSProp(0.75).direction(3.0, np.zeros(2), 1)), 6)
    2.0
    """

    alpha: float = 0.99
    eps: float = 1e-8
    centred: int = 0

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = g / (sqrt(v - m^2) + eps), with m 0 unless centred."""
        memory[0] = self.alpha * memory[0] + (1.0 - self.alpha) * g * g
        memory[1] = self.alpha * memory[1] + self.centred * (1.0 - self.alpha) * g
        return g / (np.sqrt(np.maximum(memory[0] - memory[1] * memory[1], 0.0)) + self.eps)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        if self.centred not in (0, 1):
            return f"rmsprop needs centred to be 0 or 1, not {self.centred!r}"
        return refusal(self, "alpha")


@rule(slots=1, sees=("weights",))
class Lion(NamedTuple):
    """The sign of a mean of slopes: p = sign(beta1 m + (1 - beta1) g) + decay w, then m <- beta2 m + (1 - beta2) g.

    Every coordinate moves by eta or not at all; learning rates that fit are 3 to 10 times smaller than Adam's. The
    intercept is not decayed. Cost: 8 flops a coordinate.

    Parameters
    ----------
    beta1, beta2 : float, 0 <= beta < 1, defaults 0.9 and 0.99
        Share of the mean in the sign, and share of it that is kept.
    decay : float >= 0, default 0.0
        Decay of the weights, decoupled from the slopes as in `AdamW`.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Chen, X. et al. (2023). Symbolic discovery of optimization algorithms. NeurIPS. arXiv:2302.06675

    Examples
    --------
    >>> import numpy as np
    >>> memory = np.array([-1.0, 0.0])
    >>> float(Lion().direction(2.0, memory, 1)), round(float(memory[0]), 6)
    (-1.0, -0.97)
    """

    beta1: float = 0.9
    beta2: float = 0.99
    decay: float = 0.0

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = sign(beta1 m + (1 - beta1) g) + decay w; m <- beta2 m + (1 - beta2) g."""
        p = np.sign(self.beta1 * memory[0] + (1.0 - self.beta1) * g) + self.decay * memory[1]
        memory[0] = self.beta2 * memory[0] + (1.0 - self.beta2) * g
        return p

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        if not 0 <= self.decay < np.inf:
            return f"lion needs decay >= 0, not {self.decay!r}"
        return refusal(self, "beta1", "beta2")
