"""The pages for those who come from elsewhere: no setting of theirs is left out, and what is named of ours exists."""

from __future__ import annotations

import inspect
import json
import re
import shlex
from fnmatch import fnmatchcase
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import DATA, ROOT

from steepest import GDClassifier, GDRegressor, GDRegressorCV, alpha_path, losses, rules, scan, steps
from steepest.cli import main

FOLDER = ROOT / "docs" / "coming-from"
PAGES = sorted(set(FOLDER.glob("*.md")) - {FOLDER / "index.md"})

STATSMODELS = """
endog exog family offset exposure freq_weights var_weights weights missing hasconst check_rank
start_params maxiter method tol scale cov_type cov_kwds use_t full_output disp max_start_irls callback
q vcov kernel bandwidth max_iter p_tol
M scale_est cov update_scale conv start_scale
alpha L1_wt refit opt_method profile_scale cnvrg_tol zero_tol acc trim_mode auto_trim_tol size_trim_tol qc_tol
OLS WLS Logit Probit MNLogit Poisson QuantReg RLM GLM
Binomial Gamma Gaussian InverseGaussian NegativeBinomial Tweedie
CLogLog Cauchy Identity InversePower InverseSquared Log LogC LogLog Power Sqrt
nonrobust HC0 HC1 HC2 HC3 HAC hac-panel hac-groupsum cluster cluster-jk cluster-crv3
"""  # statsmodels 0.15.0: signatures of these models, of fit and fit_regularized; families, links, covariances
R = """
formula data subset weights na.action method model x y qr singular.ok contrasts offset
family start etastart mustart control epsilon maxit trace
gaussian binomial Gamma inverse.gaussian poisson quasi quasibinomial quasipoisson
coef predict summary vcov confint deviance logLik AIC BIC residuals anova drop1 step se.fit interval
link response terms
"""  # R 4.2.2: args(lm), args(glm), args(glm.control), ?family, ?predict.glm
GLMNET = """
x y family weights offset alpha nlambda lambda.min.ratio lambda standardize intercept thresh dfmax pmax exclude
penalty.factor lower.limits upper.limits maxit type.gaussian type.logistic standardize.response type.multinomial relax
trace.it type.measure nfolds foldid alignment grouped keep parallel gamma newoffset s type exact
lambda.min lambda.1se gaussian binomial poisson multinomial cox mgaussian link response class coefficients nonzero
"""  # glmnet 4.1-6: args(glmnet), args(cv.glmnet), args(predict.glmnet)
VW = """
--min_prediction --max_prediction --loss_function --quantile_tau --expectile_q --logistic_min --logistic_max --l1 --l2
--testonly --holdout_off --holdout_period --holdout_after --early_terminate --passes --initial_pass_length --examples
--sort_features --no_bias_regularization --named_labels --hash --hash_seed --ignore --ignore_linear
--ignore_features_dsjson_experimental --keep --redefine --bit_precision --noconstant --constant --ngram --skips
--feature_limit --affix --spelling --dictionary --dictionary_path --interactions --experimental_full_name_interactions
--permutations --leave_duplicate_interactions --quadratic --cubic --data --daemon --foreground --port --num_children
--pid_file --port_file --cache --cache_file --json --dsjson --kill_cache --compressed --no_stdin --no_daemon
--chain_hash --flatbuffer --csv --csv_separator --csv_no_file_header --csv_header --csv_ns_value --final_regressor
--readable_model --invert_hash --hexfloat_weights --dump_json_weights_experimental
--dump_json_weights_include_feature_names_experimental --dump_json_weights_include_extra_online_state_experimental
--predict_only_model --save_resume --preserve_performance_counters --save_per_pass --id
--output_feature_regularizer_binary --output_feature_regularizer_text --span_server --unique_id --total --node
--span_server_port --predictions --raw_predictions --random_seed --learning_rate --power_t --decay_learning_rate
--initial_t --feature_mask --initial_regressor --initial_weight --random_weights --normal_weights
--truncated_normal_weights --sparse_weights --input_feature_regularizer --sgd --adaptive --adax --invariant
--normalized --sparse_l2 --l1_state --l2_state --per_model_save_load --bfgs --conjugate_gradient --hessian_on --mem
--termination --link --binary --oaa --oaa_subsample --probabilities --scores --indexing --classweight
-l -b -q -d -c -k -f -t -p -r -i -P -a -C
squared classic logistic hinge quantile poisson expectile
"""  # VW 9.11.9: vw --help, but for logging, parser and most reductions
SPARK = """
featuresCol labelCol predictionCol probabilityCol rawPredictionCol linkPredictionCol maxIter regParam elasticNetParam
tol fitIntercept threshold thresholds standardization weightCol aggregationDepth family lowerBoundsOnCoefficients
upperBoundsOnCoefficients lowerBoundsOnIntercepts upperBoundsOnIntercepts maxBlockSizeInMB solver loss epsilon link
variancePower linkPower offsetCol gaussian binomial poisson gamma tweedie
"""  # Spark 4.3.0: signatures of LogisticRegression, LinearRegression, GeneralizedLinearRegression, LinearSVC
THEIRS = {"statsmodels": STATSMODELS, "r": R, "glmnet": GLMNET, "vw": VW, "spark": SPARK}


def cells(page: Path) -> list[list[str]]:
    """The cells of the rows of all tables."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines if line.startswith("| ")]


def code(texts: list[str]) -> list[str]:
    return [part for text in texts for part in re.findall(r"`([^`]+)`", text)]


@pytest.mark.parametrize("name", THEIRS)
def test_no_setting_is_left_out(name: str) -> None:
    rows = cells(FOLDER / f"{name}.md")
    firsts = [*(row[0] for row in rows), *(row[1] for row in rows if row[1].startswith("`") and name == "statsmodels")]
    named = {word for part in code(firsts) for word in re.findall(r"[\w.\-]+\*?", part)}
    assert [word for word in THEIRS[name].split() if not any(fnmatchcase(word, pattern) for pattern in named)] == []


def options() -> set[str]:
    """All options of the command line."""
    commands = [main.get_command(click.Context(main), name) for name in main.list_commands(click.Context(main))]
    return {option for c in commands if c for p in c.params for option in (*p.opts, *p.secondary_opts)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_options_that_are_named_as_ours_exist(page: Path) -> None:
    parts = code([row[1] for row in cells(page)])
    named = {word for part in parts for word in re.findall(r"(?<![\w-])--[a-z][\w-]*", part)}
    assert named - options() == set()


def keywords() -> set[str]:
    """Names of settings, in calls and in records."""
    calls = (GDRegressor, GDClassifier, GDRegressorCV, alpha_path, scan, GDRegressor.summary, GDRegressor.fit)
    records = [record for room in (losses, rules, steps) for _, record in inspect.getmembers(room, inspect.isclass)]
    return {name for call in (*calls, *records) for name in inspect.signature(call).parameters}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_that_are_named_as_ours_exist(page: Path) -> None:
    parts = code([row[1] for row in cells(page) if "`" in row[1]])
    named = {name for part in parts if "steepest" not in part for name in re.findall(r"(\w+)=", part)}
    assert named - keywords() - {"ddof"} == set()


def test_calls_of_the_index_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cars = pd.DataFrame(json.loads((DATA / "peers.json").read_text(encoding="utf-8"))["mtcars"])
    cars.to_csv("mtcars.csv", index=False)
    labelled = cars[["wt", "am"]].rename(columns={"am": "label"})
    labelled.to_csv("data.csv", index=False)
    names = {"X": cars[["wt", "hp"]].to_numpy(), "n": len(cars), "scan": scan, "df": labelled}
    names |= {call.__name__: call for call in (GDRegressor, GDClassifier, GDRegressorCV)}
    calls = code([row[2] for row in cells(FOLDER / "index.md")])
    assert len(calls) > 10
    for call in calls:
        if call.startswith("steepest"):
            done = CliRunner().invoke(main, shlex.split(call)[1:])
            assert done.exit_code == 0, done.output
        else:
            eval(call, names | {"y": cars["am" if call.startswith("GDClassifier") else "mpg"]})
