"""Solver files for benchopt, and what a run with them found; see README.md."""
