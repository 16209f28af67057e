"""Small example tables that ship with the package, as text."""

from __future__ import annotations

from typing import NamedTuple

from ..core.errors import UsageError

__all__ = ["SAMPLES", "Sample", "sample"]


class Sample(NamedTuple):
    """An example table: what it is, and its text."""

    about: str
    text: str


SAMPLES = {
    "park": Sample(
        "14 days in a park, made up: temperature (degrees Celsius) and visitors; linear",
        """\
temperature  visitors
18           287
21           361
22           377
23           438
24           439
24           467
25           468
26           502
26           526
27           547
28           579
29           588
30           620
32           689
""",
    ),
    "eight": Sample(
        "eight points of a textbook example, x and y; linear",
        "x  y\n1  4\n3  3\n4  7\n5  7\n6  8\n7  10\n8  8\n10 11\n",
    ),
    "eight-labels": Sample(
        "the same eight x with labels 0 and 1, separated between 4 and 5; logistic",
        "x  label\n1  0\n3  0\n4  0\n5  1\n6  1\n7  1\n8  1\n10 1\n",
    ),
}


def sample(name: str) -> str:
    """Text of the table called ``name``: a header, then rows, columns separated by white space.

    Raises
    ------
    UsageError
        If there is no such table.

    Examples
    --------
    >>> sample("eight").splitlines()[:2]
    ['x  y', '1  4']
    """
    if name not in SAMPLES:
        raise UsageError(f"no sample is called {name!r}: choose one of {', '.join(SAMPLES)}")
    return SAMPLES[name].text
