"""Every option of ``fit`` changes something, and contradictions are refused before anything is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from steepest.cli import main
from steepest.data.samples import sample

TABLE = "w,x,z,y\n1,1,2,4\n5,3,1,3\n1,4,5,7\n2,5,2,7\n1,6,8,8\n1,7,3,10\n9,8,4,8\n1,10,1,11\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(TABLE)
    Path("eight.txt").write_text(sample("eight"))
    Path("labels.txt").write_text(sample("eight-labels"))
    return tmp_path


def run(line: str) -> Result:
    return CliRunner().invoke(main, line.split())


def fit(line: str) -> dict[str, Any]:
    result = run(f"fit {line} --json")
    assert result.exit_code in (0, 4), result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


BASE = "linear t.csv -t y -x x,z --learning-rate 0.01 --steps 40"
CHANGES = [
    "linear t.csv -t z -x x --learning-rate 0.01 --steps 40",
    BASE.replace("x,z", "z,x"),
    BASE.replace("0.01", "0.03"),
    BASE.replace("0.01", "inverse_scaling:eta=0.02,power=0.5"),
    BASE.replace("0.01", "auto"),
    BASE.replace("--steps 40", "--steps 41"),
    BASE.replace("--steps 40", "--max-iter 30"),
    BASE + " --rule momentum:beta=0.5",
    BASE + " --rule nesterov",
    BASE + " --loss mse",
    BASE + " --alpha 0.5",
    BASE + " --weights w",
    BASE + " --no-intercept",
    BASE + " --fix x=0.25",
    BASE + " --fix x=0.25 --fix intercept=1",
    BASE + " --start 1,2,3",
    BASE + " --batch-size 1",
    BASE + " --average polyak_ruppert",
    BASE + " --batch-size 3 --estimate saga",
    BASE + " --batch-size 3 --estimate loopless_svrg",
    BASE + " --average weighted:power=1",
    BASE + " --batch-size 3",
    BASE + " --batch-size 3 --seed 1",
    BASE + " --batch-size 3 --sampling replacement",
    BASE + " --batch-size 3 --sampling sequential",
]


def test_every_option_changes_the_answer() -> None:
    answers = {line: (tuple(found["coef"]), found["intercept"]) for line in [BASE, *CHANGES] for found in [fit(line)]}
    assert len(set(answers.values())) == len(answers)


def test_held_coefficients_stay() -> None:
    found = fit(BASE + " --fix x=0.25,intercept=1")
    assert found["coef"][0] == 0.25
    assert found["intercept"] == 1.0
    assert fit(BASE + " --no-intercept")["intercept"] == 0.0
    assert fit("linear t.csv -t y -x x,z --fix x=0.25")["coef"][0] == pytest.approx(
        0.25, rel=1e-15
    )  # by way of scaled columns


def test_a_batch_larger_than_the_table_is_the_table() -> None:
    assert fit(BASE + " --batch-size 1000")["coef"] == pytest.approx(fit(BASE + " --batch-size all")["coef"], rel=1e-12)
    assert fit(BASE + " --batch-size 1000")["epochs"] == 40


def test_steps_means_all_of_them_and_tol_ends_earlier() -> None:
    line = "linear eight.txt -t y --learning-rate 0.04"
    assert fit(f"{line} --steps 30000")["steps"] == 30000
    assert fit(f"{line} --steps 30000 --tol 1e-3")["steps"] < fit(f"{line} --steps 30000 --tol 1e-6")["steps"] < 30000
    assert fit(f"{line} --max-iter 30000")["steps"] < 30000
    assert fit(f"{line} --max-iter 30000 --tol none")["steps"] == 30000


def test_without_an_intercept_the_start_may_leave_it_out() -> None:
    line = "linear t.csv -t y -x x,z --learning-rate 0.01 --steps 3 --no-intercept"
    assert fit(f"{line} --start 1,2")["coef"] == fit(f"{line} --start 1,2,0")["coef"]
    assert fit(f"{line} --start -1,2")["coef"] != fit(f"{line} --start 1,2")["coef"]


def test_tables_without_header_and_with_another_delimiter() -> None:
    Path("bare.txt").write_text(TABLE.split("\n", 1)[1].replace(",", "|"))
    found = fit("linear bare.txt -t 4 -x c2,c3 --no-header --delimiter |")
    assert found["names"] == ["c2", "c3"]
    assert found["coef"] == fit("linear t.csv -t y -x x,z")["coef"]


GERMAN = "--decimal , --thousands . --encoding latin-1"


def written_abroad(name: str) -> None:
    """The table with its numbers times 1000.5, as a German spreadsheet of old saves it."""
    head, *rows = TABLE.split()
    numbers = [
        [f"{1000.5 * int(cell):,.1f}".translate(str.maketrans(",.", ".,")) for cell in row.split(",")] for row in rows
    ]
    text = "\n".join([head.replace(",", ";").replace("w", "gr\u00f6\u00dfe"), *map(";".join, numbers)])
    Path(name).write_bytes(text.encode("latin-1"))


def test_every_command_that_reads_tables_reads_those_of_other_countries() -> None:
    written_abroad("de.csv")
    plain = [[1000.5 * int(cell) for cell in row.split(",")] for row in TABLE.split()[1:]]
    Path("us.csv").write_text("\n".join(["w,x,z,y", *(",".join(map(repr, row)) for row in plain)]))
    fits = [fit("linear us.csv -t y -x x,z -o us.json"), fit(f"linear de.csv -t y -x x,z {GERMAN} -o de.json")]
    assert fits[0]["coef"] == fits[1]["coef"]
    for command in ("limit FILE -t y -x x,z", "compare linear FILE -t y -x x,z --vary rule=plain,adam --steps 9"):
        said = [
            run(command.replace("FILE", name) + more + " --json")
            for name, more in (("us.csv", ""), ("de.csv", f" {GERMAN}"))
        ]
        assert [one.exit_code for one in said] == [0, 0]
        found = [one.stdout.replace("us.csv", "de.csv").partition('"seconds"')[0] for one in said]
        assert found[0] == found[1]
    for command in ("predict", "evaluate"):
        assert run(f"{command} us.json us.csv").stdout == run(f"{command} us.json de.csv {GERMAN}").stdout.replace(
            "de.csv", "us.csv"
        )
    assert run(
        f"fit linear de.csv -t y -x x,z {GERMAN} --steps 9 --learning-rate 1e-9 --trajectory run.npz"
    ).exit_code in (0, 4)
    for command in ("plot cost-curve run.npz de.csv -o a.svg", "animate run.npz de.csv -o a.gif --frames 2"):
        assert "latin-1" in run(command).output
        assert run(f"{command} {GERMAN}").exit_code == 0, run(f"{command} {GERMAN} --force").output


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--decimal x", "decimal 'x': write . or ,"),
        ("--thousands ;", "thousands ';': write one of , . space apostrophe"),
        ("--thousands , --decimal ,", "decimals and thousands cannot both be marked by ','"),
        ("--encoding nonsense", "encoding 'nonsense' is not known"),
        ("--delimiter xy", "delimiter 'xy'"),
    ],
)
def test_a_format_that_cannot_be_is_refused_before_the_file_is_read(flag: str, said: str) -> None:
    result = run(f"fit linear absent.csv -t y {flag}")
    assert (result.exit_code, said in result.output) == (2, True)


def test_a_header_of_numbers_is_said() -> None:
    Path("n.csv").write_text("5,3\n4,1\n6,2\n7,5\n")
    assert fit("linear n.csv -t 3 --header")["rows"] == 3
    assert fit("linear n.csv -t c2 --no-header")["rows"] == fit("linear n.csv -t c2")["rows"] == 4


def test_the_prediction_at_a_point() -> None:
    found = fit("linear t.csv -t y -x x,z --at z=2,x=1.5")
    assert found["at"]["prediction"] == pytest.approx(
        1.5 * found["coef"][0] + 2 * found["coef"][1] + found["intercept"]
    )
    found = fit("logistic labels.txt -t label --alpha 0.01 --at x=10")
    assert found["at"]["prediction"] == 1.0
    assert found["at"]["probability"] > 0.5


def test_convergence_can_be_required() -> None:
    assert run(f"fit {BASE}").exit_code == 0
    assert run(f"fit {BASE} --require-converged -o m.json").exit_code == 5
    assert Path("m.json").exists()
    assert run("fit linear t.csv -t y -x x,z --require-converged").exit_code == 0


def test_a_name_with_a_comma_stands_in_quotes() -> None:
    Path("odd.csv").write_text('"a,b",y,z\n1,2,x\n2,3,x\n3,5,x\n')
    arguments = ["fit", "linear", "odd.csv", "-t", "y", "-x", '"a,b"', "--at", '"a,b=2"', "--json"]
    assert json.loads(CliRunner().invoke(main, arguments).stdout)["names"] == ["a,b"]


REFUSED = {
    "--learning-rate 0": "must be a positive number, not 0",
    "--learning-rate -1": "must be a positive number, not -1",
    "--learning-rate nan": "not a finite number",
    "--learning-rate inf": "not a finite number",
    "--learning-rate -inf": "not a finite number",
    "--learning-rate 1e999": "not a finite number",
    "--learning-rate 0.1x": "not a finite number",
    "--learning-rate 1_0": "not a finite number",
    "--learning-rate fast": "no learning rate is called 'fast'",
    "--learning-rate inverse_scaling:eta=no": "is not a number",
    "--rule wild": "no rule is called 'wild'",
    "--rule momentum:beta=2": "0 <= beta < 1",
    "--rule momentum:gamma=1": "no field 'gamma'",
    "--loss hing": "no loss is called 'hing': did you mean 'hinge'?",
    "--loss hinge": "the loss 'hinge' is for fit logistic",
    "--loss log_loss": "for fit logistic",
    "--batch-size 0": "whole number >= 1",
    "--batch-size 1.5": "not a valid int",
    "--sampling none": "sampling must be one of",
    "--max-iter 0": "x>=1",
    "--steps 10 --max-iter 10": "give one of them",
    "--tol -1": "number >= 0 or none",
    "--tol soon": "not a finite number",
    "--alpha -1": "number >= 0",
    "--alpha nan": "not a finite number",
    "--l1-ratio 1.5": "l1_ratio must be a number from 0 to 1",
    "--seed -1": "x>=0",
    "--start 1": "needs 2 numbers",
    "--start 1,b": "not a finite number",
    "--fix q=1": "no feature is called 'q'",
    "--fix x": "not NAME=NUMBER",
    "--fix intercept=1 --no-intercept": "contradict",
    "--at q=1": "no feature is called 'q'",
    "--at x=1,x=2": "given twice",
    "--at x=much": "is not a number: write a number",
    "--positive 1": "fit logistic",
    "-x q": "no column 'q'",
    "-x y": "asked for twice",
    "-x x,": "empty name",
    "--weights q": "no column 'q'",
    "--trajectory run.txt": "by the end of the file's name",
    "-o eight.txt --force": "named twice",
    "-o a.json --trajectory a.json": "named twice",
    "--bogus": "No such option",
}


@pytest.mark.parametrize("flags", REFUSED)
def test_senseless_options_are_refused_in_one_line(flags: str, folder: Path) -> None:
    before = sorted(folder.iterdir())
    result = run(f"fit linear eight.txt -t y {flags}")
    assert result.exit_code == 2, result.output
    assert REFUSED[flags] in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert sorted(folder.iterdir()) == before


def test_the_point_needs_every_feature() -> None:
    result = run("fit linear t.csv -t y -x x,z --at x=1")
    assert result.exit_code == 2
    assert "needs a value for 'z'" in result.stderr
