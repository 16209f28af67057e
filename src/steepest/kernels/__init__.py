"""The compiled layer, the only place that imports Numba, and only when something is compiled."""
