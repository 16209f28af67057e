"""What people type elsewhere, and what it is called here: settings, values and commands of other packages.

Each answer names settings by the parameters of the estimators; each layer spells them in its own syntax. Sources are
the interfaces of scikit-learn, PyTorch, Keras, Vowpal Wabbit, R's glm, glmnet and optim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

__all__ = ["Answer", "answer_to", "as_python", "nearest", "use", "value_answer"]


class Answer(NamedTuple):
    """What to write instead.

    Attributes
    ----------
    words : str
        What to do; each "{}" stands where the next setting is spelled.
    settings : tuple of (name, value)
        Parameters of the estimators; a value of None is open.
    """

    words: str
    settings: tuple[tuple[str, Any], ...] = ()

    @property
    def in_python(self) -> str:
        """The answer with settings as arguments."""
        return self.spelled(as_python)

    def spelled(self, spell: Callable[[str, Any], str]) -> str:
        """The answer in the syntax of ``spell``.

        Examples
        --------
        >>> use("learning_rate").spelled(as_python), use("rule", "adam").spelled(as_python)
        ('use learning_rate', "use rule='adam'")
        """
        return self.words.format(*(spell(name, value) for name, value in self.settings))


def as_python(setting: str, value: Any) -> str:
    """A setting as an argument, or its name alone where the value is open."""
    return setting if value is None else f"{setting}={value!r}"


def use(setting: str, value: Any = None, words: str = "use {}") -> Answer:
    """The answer that names one setting."""
    return Answer(words, ((setting, value),))


RATE = use("learning_rate")
EPOCHS = use("max_iter", words="use {}, which counts passes over the data")
ALPHA = use("alpha", words="use {}, the weight of the penalty")
RIDGE = use("alpha", 0.1, "a ridge penalty is {}")
LASSO = Answer("a lasso penalty is {} with {}", (("alpha", 0.1), ("l1_ratio", 1)))
NET = Answer("an elastic net is {} with {}", (("alpha", 0.1), ("l1_ratio", 0.5)))
INVERSE = use("alpha", words="use {}, which is 1 / (n C) for n rows")
SCALED = use("learning_rate", "auto", "leave it out: with {} columns are scaled inside the descent")
SEED = use("random_state")
BATCH = use("batch_size")
SINGLE = use("batch_size", 1, "steps on single rows are {}, with the rule left out")
MEAN = use("average", "polyak_ruppert")
SAGA = Answer("use {} with {}", (("estimate", "saga"), ("batch_size", 1)))
SVRG = Answer("use {} with {}", (("estimate", "loopless_svrg"), ("batch_size", 1)))
BETA = use("rule", "momentum:beta=0.9")
RULE = use("rule", words="use {}, such as adam")
NO_INTERCEPT = use("fit_intercept", False)
WEIGHTS = use("sample_weight")
SIGNS = use("signs", "+")
FACTORS = use("penalty_factors")
NEWTON = use("rule", "newton")
SECANT = use("rule", "secant")
NORMAL = Answer("leave it out: small least-squares problems are solved by normal equations anyway")
PASSES = use("sampling", words="use {}: shuffle, replacement or sequential")
PATIENCE = use("n_iter_no_change")
HELD_OUT = use("validation_fraction")
AUTO = use("rule", "auto")
OUTPUT = Answer("use -o MODEL.json")


def _table(*entries: tuple[str, Answer]) -> dict[str, Answer]:
    return {_plain(word): answer for words, answer in entries for word in words.split()}


def _plain(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").replace(".", "").lstrip("+")


SETTINGS = _table(
    ("lr eta eta0 step-size stepsize step rate learn-rate learning-rate-init learningrate lrate", RATE),
    ("lr-schedule scheduler lr-scheduler schedule decay lr-decay power-t", use("learning_rate", "inverse_scaling")),
    ("epochs epoch n-epochs num-epochs nepochs passes maxit maxiter max-epochs n-iter num-iter iterations", EPOCHS),
    ("iter iters niter max-iterations n-iterations num-iterations", EPOCHS),
    ("max-steps n-steps num-steps nsteps updates max-updates", use("steps", words="use {}")),
    ("eps epsilon tolerance ftol gtol rtol atol reltol abstol thresh stop-tol", use("tol")),
    ("batch batchsize minibatch mini-batch minibatch-size bs chunk-size", BATCH),
    ("optimizer optimiser optim algorithm algo method solver", RULE),
    ("momentum beta mu beta1", BETA),
    ("nesterov nesterovs-momentum", use("rule", "nesterov")),
    ("adam", use("rule", "adam")), ("adagrad", use("rule", "adagrad")), ("rmsprop", use("rule", "rmsprop")),
    ("sgd stochastic", SINGLE), ("saga sag", SAGA), ("svrg", SVRG), ("bfgs lbfgs", SECANT), ("newton", NEWTON),
    ("adaptive normalized invariant", AUTO),
    ("loss-function loss-fn lossfunction criterion objective family distribution", use("loss")),
    ("lambda lambda_ reg regularization regularisation reg-param l2 l2-reg l2-penalty weight-decay wd ridge", ALPHA),
    ("penalty-weight reg-lambda lam", ALPHA),
    ("l1 lasso l1-penalty l1-reg", LASSO), ("penalty regularizer regulariser elasticnet elastic-net",
     Answer("a penalty is {}, its share of L1 {}", (("alpha", None), ("l1_ratio", None)))),
    ("c", INVERSE), ("l1ratio mixing mix", use("l1_ratio")),
    ("penalty-factor", FACTORS), ("lower-limits lower upper-limits positive positive-coef nonneg non-negative", SIGNS),
    ("standardize standardise normalize normalise scale scaling scale-features feature-scaling", SCALED),
    ("intercept bias use-bias add-bias intercept-scaling", use("fit_intercept")),
    ("noconstant no-constant no-bias nointercept fit-intercept", NO_INTERCEPT),
    ("random-seed randomstate rng seed", SEED), ("shuffle order", PASSES), ("averaged avg asgd polyak", MEAN),
    ("weight weights sample-weight sample-weights case-weights importance-weight", WEIGHTS),
    ("init x0 w0 initial initial-point coef-init par start-point initial-weights warm-start", use("start")),
    ("patience n-iter-no-improvement", PATIENCE), ("validation-split val-split validation", HELD_OUT),
    ("verbose verbosity v quiet silent disp trace progress-bar", use("progress")),
    ("njobs threads nthreads num-threads workers cores n-threads", use("n_jobs")),
    ("class-weights classweight", use("class_weight")),
    ("callbacks", use("callback")), ("multiclass", use("multi_class")),
    ("y label labels response dependent outcome", use("target")),
    ("x feature columns predictors independent vars", use("features")),
    ("out save save-model model f final-regressor", OUTPUT),
    ("history log log-file record-file", Answer("use --trajectory RUN.npz")),
    ("sep separator delim", use("delimiter")), ("noheader no-head headerless", use("no_header")),
    ("dec decimal-separator decimal-point", use("decimal")),
    ("thousands-separator grouping", use("thousands")), ("charset codec enc", use("encoding")),
    ("freeze fixed hold offset-coef", use("fixed")),
    ("format-json as-json", Answer("use --json")), ("overwrite yes", Answer("use --force")),
    ("point at-point predict-at", Answer("use --at COL=VALUE")),
)  # fmt: skip

LOSSES = _table(
    ("mae l1 l1-loss absolute absolute-error abs lad median mean-absolute-error", use("loss", "quantile:q=0.5")),
    ("pinball quantile-loss", use("loss", "quantile:q=0.9")),
    ("mean-squared-error l2-loss mseloss", use("loss", "mse")),
    ("squared squared-loss ls ols least-squares l2 gaussian normal linear rss sse",
     use("loss", "squared_error")),
    ("smooth-l1 smoothl1 huberloss", use("loss", "huber")),
    ("log logistic logit deviance binomial bernoulli bce cross-entropy crossentropy binary-crossentropy nll",
     use("loss", "log_loss")),
    ("bcewithlogits bcewithlogitsloss bceloss softmax multinomial categorical-crossentropy crossentropyloss sigmoid",
     use("loss", "log_loss")),
    ("svm linear-svm hingeloss", use("loss", "hinge")), ("l2-svm", use("loss", "squared_hinge")),
    ("svr", use("loss", "epsilon_insensitive")),
    ("count counts poisson-loss poissonnllloss glm", use("loss", "poisson")),
    ("gamma-loss gammaloss amounts severity", use("loss", "gamma")),
    ("compound-poisson pure-premium", use("loss", "tweedie:power=1.5")),
    ("normal-cdf binomial-probit", use("loss", "probit")), ("rosenblatt", use("loss", "perceptron")),
    ("ridge", RIDGE), ("lasso", LASSO), ("elasticnet elastic-net enet", NET),
)  # fmt: skip

RULES = _table(
    ("sgd stochastic", SINGLE), ("gd gradient-descent steepest vanilla batch steepest-descent", use("rule", "plain")),
    ("lbfgs bfgs l-bfgs-b quasi-newton", SECANT), ("irls newton-cg newton-cholesky newton-raphson trust", NEWTON),
    ("heavy-ball polyak-momentum", BETA), ("nag", use("rule", "nesterov")),
    ("sag saga", SAGA), ("svrg", SVRG), ("barzilai-borwein bb", use("rule", "spectral")),
    ("asgd averaged", MEAN), ("fista agd", use("rule", "accelerated")),
    ("none automatic default best", AUTO),
    ("svd lsqr cholesky qr normal normal-equations liblinear cd coordinate-descent", NORMAL),
)  # fmt: skip

RATES = _table(
    ("invscaling inv-scaling decay", use("learning_rate", "inverse_scaling")),
    ("optimal 1/t", use("learning_rate", "inverse_time")),
    ("adaptive automatic default best none", use("learning_rate", "auto")),
    ("cosine-annealing cosineannealinglr", use("learning_rate", "cosine")),
    ("onecyclelr", use("learning_rate", "one_cycle")),
    ("line-search armijo linesearch", use("learning_rate", "backtracking")),
)  # fmt: skip

ESTIMATES = _table(("sag", use("estimate", "saga")), ("svrg", use("estimate", "loopless_svrg")))
AVERAGES = _table(
    ("true yes mean average asgd", MEAN), ("false no none last", use("average", "last_point")),
    ("linear late", use("average", "weighted")),
)  # fmt: skip
VALUES = {"loss": LOSSES, "rule": RULES, "learning rate": RATES, "estimate": ESTIMATES, "average": AVERAGES}


def answer_to(setting: str, known: Iterable[str]) -> Answer | None:
    """What to write for a setting that does not exist: the near miss of a known one, or what it is called elsewhere.

    Examples
    --------
    >>> answer_to("lr", ("alpha", "learning_rate")).spelled(as_python)
    'use learning_rate'
    >>> answer_to("learning_rat", ("alpha", "learning_rate")).spelled(as_python)
    'did you mean learning_rate?'
    """
    known = list(known)
    found = None if _plain(setting) in map(_plain, known) else SETTINGS.get(_plain(setting))
    if found is not None:
        return found
    near = nearest(setting, known)
    return None if near is None else use(near, words="did you mean {}?")


def value_answer(value: str, what: str) -> Answer | None:
    """What to write for a name that no record of this kind has, by what it is called elsewhere; None if unknown."""
    return VALUES.get(what, {}).get(_plain(value))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that a word misspells, or None; two letters that are swapped count as the smallest slip.

    Examples
    --------
    >>> nearest("adma", ("ada_max", "adam")), nearest("wild", ("plain", "adam"))
    ('adam', None)
    """
    from difflib import get_close_matches  # the help and a fit without mistakes do without

    by_plain = {_plain(name): name for name in known}
    plain = _plain(word)
    swapped = [name for name in by_plain if sorted(name) == sorted(plain)]
    near = swapped or get_close_matches(plain, by_plain, 1, 0.65)
    return by_plain[near[0]] if near else None
