// The sentences of a verdict and of its reason. Written by tools/verdict_words.py from verdict_text.py and
// contraction.py in src/steepest/optimality: edit these.

import type { Evidence } from "./evidence";
import type { Spelling } from "./spelling";

export const MULTIPLIES = "Each step multiplies the distance to the minimum by {}.";
export const PLAIN = "1 - {} x {} = {}";
export const WITH_MEMORY = "{} in the long run";

/** The sentences of a verdict, with numbers spelled by `show`. */
export const sentences = (show: Spelling) => {
  function n(x: number | null): string {
    return ((x !== null) && Number.isFinite(x)) ? `${show.general(x, 4)}` : "unknown";
  }

  function steps(e: Evidence): string {
    return (e.steps === 1) ? "1 step" : `${show.whole(e.steps)} steps`;
  }

  /** What ended the run, if it was the limit of updates and not of epochs. */
  function limit(e: Evidence): string {
    return ((e.end === `${e.steps} updates`) && !e.function) ? ", the limit of updates" : "";
  }

  /** Where the cost stands: its distance from the minimum, or, where that is not known, what a step leads to. */
  function above(e: Evidence): string {
    if ((e.gap === null) && e.convex) {
      return `the cost, ${n(e.reached)}, is an unknown amount above the minimum`;
    }
    if (!e.convex || (e.sense === "predicted")) {
      return `the cost is ${n(e.reached)}` + ((e.gap === null) ? "" : `, with a predicted decrease of ${n(fall(e))}`);
    }
    const most = ({"exact": "", "proven": "at most ", "estimated": "at most about "})[e.sense];
    return `the cost, ${n(e.reached)}, is ${most}${n(e.gap)} above the minimum`;
  }

  /** The decrease that second derivatives predict: a certificate doubles it, except of squares and functions. */
  function fall(e: Evidence): number {
    return (e.gap || 0.0) * ((e.quadratic || e.function) ? 1.0 : 0.5);
  }

  /** The direction of recession, and what the cost does about it. */
  function separable(e: Evidence): string {
    const now = `the cost, ${n(e.reached)} after ${steps(e)}, keeps falling while the coefficients grow without bound`;
    return `Separable: ${e.separated}. There is no finite optimum: ${now}.`;
  }

  /** How the function is seen to fall. */
  function unbounded(e: Evidence): string {
    return `Unbounded after ${steps(e)}: the cost, ${n(e.reached)}, has no minimum, because ${e.endless}.`;
  }

  /** Which kind of point it is. */
  function stationary(e: Evidence): string {
    const predicted = (e.gap === null) ? "" : `, with a predicted decrease of ${n(e.gap)}`;
    const point = `Stationary after ${steps(e)}: the cost, ${n(e.reached)}, is that of ${e.standing}.`;
    return `${point} The gradient norm is ${n(e.gradientNorm)}${predicted}.`;
  }

  /** How near the minimum is, and how near the optimum in units that a statistician cares about. */
  function converged(e: Evidence): string {
    let away, near;
    [near, away] = [(e.gap ? `is within ${show.power(e.gap, 1)} of the minimum` : "is the minimum"), ""];
    if ((e.standardErrors !== null) && (e.standardErrors < 1.0)) {
      away = ` Each coefficient is within ${show.power(e.standardErrors, 0)} standard errors of the optimum.`;
    }
    return `Converged after ${steps(e)}: the cost, ${n(e.reached)}, ${near}.${away}`;
  }

  /** Since when the cost rises, and how the learning rate compares with the stability limit. */
  function diverged(e: Evidence): string {
    let how;
    const since = `the cost was above its initial value from step ${show.whole(e.risen)} on`;
    if ((e.end === "overflow") && (e.cost.at(-1)! <= e.cost[0]!) && e.steps) {
      how = `after step ${show.whole(e.steps)}, where the cost is ${n(e.reached)}, the next one led to a cost that is not finite`;
    } else if (e.end === "overflow") {
      how = e.steps ? `${since}, and numbers overflowed after step ${show.whole(e.steps)}` : "the first step overflowed";
    } else if (e.cost.at(-1)! > e.cost[0]!) {
      how = `${since}, and is ${n(e.cost.at(-1)!)} at step ${show.whole(e.steps)}`;
    } else {
      how = `the cost fell, then rose again, to ${n(e.cost.at(-1)!)} at step ${show.whole(e.steps)}`;
    }
    return `Diverged: ${how}.${againstLimit(e)}`;
  }

  function againstLimit(e: Evidence): string {
    if ((e.limit === null) || !Number.isFinite(e.limit)) {
      return "";
    }
    const side = ((0.5 * e.limit) < e.rate && e.rate <= e.limit) ? "near" : ((e.rate > e.limit) ? "above" : "below");
    const whose = e.sampled ? " of batch descent" : ((e.rule === "plain") ? "" : ` of the rule ${e.rule}`);
    return ` The learning rate, ${n(e.rate)}, is ${side} the stability limit${whose}, ${n(e.limit)}.`;
  }

  /** Between which costs the steps jump. */
  function cycling(e: Evidence): string {
    const [low, high] = e.recent;
    return `Cycling: steps jump back and forth, recently at costs between ${n(low)} and ${n(high)}.${againstLimit(e)}`;
  }

  /** What is left to the minimum that each step overshoots. */
  function oscillating(e: Evidence): string {
    return `Oscillating after ${steps(e)}: each step overshoots and comes back, and ${above(e)}.${againstLimit(e)}`;
  }

  /** What is left that steps on batches cannot take. */
  function noiseFloor(e: Evidence): string {
    const after = `${steps(e)}${limit(e)}`;
    return `Noise floor after ${after}: steps on batches of rows fluctuate and get no lower, and ${above(e)}.`;
  }

  /** What is left, and how many steps that takes at this rate; or else what the later half of the steps did. */
  function crawling(e: Evidence): string {
    const known = (e.condition !== null) && (e.condition > 10) && (e.quadratic || e.function);
    const kappa = known ? ` The condition number is ${n(e.condition)}.` : "";
    return `Crawling after ${steps(e)}${limit(e)}: ${above(e)}, and ${more(e)}.${kappa}`;
  }

  /** How many steps are needed, or where that is not computed, what the later half of the steps did. */
  function more(e: Evidence): string {
    if (e.left === null) {
      const [before, last] = e.late || [0.0, 0.0];
      const lowered = `lowered ${(e.sampled ? "its median" : "it")} by ${n((before - last))}`;
      return `the later half of the steps ${((before > last) ? lowered : "did not lower it")}`;
    }
    if (!Number.isFinite(e.left)) {
      return `10^15 steps at this rate do not come within ${show.power(e.target, 1)} of it`;
    }
    const least = e.sampled ? "at least" : "about";
    return `${least} ${show.about(e.left)} more steps are needed at this rate to come within ${show.power(e.target, 1)} of it`;
  }

  /** What ended the run, and where it stands. */
  function stopped(e: Evidence): string {
    const why = (["certified", `${e.steps} epochs`, `${e.steps} updates`].includes(e.end)) ? "" : ` (${e.end})`;
    const out = e.spent ? ` The learning-rate schedule has run out; the rate is ${n(e.rate)} now.` : "";
    const infinity = e.unproven ? ` An optimum at infinity is not ruled out: ${e.unproven}.` : "";
    const after = `${steps(e)}${limit(e)}${why}`;
    return `Stopped after ${after}: ${above(e)}, with gradient norm ${n(e.gradientNorm)}.${out}${infinity}`;
  }

  return { separable, unbounded, stationary, converged, diverged, cycling, oscillating, noiseFloor, crawling, stopped };
};
