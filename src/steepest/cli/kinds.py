"""The kinds of pictures that ``plot`` draws."""

from __future__ import annotations

__all__ = ["KINDS"]


KINDS = {  # example arguments of each kind
    "cost-history": "run.npz other.npz",
    "cost-curve": "run.npz park.txt --parameter temperature",
    "cost-surface": "run.npz park.txt --parameters temperature,intercept",
    "fit": "model.json park.txt",
    "residuals": "model.json park.txt",
    "sigmoid": "model.json exam.txt",
    "cost-shapes": "model.json exam.txt",
    "decision-boundary": "model.json exam.txt",
    "comparison": "run.npz other.npz",
    "learning-rates": "slow.npz fast.npz",
    "tangent": '"(x-3)**2+2" --at 6',
    "slopes": '"2*x + 3*y + 1" --at 1,2',
}
