"""Motion: a descent as moving pictures: its line, its cost and its path in step."""

from .animation import Animation, animate

__all__ = ["Animation", "animate"]
