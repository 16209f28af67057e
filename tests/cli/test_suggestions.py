"""What people type from other packages, or mistype, ends in one line that names the right command, option or value."""

from __future__ import annotations

import inspect
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from steepest import GDClassifier, GDRegressor, averages, estimates, losses, rules, steps
from steepest.cli import COMMANDS, main
from steepest.cli.commands.fit import command as fit_options
from steepest.cli.commands.minimize import command as minimize_options
from steepest.cli.suggestions import COMMANDS_ELSEWHERE, KINDS_ELSEWHERE, as_option
from steepest.core.aliases import SETTINGS, VALUES, answer_to, as_python, nearest
from steepest.core.errors import UsageError
from steepest.core.records import from_name
from steepest.data.samples import sample

FIT = "fit linear eight.txt -t y"
LABELS = "fit logistic eight-labels.txt -t y"

WRONG = {
    # typing errors
    "fti linear eight.txt -t y": "No such command 'fti': did you mean fit?",
    "pedict m.json eight.txt": "No such command 'pedict': did you mean predict?",
    "fit liner eight.txt -t y": "'liner' is not one of 'linear', 'logistic': did you mean linear?",
    f"{FIT} --learnig-rate 0.1": "'--learnig-rate': did you mean --learning-rate?",
    f"{FIT} --learning_rate 0.1": "'--learning_rate': did you mean --learning-rate?",
    f"{FIT} --learning-rate 0,1": "'0,1' is not a finite number: write 0.1",
    f"{FIT} --rule adma": "no rule is called 'adma': did you mean 'adam'?",
    f"{FIT} --loss hubr": "no loss is called 'hubr': did you mean 'huber'?",
    # scikit-learn
    f"{FIT} --eta0 0.1": "'--eta0': use --learning-rate",
    f"{FIT} --C 1": "'--C': use --alpha, which is 1 / (n C) for n rows",
    f"{FIT} --penalty none": "'--penalty': a penalty is --alpha, its share of L1 --l1-ratio",
    f"{FIT} --solver saga": "'--solver': use --rule, such as adam",
    f"{FIT} --rule saga": "no rule is called 'saga': use --estimate saga with --batch-size 1",
    f"{FIT} --rule lbfgs": "no rule is called 'lbfgs': use --rule secant",
    f"{FIT} --random-state 0": "'--random-state': use --seed",
    f"{FIT} --fit-intercept": "'--fit-intercept': use --no-intercept",
    f"{FIT} --learning-rate optimal": "no learning rate is called 'optimal': use --learning-rate inverse_time",
    f"{FIT} --learning-rate invscaling": "'invscaling': use --learning-rate inverse_scaling",
    f"{FIT} --n-jobs 2": "'--n-jobs': set the environment variable STEEPEST_NUM_THREADS",
    f"{FIT} --positive-coef": "'--positive-coef': use --signs +",
    "fit ridge eight.txt -t y": "'ridge' is not one of 'linear', 'logistic': did you mean linear with --alpha 0.1?",
    "fit lasso eight.txt -t y": "'lasso' is not one of 'linear', 'logistic': did you mean linear with --alpha 0.1 --l1",
    f"{FIT} --loss lasso": "no loss is called 'lasso': a lasso penalty is --alpha 0.1 with --l1-ratio 1",
    f"{FIT} --loss ols": "no loss is called 'ols': use --loss squared_error",
    # PyTorch and Keras
    f"{FIT} --lr 0.1": "'--lr': use --learning-rate",
    f"{FIT} --epochs 5": "'--epochs': use --max-iter, which counts passes over the data",
    f"{FIT} --optimizer adam": "'--optimizer': use --rule, such as adam",
    f"{FIT} --weight-decay 0.1": "'--weight-decay': use --alpha, the weight of the penalty",
    f"{FIT} --momentum 0.9": "'--momentum': use --rule momentum:beta=0.9",
    f"{FIT} --batch 32": "'--batch': use --batch-size",
    f"{FIT} --rule sgd": "no rule is called 'sgd': steps on single rows are --batch-size 1, with the rule left out",
    f"{FIT} --loss mae": "no loss is called 'mae': use --loss quantile:q=0.5",
    f"{FIT} --loss l1": "no loss is called 'l1': use --loss quantile:q=0.5",
    f"{LABELS} --loss bce": "no loss is called 'bce': use --loss log_loss",
    f"{LABELS} --loss cross_entropy": "no loss is called 'cross_entropy': use --loss log_loss",
    f"{LABELS} --loss logistic": "no loss is called 'logistic': use --loss log_loss",
    f"{FIT} --num-steps 10": "'--num-steps': use --steps",
    f"{FIT} --patience 3": "'--patience': use --n-iter-no-change",
    "train linear eight.txt -t y": "No such command 'train': did you mean fit?",
    # Vowpal Wabbit, R and glmnet
    f"{FIT} --passes 3": "'--passes': use --max-iter, which counts passes over the data",
    f"{FIT} --l2 0.1": "'--l2': use --alpha, the weight of the penalty",
    f"{FIT} --lambda 0.1": "'--lambda': use --alpha, the weight of the penalty",
    f"{FIT} --family poisson": "'--family': use --loss",
    f"{FIT} --loss gaussian": "no loss is called 'gaussian': use --loss squared_error",
    f"{FIT} --normalize": "leave it out: with --learning-rate auto columns are scaled inside the descent",
    f"{FIT} --thresh 1e-7": "'--thresh': use --tol",
    f"{FIT} --maxit 100": "'--maxit': use --max-iter, which counts passes over the data",
    f"{FIT} --method BFGS": "'--method': use --rule, such as adam",
    f"{FIT} --noconstant": "'--noconstant': use --no-intercept",
    "lm eight.txt -t y": "No such command 'lm': did you mean fit?",
    "fit glm eight.txt -t y": "'glm' is not one of 'linear', 'logistic': did you mean logistic?",
    "optim x**2 --start 1": "No such command 'optim': did you mean minimize?",
    "minimize x**2 --start 1 --lr 0.1": "'--lr': use --learning-rate",
    "minimize --lr 0.1 x**2 --start 1": "'--lr': use --learning-rate",
    "minimize x**2 --start 1 --max-iter 5": "'--max-iter': use --steps",
    "minimize x**2 --init 1": "'--init': use --start",
    "minimize x**2 --start 1 --batch-size 3": "minimize has none, but fit has: ",
    "minimize x**2 --start 1 --learning_rate 0.1": "'--learning_rate': did you mean --learning-rate?",
    "minimize --learning_rate=0.1 x**2 --start 1": "'--learning_rate': did you mean --learning-rate?",
    "minimize x**2 --start 1 --eta0 0.1": "'--eta0': use --learning-rate",
    "minimize x**2 --start 1 --n_iter 5": "'--n_iter': use --steps",
    "minimize x**2 --start 1 --l1 0.1": "'--l1': minimize has none, but fit has: ",
    "minimize x**2 --start 1 extra": "Got unexpected extra argument (extra)",
    # one hyphen, where Click takes the first letter, or the rest for its value
    f"{FIT} -lr 0.1": "'-lr': use --learning-rate",
    f"{FIT} -lr=0.1": "'-lr': use --learning-rate",
    f"{FIT} -epochs 5": "'-epochs': use --max-iter, which counts passes over the data",
    f"{FIT} -max_iter 5": "'-max_iter': did you mean --max-iter?",
    f"{FIT} -tol 0.1": "'-tol': did you mean --tol?",
    f"{FIT} -optimizer adam": "'-optimizer': use --rule, such as adam",
    "fit linear eight.txt -target y": "'-target': did you mean --target?",
    "fit linear eight.txt -ty extra": "Got unexpected extra argument (extra)",
    f"{FIT} -z": "No such option '-z'",
    "minimize x**2 --start 1 -lr 3": "'-lr': use --learning-rate",
    "minimize -lr 3 x**2 --start 1": "'-lr': use --learning-rate",
    "minimize x**2 --start 1 -max-iter 4": "'-max-iter': use --steps",
    "predict m.json eight.txt -lr 3": "'-lr': predict has none, but fit has: use --learning-rate",
    "fti linear eight.txt --lr 3": "No such command 'fti': did you mean fit?",
    # --vary
    "compare linear eight.txt -t y --vary lr=0.1,0.2": "--vary: no option 'lr': use learning-rate",
    "compare linear eight.txt -t y --vary sed=1": "--vary: no option 'sed': did you mean seed?",
    "compare linear eight.txt -t y --vary momentum=0.9": "--vary: no option 'momentum': use rule=momentum:beta=0.9",
    "compare linear eight.txt -t y --vary verbose=1": "--vary takes OPTION=VALUE,VALUE with one of alpha, average, ",
    "compare linear eight.txt -t y --vary start=1": "--vary takes OPTION=VALUE,VALUE with one of alpha, average, ",
    # the wrong command for an option
    "predict m.json eight.txt --lr 0.1": "predict has none, but fit has: use --learning-rate",
    "evaluate m.json eight.txt --alpha 1": "evaluate has none, but fit has: use --alpha",
}

PYTHON = {
    "GDRegressor(lr=0.1)": "GDRegressor has no parameter 'lr': use learning_rate",
    "GDRegressor(epochs=5)": "no parameter 'epochs': use max_iter, which counts passes over the data",
    "GDRegressor(n_steps=5)": "no parameter 'n_steps': use max_updates, which counts steps",
    "GDRegressor(C=1.0)": "no parameter 'C': use alpha, which is 1 / (n C) for n rows",
    "GDClassifier(penalty='l1')": "no parameter 'penalty': a penalty is alpha, its share of L1 l1_ratio",
    "GDClassifier(solver='saga')": "no parameter 'solver': use rule, such as adam",
    "GDRegressor(optimizer='adam')": "no parameter 'optimizer': use rule, such as adam",
    "GDRegressor(alpa=0.1)": "no parameter 'alpa': did you mean alpha?",
    "GDRegressor(lambda_=0.1)": "no parameter 'lambda_': use alpha, the weight of the penalty",
    "GDRegressor(seed=0)": "no parameter 'seed': use random_state",
    "GDRegressor(verbose=1)": "no parameter 'verbose': use progress",
    "GDRegressor(sample_weight=[1.0])": "no parameter 'sample_weight': give the weights of the rows to fit(X, y, samp",
    "GDRegressor(positive=True)": "no parameter 'positive': use signs='+'",
    "GDRegressor(normalize=True)": "leave it out: with learning_rate='auto' columns are scaled inside the descent",
    "GDRegressor(nonsense=1)": "no parameter 'nonsense': it has loss, alpha, ",
    "GDRegressor(learning_rate='0.01')": "a constant rate is a number and not a text, learning_rate=0.01",
    "GDRegressor(learning_rate='optimal')": "use learning_rate='inverse_time'",
    "GDRegressor(learning_rate=None)": "use learning_rate='auto'",
    "GDRegressor(rule='sgd')": "steps on single rows are batch_size=1, with the rule left out",
    "GDRegressor(rule='lbfgs')": "use rule='secant'",
    "GDRegressor(loss='mae')": "no loss is called 'mae': use loss='quantile:q=0.5'",
    "GDClassifier(loss='logistic')": "use loss='log_loss'",
    "GDRegressor(loss='ridge')": "a ridge penalty is alpha=0.1",
    "GDRegressor(max_iter='100')": "max_iter must be a number, not '100': write max_iter=100",
    "GDRegressor(alpha='0.1')": "alpha must be a number, not '0.1': write alpha=0.1",
    "GDRegressor(tol='1e-3')": "tol must be a number or None, not '1e-3': write tol=0.001",
    "GDRegressor(batch_size='32')": "batch_size must be a number or None, not '32': write batch_size=32",
    "GDRegressor(fit_intercept='no')": "fit_intercept must be True or False, not 'no'",
    "GDRegressor(average='yes')": "use average='polyak_ruppert'",
}

KNOWN = {"rule": rules, "loss": losses, "learning_rate": steps, "estimate": estimates, "average": averages}
KINDS = {"learning_rate": "learning rate"}
IN_FIT = {"steps", "target", "features", "delimiter", "no_header", "sample_weight", "decimal", "thousands", "encoding"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("eight", "eight-labels"):
        Path(f"{name}.txt").write_text(sample(name))


def run(line: str) -> Result:
    return CliRunner().invoke(main, shlex.split(line))


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_command_ends_in_one_line_that_names_the_right_one(line: str) -> None:
    result = run(line)
    assert result.exit_code == 2, result.output
    assert WRONG[line] in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize("call", PYTHON)
def test_a_wrong_call_ends_in_one_line_that_names_the_right_one(call: str) -> None:
    with pytest.raises(UsageError) as error:
        eval(call, {"GDRegressor": GDRegressor, "GDClassifier": GDClassifier}).fit([[1.0], [2.0], [3.0]], [0, 1, 1])
    assert PYTHON[call] in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_parameter_is_a_type_error_too_and_positions_are_pythons_own() -> None:
    with pytest.raises(TypeError, match="no parameter 'lr'"):
        GDRegressor(lr=0.1)
    assert list(inspect.signature(GDRegressor).parameters)[:2] == ["loss", "alpha"]


def parameters() -> set[str]:
    return set(inspect.signature(GDClassifier).parameters)


@pytest.mark.parametrize("word", SETTINGS)
def test_each_answer_names_settings_that_exist(word: str) -> None:
    answer = SETTINGS[word]
    options = {name for option in fit_options.params for name in (*option.opts, *option.secondary_opts)}
    assert {name for name, _ in answer.settings} <= parameters() | IN_FIT
    for name, value in answer.settings:
        assert name in parameters() or as_option(name, None) in options
        if name in KNOWN and value not in (None, "auto"):
            from_name(value, KNOWN[name], KINDS.get(name, name))
    assert "{" not in answer.spelled(as_option) + answer.spelled(as_python)


@pytest.mark.parametrize("what", VALUES)
def test_each_value_of_an_answer_is_accepted_and_no_name_of_ours_is_shadowed(what: str) -> None:
    module = KNOWN[what.replace(" ", "_")]
    for word, answer in VALUES[what].items():
        with pytest.raises(UsageError):
            from_name(word, module, what)
        for name, value in answer.settings:
            if name in KNOWN and value != "auto":
                from_name(value, KNOWN[name], KINDS.get(name, name))
            else:
                GDRegressor(**{name: value})


def test_commands_and_kinds_of_other_packages_lead_to_ours() -> None:
    assert not set(COMMANDS_ELSEWHERE) & set(COMMANDS)
    assert {meant.split()[0] for meant in COMMANDS_ELSEWHERE.values()} <= {*COMMANDS, "--help", "--version"}
    assert {meant.split()[0] for meant in KINDS_ELSEWHERE.values()} == {"linear", "logistic"}
    for meant in KINDS_ELSEWHERE.values():
        rest = meant.partition(" with ")[2]
        assert not rest or run(f"fit {meant.split()[0]} eight.txt -t y {rest} --steps 1").exit_code in (0, 3)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_mistyped_by_one_letter_is_found(command: str) -> None:
    """Each letter left out, doubled or swapped with the next: the right option, or an answer about another package."""
    options = main.get_command(click.Context(main), command).params
    known = [name[2:] for option in options for name in option.opts if name.startswith("--") and len(name) > 6]
    for name in known:
        for i in range(1, len(name) - 1):
            for typo in (
                name[:i] + name[i + 1 :],
                name[:i] + name[i] + name[i:],
                name[:i] + name[i + 1] + name[i] + name[i + 2 :],
            ):
                if typo in known:
                    continue
                answer = answer_to(typo, known)
                assert answer is not None
                assert (
                    answer.spelled(as_option) in (f"did you mean --{name}?", f"did you mean --{nearest(typo, known)}?")
                    or typo.replace("-", "") in SETTINGS
                )


@pytest.mark.parametrize("word", SETTINGS)
@pytest.mark.parametrize("start", [FIT, "minimize x**2 --start 1"])
def test_each_word_of_another_package_is_answered_alike_after_one_hyphen_and_after_two(start: str, word: str) -> None:
    # -hold is -h, which asks for help
    options = {"fit": fit_options, "minimize": minimize_options}[start.split()[0]]
    if (
        len(word) == 1
        or word == "hold"
        or word in {name.strip("-") for option in options.params for name in option.opts}
    ):
        return
    two, one = run(f"{start} --{word} 1"), run(f"{start} -{word} 1")
    assert (two.exit_code, one.exit_code) == (2, 2)
    assert two.stderr.startswith(f"error: No such option '--{word}': ")
    assert one.stderr == two.stderr.replace(f"--{word}'", f"-{word}'", 1)


@pytest.mark.parametrize("formula", ["--x1", "--x1-pi", "--x1*x1", "-x1", "--x2*x2+x1**2"])
def test_a_formula_may_begin_with_hyphens(formula: str) -> None:
    assert "No such option" not in run(f"minimize --start 1 --steps 1 {formula}").stderr


def test_help_is_given_for_h_and_shows_no_escapes() -> None:
    assert run("minimize -h").stdout == run("minimize --help").stdout
    assert run("minimize -h --start 1").exit_code == 4  # minus h, which has no minimum
    assert run("minimize --start 3 --steps 5 -- -x").exit_code == 4
    for command in COMMANDS:
        text = run(f"{command} --help").stdout
        assert "\\b" not in text
        assert "\b" not in text
    assert "\n  steepest compare linear eight.csv" in run("compare --help").stdout
