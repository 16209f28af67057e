"""Measurements behind the project's claims about speed and memory: ``python -m benchmarks`` writes ``RESULTS.md``."""
