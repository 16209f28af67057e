"""The Adam family: a mean of gradients divided by a measure of their size, both with bias correction."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import rule
from ...core.types import Gradient, Memory
from .adaptive import refusal

__all__ = ["AMSGrad", "AdaMax", "Adam", "AdamW", "Nadam"]


@rule(slots=2)
class Adam(NamedTuple):
    """Mean slope over root mean square slope: p = mhat / (sqrt(vhat) + eps).

    m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, mhat = m / (1 - beta1^t), vhat = v / (1 - beta2^t):
    the form of the paper and of torch.optim.Adam. Steps are about eta at first, whatever the scale of g. Cost: 13 flops
    a coordinate.

    Parameters
    ----------
    beta1, beta2 : float, 0 <= beta < 1, defaults 0.9 and 0.999
        Share of the mean of g, and of g^2, that is kept.
    eps : float > 0, default 1e-08
        Added to the root; where slopes are smaller than it, steps shrink with them.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Kingma, D. and Ba, J. (2015). Adam: a method for stochastic optimization. ICLR. arXiv:1412.6980

    Examples
    --------
    >>> import numpy as np
    >>> round(float(Adam().direction(3.0, np.zeros(2), 1)), 6)
    1.0
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = mhat / (sqrt(vhat) + eps)."""
        memory[0] = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        memory[1] = self.beta2 * memory[1] + (1.0 - self.beta2) * g * g
        size = np.sqrt(memory[1]) / np.sqrt(1.0 - self.beta2**t) + self.eps
        return memory[0] / (1.0 - self.beta1**t) / size

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return refusal(self, "beta1", "beta2")


@rule(slots=2, sees=("weights",))
class AdamW(NamedTuple):
    """Adam with decoupled weight decay: p = mhat / (sqrt(vhat) + eps) + decay w, and the intercept is not decayed.

    The form of torch.optim.AdamW: each step takes the share eta decay off the weights, whatever the slopes are. The
    decay is not part of the reported cost; an L2 penalty is, see `penalties.L2`. Cost: 15 flops a coordinate.

    Parameters
    ----------
    beta1, beta2, eps : float, defaults 0.9, 0.999 and 1e-08
        As in `Adam`.
    decay : float >= 0, default 0.01
        Decay rate of the weights, in the units in which the descent runs.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Loshchilov, I. and Hutter, F. (2019). Decoupled weight decay regularization. ICLR. arXiv:1711.05101

    Examples
    --------
    >>> import numpy as np
    >>> round(float(AdamW(decay=0.5).direction(3.0, np.array([0.0, 0.0, 4.0]), 1)), 6)
    3.0
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    decay: float = 0.01

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = mhat / (sqrt(vhat) + eps) + decay w."""
        memory[0] = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        memory[1] = self.beta2 * memory[1] + (1.0 - self.beta2) * g * g
        size = np.sqrt(memory[1]) / np.sqrt(1.0 - self.beta2**t) + self.eps
        return memory[0] / (1.0 - self.beta1**t) / size + self.decay * memory[2]

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        if not 0 <= self.decay < np.inf:
            return f"adamw needs decay >= 0, not {self.decay!r}"
        return refusal(self, "beta1", "beta2")


@rule(slots=2)
class AdaMax(NamedTuple):
    """Adam in the largest norm: ``u <- max(beta2 u, |g| + eps)``, ``p = m / (1 - beta1^t) / u``.

    The form of torch.optim.Adamax; the paper's has no eps, which a tiny eps gives. Cost: 9 flops a coordinate.

    Parameters
    ----------
    beta1, beta2 : float, 0 <= beta < 1, defaults 0.9 and 0.999
        Share of the mean of g, and of the largest size, that is kept.
    eps : float > 0, default 1e-08
        Added to each size.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Kingma, D. and Ba, J. (2015). Adam: a method for stochastic optimization, 7.1. ICLR. arXiv:1412.6980

    Examples
    --------
    >>> import numpy as np
    >>> round(float(AdaMax(beta1=0.75).direction(-2.0, np.array([0.0, 8.0]), 1)), 6)
    -0.25025
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = m / (1 - beta1^t) / u."""
        memory[0] = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        memory[1] = np.maximum(self.beta2 * memory[1], np.abs(g) + self.eps)
        return memory[0] / (1.0 - self.beta1**t) / memory[1]

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return refusal(self, "beta1", "beta2")


@rule(slots=3)
class Nadam(NamedTuple):
    """Adam with Nesterov's momentum: the mean slope of the next step, as far as it is known, in place of this one's.

    With mu_t = beta1 (1 - 0.96^(warmup t) / 2) and M_t the product of mu_1 .. mu_t, p = mbar / (sqrt(vhat) + eps) with
    mbar = mu_{t+1} m / (1 - M_{t+1}) + (1 - mu_t) g / (1 - M_t): the form of torch.optim.NAdam. The ``textbook`` form,
    which is optax's too, leaves the warm-up out: mu_t = beta1. Cost: 16 flops a coordinate.

    Parameters
    ----------
    beta1, beta2, eps : float, defaults 0.9, 0.999 and 1e-08
        As in `Adam`.
    warmup : float >= 0, default 0.004
        Speed at which mu_t rises from beta1 / 2 to beta1 (torch: momentum_decay).
    textbook : 0 or 1, default 0
        Whether mu_t is beta1 from the first step.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Dozat, T. (2016). Incorporating Nesterov momentum into Adam. ICLR workshop.
    https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ

    Examples
    --------
    >>> import numpy as np
    >>> round(float(Nadam(textbook=1).direction(3.0, np.zeros(3), 1)), 6)
    1.473684
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    warmup: float = 4e-3
    textbook: int = 0

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = mbar / (sqrt(vhat) + eps); the last slot holds 1 - M_t, which is 0 at the start."""
        low = 0.5 * (1 - self.textbook)
        mu = self.beta1 * (1.0 - low * 0.96 ** (self.warmup * t))
        after = self.beta1 * (1.0 - low * 0.96 ** (self.warmup * (t + 1)))
        memory[0] = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        memory[1] = self.beta2 * memory[1] + (1.0 - self.beta2) * g * g
        product = mu * (1.0 - memory[2])
        memory[2] = 1.0 - product
        mean = after * memory[0] / (1.0 - after * product) + (1.0 - mu) * g / memory[2]
        return mean / (np.sqrt(memory[1] / (1.0 - self.beta2**t)) + self.eps)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        if self.textbook not in (0, 1) or not 0 <= self.warmup < np.inf:
            return f"nadam needs textbook 0 or 1 and warmup >= 0, not {self.textbook!r} and {self.warmup!r}"
        return refusal(self, "beta1", "beta2")


@rule(slots=3)
class AMSGrad(NamedTuple):
    """Adam whose measure of size never falls: u <- max(u, v), p = mhat / (sqrt(u / (1 - beta2^t)) + eps).

    The form of torch.optim.Adam with amsgrad=True. The ``textbook`` form has no correction for the start at 0: p = m /
    (sqrt(u) + eps). Optax takes the largest vhat in place of v. Cost: 14 flops a coordinate.

    Parameters
    ----------
    beta1, beta2, eps : float, defaults 0.9, 0.999 and 1e-08
        As in `Adam`.
    textbook : 0 or 1, default 0
        Whether means are taken as they are.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Reddi, S., Kale, S. and Kumar, S. (2018). On the convergence of Adam and beyond. ICLR. arXiv:1904.09237

    Examples
    --------
    >>> import numpy as np
    >>> round(float(AMSGrad().direction(3.0, np.array([0.0, 0.0, 0.036]), 1)), 6)
    0.5
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    textbook: int = 0

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = mhat / (sqrt(u / (1 - beta2^t)) + eps)."""
        memory[0] = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        memory[1] = self.beta2 * memory[1] + (1.0 - self.beta2) * g * g
        memory[2] = np.maximum(memory[2], memory[1])
        corrected = 1 - self.textbook
        size = np.sqrt(memory[2]) / np.sqrt(1.0 - corrected * self.beta2**t) + self.eps
        return memory[0] / (1.0 - corrected * self.beta1**t) / size

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        if self.textbook not in (0, 1):
            return f"amsgrad needs textbook to be 0 or 1, not {self.textbook!r}"
        return refusal(self, "beta1", "beta2")
