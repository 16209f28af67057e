"""Run and model files with changed bytes, and with members that lie under a right checksum."""

from __future__ import annotations

import copy
import io
import json
import math
import random
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from steepest import GDRegressor, Trajectory, minimize
from steepest.cli import main
from steepest.core.checksum import BLANK, sealed
from steepest.core.errors import DataError
from steepest.solve.model import Model, predict, read_model, write_model

CHANGES = 2000
X = np.random.default_rng(8).standard_normal((9, 2))
VERDICT = {"status": "converged", "message": "Converged.", "advice": None, "notes": ["n"], "remedies": []}
CURVE = Model(
    "logistic", ("ja",), ("a", "b"), ((2.0, -1.5),), (0.5,), ("n", "j"), "log_loss", {"seed": 0}, VERDICT, {"gap": 0.5}
)

LINE = Model("linear", ("y",), ("a",), ((1.0,),), (0.0,), None, "mse", {}, {}, {})
PAIR = Model("linear", ("y", "z"), ("a",), ((1.0,), (2.0,)), (0.0, 3.0), None, "mse", {}, {}, {})
THREE = CURVE._replace(coef=((2.0, 1.0),) * 3, intercept=(0.5, 1.5, 2.5), classes=(1.0, 2.0, 3.0), multi_class="ovr")


def run():
    return GDRegressor(learning_rate=0.1, max_iter=12, tol=None).fit(X, X @ [1.0, 2.0]).trajectory_


def on_formula():
    return minimize("(x - 1)**2 + y**2", (3, 4), bounds={"x": (0, 5)})


MAKERS = {
    "r.npz": lambda file: run().save(file),
    "r.json": lambda file: run().save(file),
    "r.parquet": lambda file: run().save(file),
    "m.json": partial(write_model, CURVE),
}


def loaded(file):
    return read_model(file) if file.name.startswith("m") else Trajectory.load(file)


def refusal(file):
    with pytest.raises(DataError) as caught:
        loaded(file)
    line = str(caught.value)
    assert line.startswith((file.name, str(file)))
    assert line.isprintable()
    assert len(line) < 400
    return line


@pytest.mark.parametrize("name", MAKERS)
def test_each_changed_byte_is_found(name, tmp_path):
    file = tmp_path / name
    MAKERS[name](file)
    whole, draw = file.read_bytes(), random.Random(3)
    for _ in range(CHANGES):
        place, mask = draw.randrange(len(whole)), draw.randrange(1, 256)
        file.write_bytes(whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :])
        refusal(file)


@pytest.mark.parametrize("name", MAKERS)
def test_each_missing_added_or_moved_piece_is_found(name, tmp_path):
    file = tmp_path / name
    MAKERS[name](file)
    whole, draw = file.read_bytes(), random.Random(4)
    for _ in range(300):
        a, b, c = sorted(draw.choices(range(len(whole) + 1), k=3))
        kinds = whole[:a], whole[:a] + whole[b:], whole[:a] + whole[b:c] + whole[a:], whole[:a] + bytes(4) + whole[a:]
        changed = draw.choice(kinds)
        if changed != whole:
            file.write_bytes(changed)
            refusal(file)


def test_a_mark_in_a_name_is_not_taken_for_the_checksum(tmp_path):
    names = (BLANK, sealed(BLANK.encode()).decode())
    for ending in (".npz", ".json", ".parquet"):
        path = minimize("(x - 1)**2 + y**2", (3, 4))
        path.meta["note"] = list(names)
        path.save(tmp_path / f"r{ending}")
        assert Trajectory.load(tmp_path / f"r{ending}").meta["note"] == list(names)
    write_model(CURVE._replace(names=names), tmp_path / "m.json")
    assert read_model(tmp_path / "m.json").names == names


@pytest.mark.parametrize("name", ["r.json", "m.json"])
def test_a_file_of_version_1_has_no_checksum_and_one_of_version_2_must(name, tmp_path):
    file = tmp_path / name
    MAKERS[name](file)
    body = json.loads(file.read_text())
    for member in ("checksum", "gradient", "multi_class", "offset", "exposure", "encoding"):
        body.pop(member, None)
    file.write_text(json.dumps(body))
    assert "its checksum is missing" in refusal(file)
    file.write_text(json.dumps({**body, "schema_version": 1}))
    loaded(file)
    file.write_bytes(sealed(json.dumps({**body, "schema_version": 1, "checksum": BLANK}).encode()))
    refusal(file)
    file.write_bytes(sealed(json.dumps({**body, "schema_version": 4, "checksum": BLANK}).encode()))
    assert "version" in refusal(file)


# ------------------------------------------------------------------ members that lie

VALUES = [
    None,
    0,
    -1,
    2,
    1.5,
    True,
    False,
    "",
    "x",
    "5",
    "\x1b[2J",
    "\ud800",
    [],
    {},
    [1],
    [[1]],
    [None],
    ["a", "a"],
    {"a": 1},
]
VALUES += [1e308, -1e308, 10**400, 1 << 63, "intercept", "quantile:q=2", float("nan"), float("inf"), ["0"], [[[[[1]]]]]]


def lie(draw, value):
    """The value, changed in one place."""
    if isinstance(value, dict) and value and draw.random() < 0.85:
        key = draw.choice(sorted(value))
        kind = draw.choice(["leave out", "add", *["deeper"] * 6])
        if kind == "leave out":
            return {k: v for k, v in value.items() if k != key}
        other = draw.choice([f"{key}s", "exact", "table", "coef", "checksum", key])
        changed = lie(draw, value[key]) if kind == "deeper" else draw.choice(VALUES)
        return {**value, key if kind == "deeper" else other: changed}
    if isinstance(value, list) and value and draw.random() < 0.7:
        i = draw.randrange(len(value))
        kinds = value[:i] + value[i + 1 :], [*value, value[i]], value[:1], [value], value[::-1]
        return draw.choice([*kinds, [*value[:i], lie(draw, value[i]), *value[i + 1 :]]])
    if isinstance(value, float) and abs(value) < 1e300 and draw.random() < 0.5:
        return draw.choice([-value, value * 2, str(value), int(value)])
    return copy.deepcopy(draw.choice(VALUES))


def bodies(tmp_path):
    """JSON of several runs and models, without their checksums."""
    for name, path in (("r", run()), ("rf", on_formula()), ("rs", GDRegressor(max_iter=5).fit(X, X[:, 0]).trajectory_)):
        path.save(tmp_path / f"{name}.json")
    for name, model in (("m", CURVE), ("ml", LINE), ("mt", PAIR), ("mc", THREE)):
        write_model(model, tmp_path / f"{name}.json")
    for name in ("r", "rf", "rs", "m", "ml", "mt", "mc"):
        body = json.loads((tmp_path / f"{name}.json").read_text())
        del body["checksum"]
        yield tmp_path / f"{name}.json", body


def plain_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def sound(body, found):
    """What a reader may rely on, checked on the JSON itself; nothing of the package is used."""
    if body["format"] == "steepest-model":
        nested = isinstance(body["intercept"], list)
        rows, ends = (body["coef"], body["intercept"]) if nested else ([body["coef"]], [body["intercept"]])
        assert list(map(list, found.coef)) == rows
        assert list(found.intercept) == ends
        assert len(set(body["names"])) == len(body["names"])
        assert {len(row) for row in rows} == {len(body["names"])}
        assert all(map(plain_number, [number for row in [*rows, ends] for number in row]))
        assert (body["classes"] is None) == (body["kind"] == "linear")
        outputs = len(found.targets) if found.classes is None else len(found.classes) if len(found.classes) > 2 else 1
        assert outputs == len(rows) == len(ends)
        offset = [0.0, 0.0] if found.offset is not None or found.exposure is not None else None
        assert len(predict(found, np.ones((2, len(found.names))), offset)) == 2
        return
    m, c = len(body["step"]), len(body["cost"])
    lengths = dict.fromkeys(("coef", "intercept", "step", "epoch", "learning_rate", "seconds"), m)
    lengths |= dict.fromkeys(("cost", "gradient_norm", "cost_step"), c)
    assert {a: len(body[a]) for a in lengths} == lengths
    assert all(plain_number(v) for a in lengths if a != "coef" for v in body[a])
    assert all(plain_number(v) for row in body["coef"] for v in row)
    assert len({len(row) for row in body["coef"]}) == 1
    assert body["step"] == sorted(set(body["step"]))
    assert set(body["cost_step"]) <= set(body["step"])
    assert min(body["step"]) >= 0
    for name in ("coef", "cost", "step"):
        assert getattr(found, name).tolist() == body[name]
    assert all(isinstance(text, str) for text in (repr(found), found._repr_html_()))
    assert len(found.table()["step"]) == len(found.x) == m


def test_members_that_lie_are_named_or_harmless(tmp_path):
    draw, made, accepted = random.Random(6), list(bodies(tmp_path)), 0
    for i in range(CHANGES):
        file, body = draw.choice(made)
        for _ in range(draw.choice([1, 1, 2])):
            body = lie(draw, body)
        if not isinstance(body, dict):
            continue
        body.setdefault("checksum", BLANK)
        text = json.dumps(body).encode()
        file.write_bytes(sealed(text) if BLANK.encode() in text else text)
        try:
            found = loaded(file)
        except DataError:
            refusal(file)
        else:
            accepted += 1
            sound(body, found)
        if i % 10 == 0:
            for words in (["show", str(file)], ["show", str(file), "--json"]):
                done = CliRunner().invoke(main, words)
                assert "internal error" not in done.output
                assert "\x1b" not in done.output
                assert done.exit_code in (0, 3)
    assert 30 < accepted < CHANGES / 2


ARRAYS = {
    "objects": ("coef", lambda a: np.array([[None, {}]] * len(a), object)),
    "text": ("cost", lambda a: a.astype(str)),
    "complex": ("cost", lambda a: a + 1j),
    "truth": ("learning_rate", lambda a: a > 0),
    "dates": ("seconds", lambda a: a.astype("M8[s]")),
    "fractions of steps": ("step", lambda a: a + 0.5),
    "steps beyond": ("step", lambda a: a.astype(np.uint64) + np.uint64(1 << 63)),
    "steps below 0": ("step", lambda a: a - 1),
    "steps that stay": ("step", lambda a: a * 0),
    "steps that go back": ("step", lambda a: a[::-1]),
    "NaN": ("coef", lambda a: a * np.nan),
    "infinity": ("cost", lambda a: a + np.inf),
    "no states": ("step", lambda a: a[:0]),
    "one too many": ("seconds", lambda a: np.append(a, a[-1:])),
    "a number": ("epoch", lambda a: a[0]),
    "another shape": ("intercept", lambda a: a[:, None]),
    "four axes": ("coef", lambda a: a[..., None, None]),
    "time before the start": ("seconds", lambda a: a - 1),
    "a norm below 0": ("gradient_norm", lambda a: -1 - a),
    "costs of other steps": ("cost_step", lambda a: a + 1),
    "fields": ("cost", lambda a: a.view([("a", float)])),
}


def archive(change=None, header=None, level=zipfile.ZIP_STORED, more=()):
    """A run in .npz with a right checksum, its arrays and header as ``change`` and ``header`` leave them."""
    path, out = run(), io.BytesIO()
    path.save(out_file := Path(change["folder"], "base.npz"), force=True)
    with np.load(out_file) as found:
        arrays = {name: found[name] for name in found.files}
    name, change_array = change.get("array", ("cost", lambda a: a))
    arrays[name] = change_array(arrays[name])
    if header is not None:
        arrays["header"] = header(arrays["header"])
    with zipfile.ZipFile(out, "w", level) as members:
        for key, array in arrays.items():
            stream = io.BytesIO()
            np.save(stream, array, allow_pickle=True)
            members.writestr(f"{key}.npy", stream.getvalue())
        for key, data in more:
            members.writestr(key, data)
        members.comment = BLANK.encode()
    return sealed(out.getvalue())


@pytest.mark.parametrize("what", ARRAYS)
def test_arrays_that_lie_are_named(what, tmp_path):
    (tmp_path / "r.npz").write_bytes(archive({"folder": tmp_path, "array": ARRAYS[what]}))
    assert f"({ARRAYS[what][0]} must" in refusal(tmp_path / "r.npz")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "made",
    [
        lambda folder: archive({"folder": folder}, level=zipfile.ZIP_DEFLATED),
        lambda folder: archive({"folder": folder}, more=[("evil.npy", b"")]),
        lambda folder: archive({"folder": folder}, more=[("cost.npy", b"")]),
        lambda folder: archive({"folder": folder}, header=lambda h: np.array([str(h)] * 2)),
        lambda folder: archive({"folder": folder}, header=lambda h: np.array(str(h)[:-1])),
        lambda folder: archive({"folder": folder}, header=lambda h: np.array(str(h)[:-1] + ', "meta": {}}')),
        lambda folder: archive({"folder": folder}, header=lambda h: np.array(str(h)[:-1] + ', "evil": {}}')),
        lambda folder: archive({"folder": folder}, header=lambda h: np.array(1.5)),
        lambda folder: archive({"folder": folder}, header=lambda h: np.array("[" * 100_000)),
    ],
)
def test_archives_that_lie_are_refused(made, tmp_path):
    (tmp_path / "r.npz").write_bytes(made(tmp_path))
    refusal(tmp_path / "r.npz")


@pytest.mark.parametrize(
    "shape", ["(1000000000000, 1)", "(9223372036854775807, 8)", "(-1, 1)", "(True, 1)", "()", "'x'"]
)
def test_a_shape_is_not_believed_before_memory_is_taken(shape, tmp_path):
    run().save(tmp_path / "r.npz")
    out = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "r.npz") as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            data = old.read(member)
            if member.filename == "coef.npy":
                text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
                data = b"\x93NUMPY\x01\x00v\x00" + text.encode() + data[128:]
            new.writestr(member.filename, data)
        new.comment = BLANK.encode()
    (tmp_path / "r.npz").write_bytes(sealed(out.getvalue()))
    line = refusal(tmp_path / "r.npz")
    assert "(coef must" in line or shape[0] != "(" or shape[1] in "T-"


def in_parquet(tmp_path, header=lambda text: text, table=lambda table: table):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    run().save(tmp_path / "r.parquet", force=True)
    old = pq.read_table(tmp_path / "r.parquet")
    text, out = old.schema.metadata[b"steepest-trajectory"].decode(), pa.BufferOutputStream()
    meta = {"steepest-trajectory": header(text), "checksum": BLANK}
    pq.write_table(table(old).replace_schema_metadata(meta), out)
    (tmp_path / "r.parquet").write_bytes(sealed(out.getvalue().to_pybytes()))
    return tmp_path / "r.parquet"


@pytest.mark.parametrize(
    "changed",
    [
        {"coef_shape": [10**9, 10**9]},
        {"coef_shape": [0, 10**18]},
        {"coef_shape": "many"},
        {"coef_shape": [[13], 2]},
        {"intercept_shape": [-1]},
        {"cost": [1.0]},
        {"cost_step": ["0"]},
        {"names": ["a"]},
        {"meta": {"reported_step": 10**6}},
    ],
)
def test_headers_of_parquet_that_lie_are_refused(changed, tmp_path):
    refusal(in_parquet(tmp_path, lambda text: json.dumps({**json.loads(text), **changed})))


def replaced(j, value, table):
    """The table with another column j, of one value."""
    import pyarrow as pa

    return table.set_column(j, table.column_names[j], pa.chunked_array([value] * table.num_rows))


def test_tables_of_parquet_that_lie_are_refused(tmp_path):
    pa = pytest.importorskip("pyarrow")
    one = {"text": pa.array(["a"]), "missing": pa.array([None], pa.float64()), "truth": pa.array([True])}
    for j in (0, 3, 6):
        for value in one.values():
            refusal(in_parquet(tmp_path, table=partial(replaced, j, value)))
        refusal(in_parquet(tmp_path, table=lambda table, j=j: table.remove_column(j)))
    refusal(in_parquet(tmp_path, table=lambda table: table.slice(1)))
    Trajectory.load(in_parquet(tmp_path))


def test_what_could_not_be_read_is_not_written(tmp_path):
    path = run()
    path.cost[2] = np.nan
    with pytest.raises(DataError, match="cost must be finite"):
        path.save(tmp_path / "r.npz")
    path = run()
    with pytest.raises(DataError, match="names must have 2 items, not 3"):
        Trajectory(**{**vars(path), "names": ("a", "b", "c")}).save(tmp_path / "r.npz")
    with pytest.raises(DataError, match=r"coef\[0\] must be a finite number"):
        write_model(CURVE._replace(coef=((np.nan, 1.0),)), tmp_path / "m.json")
    assert not list(tmp_path.iterdir())


def test_a_part_of_a_run_can_be_saved(tmp_path):
    path = GDRegressor(max_iter=5).fit(X, X[:, 0] ** 2).trajectory_
    for part in (path, path.upto(0), path.shifted(3), path.then(path.shifted(4))):
        part.save(tmp_path / "r.npz", force=True)
        assert Trajectory.load(tmp_path / "r.npz")._repr_html_() == part._repr_html_()
