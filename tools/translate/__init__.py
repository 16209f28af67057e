"""Translates the arithmetic of steepest from Python to TypeScript, for the page in `front/`.

Rules, losses, learning rates and the order of rows are written once, in `src/steepest`. This package reads their syntax
trees and writes `front/src/engine/engine.gen.ts`: ``python -m tools.translate``. What it cannot translate is named in
that file with the reason, so that the page can say why it is not offered.
"""
