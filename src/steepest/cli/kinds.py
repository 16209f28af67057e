"""The kinds of pictures that ``plot`` draws."""

from __future__ import annotations

__all__ = ["KINDS", "ONLY"]


KINDS = {  # example arguments of each kind
    "cost-history": "run.npz other.npz",
    "cost-curve": "run.npz park.txt --step 3",
    "cost-surface": "run.npz park.txt --parameters temperature,intercept",
    "cost-slices": "run.npz park.txt",
    "fit": "model.json park.txt",
    "fit-surface": "model.json houses.csv --columns area,age",
    "residuals": "model.json park.txt",
    "coefficients": "model.json park.txt",
    "sigmoid": "model.json exam.txt",
    "sigmoid-surface": "model.json exam.txt --columns hours,score",
    "cost-shapes": "model.json exam.txt",
    "decision-boundary": "model.json exam.txt",
    "cross-validation": "model.json",
    "regularization-path": "model.json park.txt",
    "roc-curve": "model.json exam.txt",
    "precision-recall": "model.json exam.txt",
    "calibration": "model.json exam.txt",
    "confusion-matrix": "model.json exam.txt",
    "comparison": "run.npz other.npz",
    "learning-rates": "slow.npz fast.npz",
    "tangent": '"(x-3)**2+2" --at 6',
    "slopes": '"2*x + 3*y + 1" --at 1,2',
}

OVER_COLUMNS = ("fit-surface", "sigmoid-surface", "decision-boundary")
OF_ROWS = ("fit", "residuals", "sigmoid", "cost-shapes", *OVER_COLUMNS)
OF_CLASSES = ("roc-curve", "precision-recall", "calibration", "confusion-matrix")

ONLY = {  # options of certain kinds only
    "parameter": ("cost-curve",),
    "parameters": ("cost-surface", "cost-slices"),
    "view": ("cost-surface",),
    "columns": OVER_COLUMNS,
    "cov": ("coefficients",),
    "raw": ("coefficients",),
    "at": ("tangent", "slopes"),
    "scale": ("cost-history",),
    "gap": ("cost-history", "comparison"),
    "log_steps": ("cost-history", "comparison"),
    "step": ("cost-curve",),
    "held_out": (*OF_ROWS, *OF_CLASSES),
}
