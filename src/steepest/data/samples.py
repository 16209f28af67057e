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
    "cars": Sample(
        "50 cars of the 1920s: speed (miles an hour) and stopping distance (feet); linear",
        """\
speed  dist
4      2
4      10
7      4
7      22
8      16
9      10
10     18
10     26
10     34
11     17
11     28
12     14
12     20
12     24
12     28
13     26
13     34
13     34
13     46
14     26
14     36
14     60
14     80
15     20
15     26
15     54
16     32
16     40
17     32
17     40
17     50
18     42
18     56
18     76
18     84
19     36
19     46
19     68
20     32
20     48
20     52
20     56
20     64
22     66
23     54
24     70
24     92
24     93
24     120
25     85
""",
    ),
    "o-rings": Sample(
        "23 flights of a space shuttle: temperature (degrees Fahrenheit) and whether an O-ring failed; logistic",
        """\
temperature  failed
66           0
70           1
69           0
68           0
67           0
72           0
73           0
70           0
57           1
63           1
70           1
78           0
67           0
53           1
67           0
75           0
70           0
81           0
76           0
79           0
75           1
76           0
58           1
""",
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
