// Why: the factor by which a step multiplies the distance to the minimum, in one sentence with its numbers.

import type { Facts, Objective, Settings, Status } from "../types";
import { curvatures } from "./bands";
import { gradientNoise } from "./noise";
import { number, operand, TIMES, MINUS, whole } from "./format";
import { shrink } from "./recursion";
import { linear, type Linear } from "./rules";

const TIE = 1e-9; // factors no further apart are the same

/** The reason; "" where no number shows it. */
export function whyOf(status: Status, facts: Facts, objective: Objective, settings: Settings): string {
  const rule = linear(settings.rules[0]);
  if (status === "separable" || status === "unbounded" || status === "stationary") return "";
  if (status === "noise floor") return noisy(facts, objective, settings);
  if (!rule) return "The rule has no fixed stability limit: it sets the length of its steps itself.";
  if (settings.schedule !== "constant") return "The rate changes from step to step, so that no factor is fixed.";
  if (!objective.quadratic || settings.batch > 0) return "";
  return factorOf(rule, facts, settings.rate);
}

/** The factor of the direction that decides: the one whose distance shrinks least, or grows most. */
function factorOf(rule: Linear, facts: Facts, rate: number): string {
  const curved = curvatures(facts);
  if (curved.length === 0) return "";
  const size = (curvature: number): number => shrink(rule, rate * curvature);
  const slowest = curved.reduce((found, curvature) => (size(curvature) > size(found) + TIE ? curvature : found));
  const factor = rule.slots === 0 ? plain(slowest, rate) : `${number(size(slowest))} in the long run`;
  return `Each step multiplies the distance to the minimum by ${factor}${direction(curved, slowest)}.`;
}

/** 1 - curvature x rate. */
const plain = (curvature: number, rate: number): string =>
  `1 ${MINUS} ${number(curvature)} ${TIMES} ${operand(rate)} = ${number(1 - curvature * rate)}`;

function direction(curved: readonly number[], chosen: number): string {
  if (curved.length === 1) return "";
  if (chosen === curved[curved.length - 1]) return " in the direction of largest curvature";
  return chosen === curved[0] ? " in the direction of smallest curvature" : ` in the direction of curvature ${number(chosen)}`;
}

/** How long the gradient of a batch is where that of all rows is 0. */
function noisy(facts: Facts, objective: Objective, settings: Settings): string {
  if (facts.best === null) return "";
  const size = gradientNoise(objective, facts.best, settings);
  const rows = settings.batch === 1 ? "one row" : `${whole(settings.batch)} rows`;
  return `At the minimum the gradient of all rows is 0, but that of ${rows} has a root mean square of ${number(size)}.`;
}
