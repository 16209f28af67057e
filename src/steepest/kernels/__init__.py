"""The compiled layer, the only place that imports Numba, and only when it is asked to compile."""
