"""Wrong commands, options and kinds: what was probably meant, spelled as the command line does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import click

from ..core.aliases import Answer, answer_to, as_python, nearest, use

__all__ = ["KINDS_ELSEWHERE", "WORDS", "as_option", "as_options", "spelled_kind", "unknown_command", "unknown_word"]

WORDS = "steepest.words"  # in the context: the words of the command line
LONG = re.compile(r"(--?[A-Za-z][\w-]+)(?:=.*)?", re.ASCII | re.DOTALL)

OPTIONS = {  # of the settings that have another name in Python
    "random_state": "--seed",
    "fixed": "--fix",
    "max_updates": "--steps",
    "sample_weight": "--weights",
    "fit_intercept": "--no-intercept",
    "dates": "--date",
    "cov_type": "--cov",
}
FLAGS = ("--no-intercept", "--no-header")
COMMANDS_ELSEWHERE = {
    **dict.fromkeys(("train", "learn", "regress", "run", "estimate", "lm", "glm", "glmnet", "vw"), "fit"),
    **dict.fromkeys(("linear", "ols", "ridge", "lasso", "poisson"), "fit linear"),
    **dict.fromkeys(("logistic", "logit", "classify"), "fit logistic"),
    **dict.fromkeys(("test", "score", "eval", "validate", "metrics"), "evaluate"),
    **dict.fromkeys(("infer", "inference", "apply", "forecast", "transform"), "predict"),
    **dict.fromkeys(("optimize", "optimise", "optim", "minimise", "solve"), "minimize"),
    **dict.fromkeys(("draw", "graph", "chart", "figure"), "plot"),
    **dict.fromkeys(("video", "movie", "gif"), "animate"),
    **dict.fromkeys(("info", "print", "inspect", "cat"), "show"),
    **dict.fromkeys(("data", "dataset", "datasets", "example", "generate"), "sample"),
    **dict.fromkeys(("lr-find", "find-lr", "lr", "rate"), "limit"),
    **dict.fromkeys(("benchmark", "grid", "sweep", "tune"), "compare"),
    "help": "--help",
    "version": "--version",
}
KINDS_ELSEWHERE = {
    **dict.fromkeys(("regression", "ols", "lm", "linreg", "line", "least-squares", "regressor"), "linear"),
    **dict.fromkeys(("ridge", "l2"), "linear with --alpha 0.1"),
    **dict.fromkeys(("lasso", "l1"), "linear with --alpha 0.1 --l1-ratio 1"),
    **dict.fromkeys(("elasticnet", "elastic-net", "enet", "glmnet"), "linear with --alpha 0.1 --l1-ratio 0.5"),
    **dict.fromkeys(("poisson", "count"), "linear with --loss poisson"),
    "huber": "linear with --loss huber",
    **dict.fromkeys(("quantile", "median"), "linear with --loss quantile:q=0.5"),
    **dict.fromkeys(("logit", "logreg", "log", "binomial", "glm", "classification", "classifier"), "logistic"),
    **dict.fromkeys(("softmax", "multinomial", "multiclass"), "logistic"),
    "svm": "logistic with --loss hinge",
}


def as_option(setting: str, value: Any) -> str:
    """Spell a setting as an option.

    Examples
    --------
    >>> as_option("learning_rate", "auto"), as_option("random_state", None)
    ('--learning-rate auto', '--seed')
    """
    option = OPTIONS.get(setting, f"--{setting.replace('_', '-')}")
    return option if value is None or option in FLAGS else f"{option} {value}"


def as_options(message: str) -> str:
    """Spell the settings of a message, ``name=value``, as options.

    Examples
    --------
    >>> as_options("fit with alpha=0, or take cov_type='HC0'")
    'fit with --alpha 0, or take --cov HC0'
    """
    setting = r"\b([a-z][a-z_]*)=(['\"]?)([\w.+-]+)\2"
    return re.sub(setting, lambda m: as_option(m[1], m[3]), message)


def unknown_command(name: str, commands: Iterable[str]) -> str:
    """The message for a command that does not exist."""
    near = COMMANDS_ELSEWHERE.get(name.lower()) or nearest(name, commands)
    return f"No such command {name!r}" + (f": did you mean {near}?" if near else "")


def spelled_kind(kind: str, kinds: Iterable[str]) -> str:
    """The message for a kind of fit that does not exist."""
    meant = KINDS_ELSEWHERE.get(kind.lower()) or nearest(kind, kinds)
    problem = f"{kind!r} is not one of {', '.join(map(repr, kinds))}"
    return f"{problem}: did you mean {meant}?" if meant else problem


def unknown_word(error: click.UsageError) -> str:
    """The message for an option that does not exist, even where Click read its first letter as another."""
    name = error.option_name if isinstance(error, click.NoSuchOption) else None
    if error.ctx is None:
        return error.format_message() if name is None else f"No such option {name!r}"
    words = [] if isinstance(error.ctx.command, click.Group) else error.ctx.meta.get(WORDS, [])
    words = words[: words.index("--")] if "--" in words else words
    for word in (found[1] for found in map(LONG.fullmatch, words) if found):
        if name is None and _is_meant(word, error.ctx.command):
            return _unknown_option(word, error.ctx)
        if (
            name is not None and len(name) == 2 and word.startswith((name, "-h"))
        ):  # of -lr Click reads -l, of -history -h -i
            return _unknown_option(word, error.ctx)
    return error.format_message() if name is None else _unknown_option(name, error.ctx)


def _is_meant(word: str, command: click.Command) -> bool:
    """Whether a word is an option misspelled or of another package; -l and more letters may be the value of -l."""
    name, known = word.lstrip("-"), _options(command)
    if f"--{name}" in known:
        return not word.startswith("--")
    return answer_to(name, known if word.startswith("--") else ()) is not None


def _unknown_option(option: str, context: click.Context) -> str:
    """The message for an option that does not exist: what it is called here, if this command has it."""
    problem = f"No such option {option!r}"
    option = option if len(option) == 2 else f"--{option.lstrip('-')}"
    known = _options(context.command)
    answer = answer_to(option.lstrip("-"), (name.lstrip("-") for name in known))
    if answer is None and option in _options(_fit(context)):
        answer = use(option.lstrip("-"))
    if answer is None:
        return problem
    if "--max-iter" not in known and "--steps" in known and answer.settings[:1] == (("max_iter", None),):
        answer = use("steps")  # the steps of a function are all that is counted
    lacking = [name for name, _ in answer.settings if as_option(name, None) not in known]
    if not lacking:
        return f"{problem}: {answer.spelled(as_option)}"
    return f"{problem}: {_elsewhere(answer, lacking, context)}"


def _elsewhere(answer: Answer, lacking: list[str], context: click.Context) -> str:
    """Where a setting is found that this command does not have."""
    name = context.info_name
    if all(as_option(setting, None) in _options(_fit(context)) for setting in lacking):
        return f"{name} has none, but fit has: {answer.spelled(as_option)}"
    if lacking == ["n_jobs"]:
        return "set the environment variable STEEPEST_NUM_THREADS"
    if lacking == ["progress"]:
        return "leave it out: progress is shown on a terminal alone"
    return f"{name} has none, but the estimators in Python have: {answer.spelled(as_python)}"


def _fit(context: click.Context) -> click.Command:
    """The command ``fit``, which has most options."""
    group = context.find_root().command
    found = group.get_command(context, "fit") if isinstance(group, click.Group) else None
    return found or context.command


def _options(command: click.Command) -> set[str]:
    names = (name for option in command.params for name in (*option.opts, *option.secondary_opts))
    return {name for name in names if name.startswith("--")}
