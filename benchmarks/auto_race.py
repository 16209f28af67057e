"""A race: all candidates on one table, taking turns; one judge for all answers, and the median time counts."""

from __future__ import annotations

import math
import signal
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.judge import least, objective
from benchmarks.peers import PEERS, Answer, Peer
from benchmarks.workloads import Workload
from steepest import GDClassifier, GDRegressor

OURS = "steepest"
DEFAULT = "default"
OUR_LEVELS = {DEFAULT: {}, "tol 1e-06": {"tol": 1e-6}, "tol 0": {"tol": 0.0}}
PAUSE = 0.1  # seconds before each run: threads of the one before still spin
REPEATS = ((5, 7), (15, 3), (math.inf, 0))  # runs after the first, by its seconds
FAR = 8.0  # times as long as ours: one run is enough
GIVE_UP = 6.0  # seconds: not repeated, nor tried tighter
STOP = 20.0  # seconds: stopped, where a peer comes back to Python in between
LONGEST = 160  # letters of a reason


@dataclass
class Candidate:
    """One method at one level, with its answer and the time of each run."""

    name: str
    level: str
    run: Callable[[], Answer]
    times: list[float] = field(default_factory=list)
    answer: Answer | None = None
    error: float = math.inf
    note: str = ""

    @property
    def seconds(self) -> float:
        """Median time of the runs that count."""
        return statistics.median(self.times) if self.times else math.inf

    def once(self, stop: float = 0.0) -> float:
        """Run it; the time in seconds. The answer is kept; after ``stop`` seconds, if given, it is a TimeoutError."""
        time.sleep(PAUSE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            signal.signal(signal.SIGALRM, _stop)
            signal.setitimer(signal.ITIMER_REAL, stop)
            try:
                start = time.perf_counter()
                self.answer = self.run()
                return time.perf_counter() - start
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)


def _stop(*_: Any) -> None:
    raise TimeoutError(f"stopped after {STOP:.0f} s")


@dataclass
class Race:
    """The result of a race: candidates with answers, those without and why, and our default fit."""

    ran: list[Candidate] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def ours(work: Workload, level: str = DEFAULT) -> Any:
    """The automatic mode: only the penalty is set."""
    make = GDClassifier if work.kind == "logistic" else GDRegressor
    return make(alpha=work.alpha, **OUR_LEVELS[level]).fit(work.X, work.y)


def race(work: Workload) -> Race:
    """First runs of all, loosest level first, then the repeats in turns, then the judge."""
    result = Race()
    for lane in _lanes(work, result):
        for candidate in lane:
            if not _first_run(candidate, result):
                break
    _repeat(result.ran)
    best = least(work, [candidate.answer for candidate in result.ran if candidate.answer])
    for candidate in result.ran:
        candidate.error = (objective(work, *candidate.answer) - best) / best if candidate.answer else math.inf
    return result


def _lanes(work: Workload, result: Race) -> list[list[Candidate]]:
    """Ours, a lane each since each level is wanted; and a lane for every peer that can be used."""
    lanes = [[_our_candidate(work, level, result)] for level in OUR_LEVELS]
    for peer in PEERS[work.kind]:
        if reason := peer.refuses(work.X):
            result.missing[peer.name] = f"skipped: {reason}"
        else:
            lanes.append(_peer_lane(peer, work))
    return lanes


def _our_candidate(work: Workload, level: str, result: Race) -> Candidate:
    def run() -> Answer:
        model = ours(work, level)
        if level == DEFAULT:
            result.facts = _facts(model)
        return model.coef_.ravel().copy(), float(np.ravel(model.intercept_)[0])

    return Candidate(OURS, level, run)


def _facts(model: Any) -> dict[str, Any]:
    certificate = model.certificate_
    return {
        "passes": float(model.trajectory_.meta["passes"]),
        "kind": str(certificate.kind),
        "gap": float(certificate.gap),
        "status": model.verdict_.status,
    }


def _peer_lane(peer: Peer, work: Workload) -> list[Candidate]:
    prepared: list[Any] = []

    def run(level: Any) -> Answer:
        return peer.fit(prepared[0], work.y, work.alpha, level)

    lane = [Candidate(peer.name, str(level), lambda level=level: run(level)) for level in peer.levels]
    prepared.append(peer.prepare(work.X, work.y))
    return lane


def _first_run(candidate: Candidate, result: Race) -> bool:
    """Run it once; returns whether its lane continues. The first run counts only if there is no other."""
    try:
        seconds = candidate.once(0 if candidate.name == OURS else STOP)
    except Exception as error:  # a peer may fail in any way; the table says how
        if candidate.name == OURS:
            raise
        error = error.__cause__ if isinstance(error.__cause__, TimeoutError) else error  # out of compiled code
        reason = f"{type(error).__name__}: {str(error).splitlines()[0][:LONGEST]}"
        result.missing[f"{candidate.name}, {candidate.level}"] = f"{reason}; not tried tighter"
        print(f"  {candidate.name}, {candidate.level}: {reason}", flush=True)
        return False
    candidate.times = [seconds]
    result.ran.append(candidate)
    print(f"  {candidate.name}, {candidate.level}: first run {seconds:.3f} s", flush=True)
    if seconds > GIVE_UP:
        candidate.note = f"over {GIVE_UP:.0f} s: not repeated, nor tried tighter"
    return seconds <= GIVE_UP


def _repeat(candidates: list[Candidate]) -> None:
    """In turns, each as often as its fastest run so far allows; the first run drops out once there is another."""
    near = FAR * min(min(candidate.times) for candidate in candidates if candidate.name == OURS)
    for turn in range(max(repeats for _, repeats in REPEATS)):
        for candidate in candidates:
            fastest = min(candidate.times)
            if turn < (7 if candidate.name == OURS else _repeats(fastest) if fastest <= near else 0):
                seconds = candidate.once()
                candidate.times = [*(candidate.times if turn else []), seconds]


def _repeats(seconds: float) -> int:
    """How many runs after the first."""
    return next(repeats for limit, repeats in REPEATS if seconds <= limit)
