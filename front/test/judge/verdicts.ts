// What the page says of runs, with numbers as Python spells them, for tests/lab/test_status.py to compare.

import { descend, facts, tableObjective } from "../../src/engine";
import { formulaObjective, readFormula } from "../../src/formula";
import { arithmetic, judge, observed, zonesOf } from "../../src/judge";
import { evidence, type Observed } from "../../src/judge/evidence";
import { messageOf } from "../../src/judge/message";
import { statusOf } from "../../src/judge/status";
import { whyOf } from "../../src/judge/why";
import type { Settings, Table } from "../../src/types";
import { inPython } from "./python_spelling";

interface Case {
  readonly table: Table | null; // null: the formula of the settings
  readonly settings: Settings;
}

/** Status, sentence and reason of the run of some settings, and all text that the page shows of it. */
export function verdictOf({ table, settings }: Case) {
  const objective = table ? tableObjective(table, settings) : formulaObjective(readFormula(settings.formula));
  const known = facts(objective, settings);
  const run = descend(objective, settings.rules[0], settings);
  const e = observed(run, known, objective, settings);
  const status = statusOf(e);
  const card = judge(run, known, objective, settings, zonesOf(known, settings));
  return {
    status,
    cost: run.cost[run.steps],
    message: messageOf(status, e, inPython),
    why: whyOf(status, known, objective, settings, inPython),
    card,
    lines: [0, run.steps >> 1, run.steps].map((step) => arithmetic(run, objective, settings, step)),
  };
}

/** An evidence as JSON: arrays as lists, infinities as texts. */
type Listed = Omit<Observed, "cost" | "step"> & { readonly [K in "cost" | "step"]: readonly number[] };

/** Status and sentence of an evidence. */
export function judgedEvidence(listed: Listed) {
  const read = Object.entries(listed).map(([key, value]) => [key, value === "Infinity" ? Infinity : value]);
  const { cost, step, ...rest } = Object.fromEntries(read) as Listed;
  const e = evidence({ ...rest, cost: Float64Array.from(cost), step: Int32Array.from(step) });
  const status = statusOf(e);
  return { status, message: messageOf(status, e, inPython) };
}
