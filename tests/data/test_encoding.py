"""Columns of text, dates and gaps as numbers: against scikit-learn's encoders, the calendar, and hostile input."""

import datetime
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures

from steepest.core.errors import DataError, UsageError
from steepest.data.csr import CSR
from steepest.data.encoding.categories import ABSENT, OTHER, Category
from steepest.data.encoding.column_summary import summary_of
from steepest.data.encoding.condition import read_condition
from steepest.data.encoding.dates import ISO, date_format, looks_like_dates
from steepest.data.encoding.faults import CellError
from steepest.data.encoding.numbers import Number
from steepest.data.encoding.pieces import Piece, joined, number_piece, product
from steepest.data.encoding.recipe import Recipe, learn
from steepest.data.encoding.recipe_json import recipe_fault, recipe_of, spec_of
from steepest.data.encoding.settings import Settings, Unknown, settings_of
from steepest.data.encoding.terms import read_terms
from steepest.data.encoding.text_column import Text, taken, text_of

WORDS = st.sampled_from(["a", "b", "c", 'd,"x"', "e=1", "f\ng", "é", "1", "10", "2"])


def dense(X):
    if not isinstance(X, CSR):
        return X
    full = np.zeros(X.shape)
    for i in range(X.shape[0]):
        part = slice(X.indptr[i], X.indptr[i + 1])
        full[i, X.indices[part]] = X.data[part]
    return full


def encoded(columns, unknown="error", **choices):
    names = [f"x{j}" for j in range(len(columns))]
    found = learn(names, columns, settings_of(**choices))
    return found.recipe.encode(columns, Unknown(unknown)), found


@given(st.lists(WORDS, min_size=1, max_size=30), st.lists(WORDS, min_size=1, max_size=30), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_categories_are_those_of_scikit_learn(words, more, least):
    text = text_of(words)
    recipe = learn(["x"], [text], Settings(min_count=least)).recipe
    if not recipe.rules[0].levels:
        with pytest.raises(DataError, match="no column is left"):
            recipe.encode([text], Unknown())
        return
    X, names = recipe.encode([text], Unknown())
    rule = recipe.rules[0]
    assert isinstance(rule, Category)
    cells = np.array([OTHER if word in rule.pooled else word for word in words], object)[:, None]
    levels = [*rule.levels, rule.reference]
    theirs = OneHotEncoder(categories=[sorted(levels)], drop=[rule.reference], sparse_output=False).fit(cells)
    ours = {name.removeprefix("x="): column for name, column in zip(names, dense(X).T, strict=True)}
    for level, column in zip(sorted(set(levels) - {rule.reference}), theirs.transform(cells).T, strict=True):
        np.testing.assert_array_equal(ours[level], column)
    counts = {word: words.count(word) for word in words}
    rare = {word for word, count in counts.items() if count < least}
    pool, kept = sum(counts[word] for word in rule.pooled), [counts[word] for word in counts if word not in rule.pooled]
    assert rare <= set(rule.pooled)
    assert rare or not rule.pooled
    assert not rule.pooled or pool >= least or len(kept) <= 1
    joined_later = {counts[word] for word in set(rule.pooled) - rare}
    assert not joined_later or (pool - max(joined_later) < least and max(joined_later) <= min(kept, default=99))
    known = {*levels, *rule.pooled}
    if set(more) <= known:
        recipe.encode([text_of(more)], Unknown())
    else:
        with pytest.raises(CellError, match="is not among the levels of the fit"):
            recipe.encode([text_of(more)], Unknown())
        met = Unknown("other")
        again = dense(recipe.encode([text_of(more)], met)[0])
        as_other = rule.levels.index(OTHER) if OTHER in rule.levels else None
        for word, row in zip(more, again, strict=True):
            if word not in known:
                assert row.sum() == (as_other is not None)
                assert as_other is None or row[as_other] == 1
        assert f"{sum(word not in known for word in more)} row" in met.notes[0]


def test_the_reference_is_asked_for_or_says_no_or_is_the_most_frequent():
    for words, choice, reference in (
        ("b b a", {}, "b"),
        ("b a", {}, "a"),
        ("yes yes no", {}, "no"),
        ("TRUE TRUE False", {}, "False"),
        ("yes yes no maybe", {}, "yes"),
        ("b b a", {"reference": {"x0": "a"}}, "a"),
    ):
        _, found = encoded([text_of(words.split())], **choice)
        assert found.recipe.rules[0].reference == reference, words
    with pytest.raises(CellError, match=r"the reference 'z' is not a level: it has 'a', 'b'"):
        encoded([text_of(["a", "b"])], reference={"x0": "z"})
    with pytest.raises(CellError, match="is a rare level, pooled by"):
        encoded([text_of(["a", "b", "b"])], reference={"x0": "a"}, min_count=2)


def test_columns_stand_in_the_order_of_numbers_and_letters():
    (_, names), _ = encoded([text_of(["10", "2", "1", "b", "a", "a", "a"])])
    assert names == ("x0=1", "x0=2", "x0=10", "x0=b")


def test_a_text_for_each_row_is_no_category():
    ids = text_of(f"id{i}" for i in range(30))
    with pytest.raises(CellError, match="30 different texts in 30 rows are no categories"):
        encoded([ids, np.arange(30.0)])
    assert encoded([ids, np.arange(30.0)], categories="x0")[0][0].shape == (30, 30)


def test_ten_thousand_levels_are_sparse_and_the_same():
    rng = np.random.default_rng(0)
    codes = np.concatenate((np.arange(10_000), rng.integers(0, 10_000, 20_000))).astype(np.int32)
    text = Text(codes, tuple(f"level {i}" for i in range(10_000)))
    x = rng.standard_normal(30_000)
    (X, names), found = encoded([text, x])
    assert isinstance(X, CSR)
    assert X.shape == (30_000, 10_000)
    reference = found.recipe.rules[0].reference
    assert len(X.data) == 30_000 + (np.array(text.levels)[codes] != reference).sum()
    row = 12_345
    part = slice(X.indptr[row], X.indptr[row + 1])
    assert [names[j] for j in X.indices[part]] == [f"x0={text.levels[codes[row]]}", "x1"]
    assert X.data[part].tolist() == [1.0, x[row]]


def test_missing_values_by_each_policy():
    numbers, text = np.array([1.0, np.nan, 3.0]), text_of(["a", None, "a"], [False, True, False])
    with pytest.raises(CellError, match="missing value"):
        encoded([numbers, text])
    (X, names), found = encoded([numbers, text_of(["a", None, "b"], [False, True, False])], missing="mean")
    assert (names, X.tolist()) == (("x0", "x1=b"), [[1, 0], [2, 0], [3, 1]])
    (X, names), found = encoded([numbers, text], missing="indicator")
    assert (names, X.tolist()) == (("x0", "x0 missing", f"x1={ABSENT}"), [[1, 0, 0], [2, 1, 1], [3, 0, 0]])
    assert "1 missing, filled with the mean 2 and marked" in found.decided[0]
    later = found.recipe.encode([np.array([np.nan, 5.0]), text_of(["a", "a"])], Unknown())[0]
    assert later.tolist() == [[2, 1, 0], [5, 0, 0]]
    with pytest.raises(CellError, match="where the rows of the fit had none"):
        learn(["x"], [np.array([1.0, 2.0])], Settings()).recipe.encode([np.array([np.nan])], Unknown())
    with pytest.raises(CellError, match="no value in any row"):
        encoded([np.full(2, np.nan)], missing="mean")


@given(st.lists(st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1)), min_size=2, max_size=12))
@settings(max_examples=60, deadline=None)
def test_dates_are_days_and_parts_of_the_calendar(dates):
    text = text_of(date.isoformat() for date in dates)
    (X, names), _ = encoded([text], dates={"x0": "days+year+month+weekday+hour"})
    X = dense(X)
    first = min(dates)
    np.testing.assert_allclose(X[:, 0], [(date - first) / datetime.timedelta(days=1) for date in dates], atol=1e-9)
    assert X[:, 1].tolist() == [date.year for date in dates]
    for j, name in enumerate(names[2:], 2):
        part, level = name.removeprefix("x0 ").split("=")
        own = {"month": lambda d: str(d.month), "weekday": lambda d: d.strftime("%a"), "hour": lambda d: str(d.hour)}
        assert X[:, j].tolist() == [float(own[part](date) == level) for date in dates]


def test_the_format_of_dates_is_found_or_asked_for():
    assert date_format("x", summary_of(text_of(["2024-01-31", "2024-02-01T10:00"]))) == ISO
    assert date_format("x", summary_of(text_of(["31.01.2024", "01.02.2024"]))) == "%d.%m.%Y"
    assert date_format("x", summary_of(text_of(["01/31/2024 5:30 PM", "02/01/2024 1:00 AM"]))) == "%m/%d/%Y %I:%M %p"
    assert date_format("x", summary_of(text_of(["20240131", "20240201"]))) == ISO
    assert date_format("x", summary_of(text_of(["03 Jan 2024", "04 Feb 2024"]))) == "%d %b %Y"
    same_days = summary_of(text_of(["01/01/2024", "02/02/2024"]))  # either way
    assert date_format("x", same_days).endswith("%Y")
    with pytest.raises(CellError, match=r"'01/02/2024' may be %d/%m/%Y or %m/%d/%Y"):
        date_format("x", summary_of(text_of(["01/02/2024", "03/04/2024"])))
    with pytest.raises(CellError, match="'soon' is not a date in the format of the others"):
        date_format("x", summary_of(text_of(["31/01/2024", "soon"])))
    (X, _), _ = encoded([text_of(["01/02/2024", "03/04/2024"])], dates="x0", date_format="%d/%m/%Y")
    assert X[:, 0].tolist() == [0, 62]
    with pytest.raises(CellError, match="'2024-13-01' is not a date by"):
        encoded([text_of(["2024-13-01"])], dates="x0", date_format="%Y-%m-%d")
    with pytest.raises(UsageError, match="'eon' is no part of a date"):
        encoded([text_of(["2024-12-01"])], dates={"x0": "eon"})
    zones, _ = encoded([text_of(["2024-01-01T00:00:00+01:00", "2024-01-01T00:00:00+00:00"])], dates="x0")
    np.testing.assert_allclose(zones[0][:, 0], [0, 1 / 24])
    assert looks_like_dates(["1/2/2024", "3/4/2024"])
    assert not looks_like_dates(["a-b", "c-d"])


def test_terms_are_products_of_columns():
    rng = np.random.default_rng(1)
    x, z = rng.standard_normal((2, 6))
    c = text_of(["u", "v", "u", "w", "v", "u"])
    (X, names), _ = encoded([x, z, c], terms='x0^2, x0:x1, x0:x2, x1^3:"x2"')
    assert names[4:] == ("x0^2", "x0:x1", "x0:x2=v", "x0:x2=w", "x1^3:x2=v", "x1^3:x2=w")
    theirs = PolynomialFeatures(2, include_bias=False).fit_transform(np.column_stack([x, z]))
    np.testing.assert_allclose(X[:, 4:6], theirs[:, 2:4])
    v = np.array([word == "v" for word in ["u", "v", "u", "w", "v", "u"]])
    np.testing.assert_allclose(X[:, 6], x * v)
    np.testing.assert_allclose(X[:, 8], z**3 * v)


@pytest.mark.parametrize(
    "text", ["x^", "x^0", "x^99", "x:", ":x", "x,,z", "x", "x*z", "__import__('os')", "x^2;z", "x^-1", "(x)^2"]
)
def test_terms_that_are_none_are_refused(text):
    with pytest.raises(UsageError, match=r"write powers and products|an exponent is"):
        read_terms(text)


def test_terms_name_columns_and_powers_are_of_numbers():
    with pytest.raises(UsageError, match="no feature is called 'q': there is x0, x1"):
        encoded([np.arange(3.0), text_of("aba")], terms="q^2")
    with pytest.raises(UsageError, match="'x1' has categories, which have no powers"):
        encoded([np.arange(3.0), text_of("aba")], terms="x1^2")


def test_products_of_categories_are_their_pairs():
    a, b = text_of(["p", "q", "p", "q"]), text_of(["r", "r", "s", "s"])
    (X, names), _ = encoded([a, b], terms="x0:x1")
    assert names == ("x0=q", "x1=s", "x0=q:x1=s")
    assert X[:, 2].tolist() == [0, 0, 0, 1]


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_dense_and_sparse_tables_are_the_same(data):
    n = data.draw(st.integers(1, 8))
    pieces = [number_piece("n", np.array(data.draw(st.lists(st.floats(-9, 9), min_size=n, max_size=n))))]
    for p in range(data.draw(st.integers(1, 4))):
        m = data.draw(st.integers(1, 40))
        place = np.array(data.draw(st.lists(st.integers(-1, m - 1), min_size=n, max_size=n)), np.int32)
        pieces.append(Piece(tuple(f"{p}={i}" for i in range(m)), place))
    pieces.append(product(pieces[0], pieces[-1]))
    expected = np.zeros((n, sum(len(piece.names) for piece in pieces)))
    first = 0
    for piece in pieces:
        for i, place in enumerate(piece.place):
            if place >= 0:
                expected[i, first + place] = 1.0 if piece.value is None else piece.value[i]
        first += len(piece.names)
    np.testing.assert_array_equal(dense(joined(pieces)), expected)


def test_a_recipe_survives_its_json_and_damage_is_named():
    columns = [np.array([1.0, np.nan, 3.0]), text_of("aba"), text_of(["2024-01-01", "2024-02-01", "2024-03-01"])]
    recipe = encoded(columns, missing="indicator", dates={"x2": "days+month"}, terms="x0:x1, x0^2", min_count=2)[
        1
    ].recipe
    spec = json.loads(json.dumps(spec_of(recipe)))
    assert recipe_fault(spec, "encoding") is None
    assert recipe_of(spec) == recipe
    assert recipe.names == recipe.encode(columns, Unknown())[1]
    for path, wrong in (
        (("rules", 0, "fill"), "one"),
        (("rules", 1, "levels"), ["a", "a"]),
        (("rules", 1, "kind"), "code"),
        (("rules", 1, "fill"), "nowhere"),
        (("rules", 2, "parts"), [["eon", spec["rules"][0]]]),
        (("rules", 2, "parts"), [["days"]]),
        (("terms",), [["x0"]]),
        (("rules",), {}),
    ):
        damaged = json.loads(json.dumps(spec))
        place = damaged
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = wrong
        assert recipe_fault(damaged, "encoding"), path


NUMBER = {"kind": "number", "name": "x", "fill": None, "marked": False}
CATEGORY = {"kind": "category", "name": "x", "levels": ["b"], "reference": "a", "pooled": [], "fill": None}


def dated(*parts):
    return {"kind": "date", "name": "d", "format": ISO, "first": 0, "parts": [list(part) for part in parts]}


@pytest.mark.parametrize(
    ("rules", "terms", "said"),
    [
        ([], [], "one or more different columns"),
        ([NUMBER, CATEGORY], [], "one or more different columns"),
        ([NUMBER], [[]], "must have a factor"),
        ([NUMBER], [[["q", 2]]], "no feature is called 'q'"),
        ([CATEGORY], [[["x", 2]]], "categories, which have no powers"),
        ([NUMBER], [[["x", 10**6]]], "a whole number from 1 to 9"),
        ([NUMBER], [[["x", 0]]], "a whole number from 1 to 9"),
        ([NUMBER], [[["x", True]]], "a whole number from 1 to 9"),
        ([dated(("month", NUMBER))], [], "parts"),
        ([dated(("days", CATEGORY))], [], "parts"),
        ([dated(("days", dated()))], [], "parts"),
        ([dated()], [], "no column is left"),
        ([{**CATEGORY, "levels": []}], [], "no column is left"),
        (
            [{**CATEGORY, "name": name, "levels": [f"{i}" for i in range(1500)]} for name in "xy"],
            [[["x", 1], ["y", 1]]],
            "x:y has 2,250,000 columns",
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_recipes_that_do_not_fit_themselves_are_named(rules, terms, said):
    assert said in str(recipe_fault({"rules": rules, "terms": terms}, "encoding"))


def test_a_condition_is_short():
    with pytest.raises(UsageError, match="4,001 characters are too many"):
        read_condition("a" + " " * 4000)


def test_two_features_of_one_name_are_refused():
    with pytest.raises(DataError, match="two features would be called 'x=b'"):
        learn(["x", "x=b"], [text_of("ab"), np.arange(2.0)], Settings()).recipe.encode(
            [text_of("ab"), np.arange(2.0)], Unknown()
        )


def test_a_plain_recipe_uses_columns_as_they_are():
    recipe = learn(["a", "b"], [np.arange(3.0), np.ones(3)], Settings()).recipe
    assert recipe == Recipe((Number("a"), Number("b")))
    assert recipe.plain
    np.testing.assert_array_equal(
        recipe.encode([np.arange(3.0), np.ones(3)], Unknown())[0], np.c_[np.arange(3.0), np.ones(3)]
    )


def test_rows_are_taken_with_the_levels_they_have():
    text = text_of(["a", "b", None, "a"], [False, False, True, False])
    assert taken(text, np.array([3, 2])) == (pytest.approx([0, -1]), ("a",))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("x < 2", [0, 1]),
        ("x>=1 and c = u", [3]),
        ("c != u or x = 0", [0, 1, 2]),
        ('"c" == "v"', [1]),
        ("x != 1", [0, 3]),
    ],
)
def test_conditions_choose_rows(text, rows):
    columns = {"x": np.array([0.0, 1.0, np.nan, 3.0]), "c": text_of(["u", "v", "w", "u"])}
    condition = read_condition(text)
    assert np.flatnonzero(condition.holds(columns)).tolist() == rows


@pytest.mark.parametrize("text", ["", "x", "x <", "x < 1 and", "x < 1 xor y > 2", "f(x) < 1 < 2", "x = 1; y = 2 ="])
def test_conditions_that_are_none_are_refused(text):
    with pytest.raises(UsageError, match=r"is not understood: write COLUMN < NUMBER"):
        read_condition(text)


def test_conditions_compare_like_with_like():
    with pytest.raises(UsageError, match="'c' is text, which is only = or != a level"):
        read_condition("c < u").holds({"c": text_of("uv")})
    with pytest.raises(UsageError, match="'x' has numbers, and 'one' is none"):
        read_condition("x < one").holds({"x": np.ones(2)})


def test_settings_are_checked():
    for wrong in ({"missing": "guess"}, {"min_count": 0}, {"min_count": 2.5}):
        with pytest.raises(UsageError, match=r"must be"):
            settings_of(**wrong)
    with pytest.raises(UsageError, match="unknown must be error or other"):
        Unknown("any")
