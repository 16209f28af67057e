"""The input of pictures: answers, runs, predictions, functions."""
