"""Animations of a descent: the line, the cost and the path, side by side."""

from .animation import Animation, animate

__all__ = ["Animation", "animate"]
