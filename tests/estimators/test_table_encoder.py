"""TableEncoder: scikit-learn's checks, data frames of every kind, and the same numbers as the command line."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.estimator_checks import check_estimator

from steepest import GDRegressor, read_table, tables
from steepest.core.errors import DataError, UsageError


def homes(n=60):
    rng = np.random.default_rng(0)
    town = rng.choice(["Rome", "Oslo", "Bern, old", 'the "Hague"'], n, p=[0.4, 0.3, 0.2, 0.1])
    area = rng.uniform(30, 120, n).round(1)
    sold = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 400, n), "D")
    frame = pd.DataFrame({"town": town, "area": area, "rooms": rng.integers(1, 5, n), "sold": sold})
    price = area * 3 + 20 * (town == "Rome") + rng.normal(size=n)
    return frame, price


@pytest.mark.parametrize("settings", [{}, {"missing": "indicator"}], ids=["refused", "marked"])
def test_scikit_learn_accepts_it(settings):
    found = check_estimator(tables.TableEncoder(**settings), on_fail=None, on_skip=None)
    assert [result for result in found if result["status"] == "failed"] == []


def test_a_pipeline_predicts_as_one_hot_encoder_does():
    frame, price = homes()
    X = frame.drop(columns="sold")
    ours = make_pipeline(tables.TableEncoder(), GDRegressor()).fit(X, price)
    theirs = make_pipeline(
        make_column_transformer((OneHotEncoder(drop="first"), ["town"]), remainder="passthrough"), LinearRegression()
    ).fit(X, price)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-9)
    assert clone(ours).fit(X, price).score(X, price) == ours.score(X, price)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(ours)).predict(X), ours.predict(X))


def test_names_follow_set_output_and_columns_may_change_places():
    frame, _ = homes()
    encoder = tables.TableEncoder(dates={"sold": "days+weekday"}, terms="area:rooms").fit(frame)
    found = encoder.set_output(transform="pandas").transform(frame)
    assert list(found.columns) == encoder.get_feature_names_out().tolist()
    assert "sold days" in found
    assert found["sold days"].min() == 0
    assert (found["area:rooms"] == frame["area"] * frame["rooms"]).all()
    mixed = frame[["sold", "rooms", "town", "area"]]
    pd.testing.assert_frame_equal(encoder.transform(mixed), found)
    with pytest.raises(DataError, match="the table has no column 'town': it has sold, rooms, area"):
        encoder.transform(mixed.drop(columns="town"))


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["a", "b", None, "a"]),
        pd.Series(["a", "b", None, "a"], dtype="category"),
        pd.Series(["a", "b", None, "a"], dtype="string"),
        np.array(["a", "b", np.nan, "a"], object),
        np.array(["a", "b", "", "a"]),
    ],
    ids=["object", "category", "string", "array", "fixed width"],
)
def test_gaps_in_text_of_every_type(column):
    frame = pd.DataFrame({"c": column, "x": np.arange(4.0)})
    encoder = tables.TableEncoder(missing="indicator").fit(frame)
    assert encoder.get_feature_names_out().tolist() == ["c=b", "c=(missing)", "x"]
    assert encoder.transform(frame)[:, :2].tolist() == [[0, 0], [1, 0], [0, 1], [0, 0]]
    with pytest.raises(DataError, match="column 'c': row 3: missing value: remove the row or fill it in, or use"):
        tables.TableEncoder().fit(frame)


def test_numbers_of_every_type():
    frame = pd.DataFrame(
        {
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "single": np.array([1, 2, np.nan], np.float32),
            "flag": [True, False, True],
            "spelled": ["1", " 2.5", "3"],
        }
    )
    found = tables.TableEncoder(missing="mean").fit_transform(frame)
    assert found.tolist() == [[1, 1, 1, 1], [2, 2, 0, 2.5], [3, 1.5, 1, 3]]


def test_unknown_levels_are_refused_or_counted():
    encoder = tables.TableEncoder().fit(pd.DataFrame({"c": list("aab"), "x": range(3)}))
    new = pd.DataFrame({"c": list("azz"), "x": range(3)})
    with pytest.raises(DataError, match=r"row 2: 'z' is not among the levels of the fit: correct it, or use unk"):
        encoder.transform(new)
    with pytest.warns(UserWarning, match=r"c: 'z' in 2 rows unknown to the fit, taken as the reference a"):
        found = encoder.set_params(unknown="other").transform(new)
    assert found[:, 0].tolist() == [0, 0, 0]


def test_what_cannot_be_done_is_said():
    frame, _ = homes()
    for settings, said in (
        ({"missing": "drop"}, "a transformer cannot drop rows"),
        ({"drop": "garden"}, "has no column 'garden'"),
        ({"dates": {"sold": "eon"}}, "'eon' is no part of a date"),
        ({"unknown": "guess"}, "unknown must be error or other"),
        ({"terms": "town^2", "dates": "sold"}, "'town' has categories, which have no powers"),
        ({}, r"'2024-.*' looks like a date: read it with dates='sold', or as text with categories='sold'"),
    ):
        with pytest.raises((DataError, UsageError), match=said):
            tables.TableEncoder(**settings).fit(frame).transform(frame)
    with pytest.raises(DataError, match=r"column 'town' holds text .*: encode it, with steepest.tables.TableEncoder"):
        GDRegressor().fit(frame.drop(columns="sold"), np.zeros(60))


def test_a_file_gives_the_same_numbers(tmp_path):
    frame, price = homes()
    frame.assign(price=price).to_csv(tmp_path / "homes.csv", index=False)
    choices = {"dates": {"sold": "days+month"}, "terms": "area^2, area:town", "min_count": 10}
    table = read_table(tmp_path / "homes.csv", target="price", **choices)
    encoder = tables.TableEncoder(**choices).fit(frame)
    assert table.names == tuple(encoder.get_feature_names_out())
    np.testing.assert_array_equal(table.X, encoder.transform(frame))
    assert table.decided == encoder.decided_
