"""The method of a run in words, from the meta of its trajectory."""

from __future__ import annotations

from typing import Any

__all__ = ["method_text"]

NAMES = {
    "plain": "gradient descent",
    "momentum": "heavy-ball momentum",
    "nesterov": "Nesterov momentum",
    "accelerated": "accelerated gradient descent",
    "secant": "L-BFGS",
    "spectral": "Barzilai-Borwein steps with a diagonal preconditioner",
    "anderson": "Anderson acceleration",
    "whitened": "gradient descent preconditioned by the curvature at the start",
}
SEARCHED = "1 or less, by backtracking"


def method_text(meta: dict[str, Any]) -> str:
    """The method of a run: batches, rule, learning rate, estimate, average and standardisation.

    Examples
    --------
    >>> method_text({"rule": "momentum:beta=0.9", "learning_rate": "constant:eta=0.01", "batch_size": None})
    'heavy-ball momentum (beta=0.9), learning rate 0.01'
    >>> method_text({"rule": "whitened", "learning_rate": "constant:eta=1.0", "data": "rows", "sample_rows": 60_000})
    'Newton preconditioner from a sample of 60,000 rows'
    """
    parts = [_batches(meta), _whole(meta) or _rule_and_rate(meta)]
    if meta.get("estimate") not in (None, "own_rows"):
        parts.append(f"gradient estimate {meta['estimate']}")
    if meta.get("average") not in (None, "last_point"):
        parts.append(f"average {meta['average']}")
    if meta.get("standardized"):
        parts.append("standardised columns")
    return ", ".join(part for part in parts if part)


def _batches(meta: dict[str, Any]) -> str:
    size = meta.get("batch_size")
    if not size:
        return ""
    rows = "single rows" if size == 1 else f"mini-batches of {size:,} rows"
    return f"{rows} ({meta.get('sampling')}, seed {meta.get('seed')})"


def _whole(meta: dict[str, Any]) -> str | None:
    """The name of a method as a whole, or None."""
    rule, rate = str(meta.get("rule")), str(meta.get("learning_rate"))
    everywhere = " on all rows" if "rows" in meta else ""
    if meta.get("interior"):
        return f"interior-point method, {meta['interior']} steps{everywhere}"
    if meta.get("smoothed"):
        return f"method of multipliers, {meta['smoothed']} rounds of damped Newton{everywhere}"
    if "working_set" in meta:
        return f"damped Newton on a working set of {meta['working_set']:,} columns{everywhere}"
    if rule == "newton" and rate.startswith("backtracking"):
        return f"damped Newton{everywhere}"
    if rule != "whitened":
        return None
    if meta.get("sample_rows"):
        return f"Newton preconditioner from a sample of {meta['sample_rows']:,} rows"
    if meta.get("data") != "moments" or rate != "constant:eta=1.0":
        return None
    smooth = meta.get("penalty") in (None, "no_penalty") or str(meta.get("penalty")).startswith("l2")
    return "normal equations" if smooth and not meta.get("signs") else "proximal Newton on the moments"


def _rule_and_rate(meta: dict[str, Any]) -> str:
    spec = str(meta.get("rule"))
    name, _, settings = spec.rpartition(":") if "=" in spec else (spec, "", "")
    rule = NAMES.get(name, name) + (f" ({settings})" if settings and "," not in settings else "")
    return f"{rule}, learning rate {_rate(str(meta.get('learning_rate')))}"


def _rate(rate: str) -> str:
    if rate.startswith("backtracking:eta=1.0,"):
        return SEARCHED
    text = rate.removeprefix("constant:eta=")
    try:
        return f"{float(text):.6g}"
    except ValueError:
        return text
