"""What pictures are drawn of: answers, runs, predictions, functions."""
