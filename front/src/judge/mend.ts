// The mend of a verdict card: one change of the settings, in the order of steepest/optimality/advice.py.

import { descend } from "../engine/descend";
import { number, whole } from "../text/number";
import type { Facts, Judgement, Objective, Racer, Settings, Status, Zones } from "../types";
import type { Evidence } from "./evidence";
import { linear } from "./rules";
import { standardized } from "./standardize";
import { statusOf } from "./status";

type Mend = Judgement["mend"];
type Observe = (run: ReturnType<typeof descend>, settings: Settings) => Evidence;

/** What a mend may look at. */
interface Ailing {
  readonly facts: Facts;
  readonly objective: Objective;
  readonly settings: Settings;
  readonly zones: Zones | null;
  readonly observe: Observe; // the evidence of another run
}

const MOST_STEPS = 20_000;
const MOST_RULES = 6; // of a race
const TRIES = 35; // of falling rates, down to 10^-289 of the first

/** The mend; in a race it changes the leader. */
export function mendOf(status: Status, e: Evidence, end: Float64Array, ailing: Ailing): Mend {
  const found = remedy(status, e, end, ailing);
  if (!found || ailing.settings.race.length === 0) return found;
  return { ...found, change: ofLeader(found.change, ailing.settings) };
}

/** Changes of rule, rate and batch where the leader of a race has its own; else those of the settings. */
function ofLeader(change: Partial<Settings>, { race }: Settings): Partial<Settings> {
  const [leader, ...others] = race;
  const { rate, batch, rules } = change;
  const own: Partial<Racer> = {
    ...(leader.rule !== undefined && rules && { rule: rules[0] }),
    ...(leader.rate !== undefined && rate !== undefined && { rate }),
    ...(leader.batch !== undefined && batch !== undefined && { batch }),
  };
  const rest = Object.entries(change).filter(([key]) => !(key in own) && !(key === "rules" && own.rule));
  if (Object.keys(own).length === 0) return change;
  return { ...Object.fromEntries(rest), race: [{ ...leader, ...own, label: labelOf(own) }, ...others] };
}

const labelOf = ({ rule, rate, batch }: Partial<Racer>): string =>
  [rule, rate && `rate ${number(rate, 3)}`, batch && `${whole(batch)} rows a step`].filter(Boolean).join(", ");

function remedy(status: Status, e: Evidence, end: Float64Array, ailing: Ailing): Mend {
  if (ailing.settings.fixed.every(Boolean)) return freed(ailing.settings);
  switch (status) {
    case "diverged":
    case "cycling":
    case "oscillating":
      return lowerRate(status, e, ailing);
    case "noise floor":
      return smallerNoise(ailing.settings);
    case "crawling":
      return faster(e, ailing);
    case "stopped":
      return more(e, ailing.settings);
    case "stationary":
      return e.standing!.includes("minimum") ? null : elsewhere(end, ailing.settings);
    default:
      return null;
  }
}

/** Half of the limit where that is proven to settle; else a rate with which the run was tried. */
function lowerRate(status: Status, e: Evidence, ailing: Ailing): Mend {
  const { settings, zones } = ailing;
  const half = zones && 0.5 * zones.limit;
  const proven = e.quadratic && e.batchLimit < Infinity && half !== null;
  if (proven && half < settings.rate) return ofRate(half, `half of the limit, ${number(shown(half), 3)}`);
  const first = Math.min(e.safe, 0.5 * settings.rate);
  const safe = e.quadratic && linear(settings.rules[0]) !== null && Number.isFinite(e.safe);
  const rate = status === "diverged" && !safe ? soundRate(first, ailing) : first;
  return rate === null ? null : ofRate(rate, number(shown(rate), 3));
}

/** The first of falling rates that does not diverge. */
function soundRate(first: number, { objective, settings, observe }: Ailing): number | null {
  for (let i = 0; i < TRIES; i++) {
    const rate = shown(first * 10 ** (-(i ** 2) / 4));
    const tried = { ...settings, rate };
    if (rate > 0 && statusOf(observe(descend(objective, settings.rules[0], tried), tried)) !== "diverged") return rate;
  }
  return null;
}

const shown = (rate: number): number => Number(rate.toPrecision(3));

const ofRate = (rate: number, words: string): Mend => ({
  label: `Set the rate to ${words}`, change: { rate: shown(rate) },
});

const freed = ({ fixed }: Settings): Mend => ({
  label: "Let the parameters move", change: { fixed: fixed.map(() => false) },
});

function smallerNoise({ schedule, batch }: Settings): Mend {
  const falling = { schedule: "inverse_scaling" };
  if (schedule === "constant") return { label: "Let the rate fall: inverse scaling", change: falling };
  return { label: `Take ${whole(4 * batch)} rows a step`, change: { batch: 4 * batch } };
}

/** A higher rate, scaled columns, momentum, or more steps. */
function faster(e: Evidence, ailing: Ailing): Mend {
  const { settings, zones } = ailing;
  if (e.function) return nesterov(ailing) ?? moreSteps(settings);
  const proven = zones !== null && e.quadratic;
  const safe = proven ? 0.5 * zones.limit : e.safe;
  const higher = e.batchLimit < Infinity && settings.rate < 0.5 * safe;
  if (higher) return ofRate(safe, `${proven ? "half of the limit, " : ""}${number(shown(safe), 3)}`);
  return scaled(ailing) ?? nesterov(ailing) ?? moreSteps(settings);
}

/** Columns of mean 0 and standard deviation 1, with a rate that is safe for them and the same start. */
function scaled({ objective, settings }: Ailing): Mend {
  const found = standardized(objective, settings);
  if (!found) return null;
  return { label: "Standardize the columns", change: { ...found, standardize: true, rate: shown(found.rate) } };
}

/** Nesterov's momentum at half of its limit, in the lead. */
function nesterov({ settings, zones, objective }: Ailing): Mend {
  const [leader, ...others] = settings.rules;
  if (leader !== "plain" || !zones || !objective.quadratic || settings.batch > 0) return null;
  const rate = (0.5 * zones.limit * linear("nesterov")!.stability) / linear("plain")!.stability;
  const rules = ["nesterov", leader, ...others.filter((rule) => rule !== "nesterov")].slice(0, MOST_RULES);
  return { label: "Try Nesterov", change: { rules, rate: shown(rate) } };
}

function more(e: Evidence, settings: Settings): Mend {
  if (e.spent) return { label: "Keep the rate constant", change: { schedule: "constant" } };
  if (e.left === null || !Number.isFinite(e.left) || e.sampled) return moreSteps(settings);
  const steps = roundedUp(settings.steps + e.left);
  return steps > MOST_STEPS ? moreSteps(settings) : { label: `Take ${whole(steps)} steps`, change: { steps } };
}

function moreSteps({ steps }: Settings): Mend {
  return 4 * steps > MOST_STEPS ? null : { label: "Four times as many steps", change: { steps: 4 * steps } };
}

/** A number of steps with two digits, not less. */
function roundedUp(steps: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(steps)) - 1);
  return Math.ceil(steps / unit) * unit;
}

function elsewhere(end: Float64Array, { fixed }: Settings): Mend {
  const start = [...end].map((x, j) => (fixed[j] ? x : Number((x + 0.1 * Math.max(1, Math.abs(x))).toPrecision(3))));
  return { label: "Start a little beside this point", change: { start } };
}
