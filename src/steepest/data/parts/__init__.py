"""Parts: tables larger than memory, read part by part in passes whose sums have the same bits for every cut.

They import sources, trees and the passes over rows. Begin with ``parts.py``.
"""
