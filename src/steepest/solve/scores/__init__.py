"""How well rows are predicted: measures of numbers, of classes, of probabilities and of rankings, all by weight.

Pure functions of targets, predictions and weights. A measure that is undefined is None, never NaN. A row of weight 0 is
left out, and weights count by their ratios. Begin with ``summary.py``.
"""
