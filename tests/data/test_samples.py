from __future__ import annotations

import numpy as np
import pytest
from conftest import ROOT

from steepest.core.errors import UsageError
from steepest.data.samples import SAMPLES, sample
from steepest.optimality.curvature import stability_limit

EXAMPLES = ROOT / "examples"


def columns(name: str) -> np.ndarray:
    lines = sample(name).splitlines()[1:]
    return np.array([line.split() for line in lines], float).T


def test_example_file_is_the_sample_byte_for_byte() -> None:
    assert (EXAMPLES / "park.txt").read_bytes() == sample("park").encode()


def test_park_is_what_the_tutorial_describes() -> None:
    assert sample("park").splitlines()[0].split() == ["temperature", "visitors"]
    temperature, visitors = columns("park")
    assert len(temperature) == 14
    assert temperature.min() >= 16
    assert temperature.max() <= 33
    assert visitors[temperature == 30].tolist() == [620]
    assert 680 < np.polyval(np.polyfit(temperature, visitors, 1), 33) < 720


def test_plain_descent_on_park_does_not_diverge_at_the_tutorials_rate() -> None:
    temperature, _ = columns("park")
    assert stability_limit(temperature[:, None], loss="mse") > 0.001


def test_park_is_marked_as_made_up() -> None:
    assert "made up" in SAMPLES["park"].about


def test_eight_points_and_their_labels() -> None:
    assert columns("eight").tolist() == [[1, 3, 4, 5, 6, 7, 8, 10], [4, 3, 7, 7, 8, 10, 8, 11]]
    assert columns("eight-labels").tolist() == [[1, 3, 4, 5, 6, 7, 8, 10], [0, 0, 0, 1, 1, 1, 1, 1]]


def test_unknown_sample_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="choose one of park, eight"):
        sample("pizza")
