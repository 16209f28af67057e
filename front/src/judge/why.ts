// Why: by what a step multiplies the distance to the minimum, in the sentence of steepest/optimality/contraction.py.

import { number, whole } from "../text/number";
import type { Facts, Objective, Settings, Status, Zones } from "../types";
import { curvatures } from "./curvatures";
import { gradientNoise } from "./noise";
import { shrink } from "./recursion";
import { linear, type Linear } from "./rules";
import { onPage, type Spelling } from "./spelling";
import { MULTIPLIES, PLAIN, WITH_MEMORY } from "./words.gen";

const TIE = 1e-9; // factors no further apart are the same

/** The reason; "" where no number shows it. */
export function whyOf(status: Status, facts: Facts, objective: Objective, settings: Settings, show = onPage): string {
  const rule = linear(settings.rules[0]);
  if (status === "separable" || status === "unbounded" || status === "stationary") return "";
  if (status === "noise floor") return noisy(facts, objective, settings);
  if (!rule) return "The rule has no fixed stability limit: it sets the length of its steps itself.";
  if (settings.schedule !== "constant") return "The rate changes from step to step, so no factor is fixed.";
  if (!objective.quadratic || settings.batch > 0) return "";
  return factorOf(rule, facts, settings.rate, status === "oscillating" || status === "cycling", show);
}

/** How the rate compares with the limit of the rule, where that is what the status is about, or steps overshoot. */
export function ratioOf(status: Status, settings: Settings, zones: Zones | null): string {
  const about = status === "diverged" || status === "oscillating" || status === "cycling";
  if (!zones || !(about || overshoots(settings, zones))) return "";
  if (zones.local) return `Near the minimum the limit is ${number(zones.limit)}.`; // the message's holds everywhere
  const ratio = settings.rate / zones.limit;
  const effect = status === "diverged" && ratio > 1 ? ": the distance grows" : about ? "" : ": the distance shrinks";
  return `The rate is ${number(ratio, 3)} times the limit${effect}.`;
}

/** Whether steps pass the minimum and still come nearer to it. */
const overshoots = ({ rate, batch, schedule }: Settings, { bounce, limit, local }: Zones): boolean =>
  !local && batch === 0 && schedule === "constant" && rate > bounce && rate < limit;

/** The sentence for the direction that decides: the steepest, or the one whose distance shrinks least or grows most. */
function factorOf(rule: Linear, facts: Facts, rate: number, steepest: boolean, show: Spelling): string {
  const curved = curvatures(facts);
  if (curved.length === 0) return "";
  const factor = (curvature: number): number =>
    rule.slots === 0 ? 1 - rate * curvature : shrink(rule, rate * curvature);
  const size = (curvature: number): number => Math.abs(factor(curvature));
  const slowest = curved.reduce((found, curvature) => (size(curvature) > size(found) + TIE ? curvature : found));
  const chosen = steepest ? curved[curved.length - 1] : slowest;
  const sentence = sentenceOf(rule, chosen, rate, factor(chosen), show);
  const others = curved.some((curvature) => Math.abs(size(curvature) - size(chosen)) > TIE);
  if (!others) return sentence;
  const direction = chosen === curved[0] ? "the flattest direction" : "the steepest direction";
  return `Along ${direction}, e${sentence.slice(1)}`;
}

function sentenceOf(rule: Linear, curvature: number, rate: number, factor: number, show: Spelling): string {
  const written = factorText(factor, show);
  const plain = filled(show.signs(PLAIN), show.general(curvature, 4), show.general(rate, 4), written);
  return filled(MULTIPLIES, rule.slots === 0 ? plain : filled(WITH_MEMORY, written));
}

/** A factor with four digits, or as many as tell it from 1. */
function factorText(factor: number, show: Spelling): string {
  const away = Math.abs(Math.abs(factor) - 1);
  if (!(away > 0 && away < 1e-3)) return show.general(factor, 4);
  const decimals = Math.min(15, 2 - Math.floor(Math.log10(away)));
  return show.general(factor, decimals + (Math.abs(factor) >= 1 ? 1 : 0));
}

/** A template with its {} replaced. */
const filled = (template: string, ...values: readonly string[]): string =>
  values.reduce((text, value) => text.replace("{}", () => value), template);

/** How long the gradient of a batch is where that of all rows is 0. */
function noisy(facts: Facts, objective: Objective, settings: Settings): string {
  if (facts.best === null) return "";
  const size = gradientNoise(objective, facts.best, settings);
  const rows = settings.batch === 1 ? "one row" : `${whole(settings.batch)} rows`;
  return `At the minimum the gradient of all rows is 0, but that of ${rows} has a root mean square of ${number(size)}.`;
}
