// What the page says of a run, in words and numbers. Python is the one authority: criteria and sentences are its own.

import { descend } from "../engine";
import { stateOf } from "../engine/parameters";
import type { Facts, Judgement, Objective, Run, Settings, Zones } from "../types";
import type { Evidence } from "./evidence";
import { formulaEvidence } from "./formula_evidence";
import { mendOf } from "./mend";
import { messageOf } from "./message";
import { statusOf } from "./status";
import { tableEvidence } from "./table_evidence";
import { ratioOf, whyOf } from "./why";

export { arithmetic, type Line } from "./arithmetic";
export { zonesOf } from "./zones";

/** The verdict card of the leading rule's run. */
export function judge(
  run: Run, facts: Facts, objective: Objective, settings: Settings, zones: Zones | null,
): Judgement {
  if (!Number.isFinite(run.cost[0])) return tooFar(run.cost[0], facts, objective, settings, zones);
  const observe = (other: Run, chosen: Settings): Evidence => observed(other, facts, objective, chosen);
  const e = observe(run, settings);
  const status = statusOf(e);
  return {
    status,
    message: messageOf(status, e),
    why: [whyOf(status, facts, objective, settings), ratioOf(status, settings, zones)].filter(Boolean).join(" "),
    mend: mendOf(status, e, stateOf(run, run.steps), { facts, objective, settings, zones, observe }),
  };
}

/** The evidence of a run whose start has a finite cost. */
export function observed(run: Run, facts: Facts, objective: Objective, settings: Settings): Evidence {
  if (!objective.table) return formulaEvidence(run, facts, objective, settings);
  return tableEvidence(run, facts, objective, objective.table, settings);
}

/** The card of a start without a finite cost: from 0 or else 1, and at a rate that is sound there. */
function tooFar(cost: number, facts: Facts, objective: Objective, settings: Settings, zones: Zones | null): Judgement {
  const message = `Diverged: ${startWords(cost)}.`;
  for (const at of [0, 1]) {
    const start = settings.start.map((w, j) => (settings.fixed[j] ? w : at));
    const nearer = { ...settings, start };
    const run = descend(objective, settings.rules[0], nearer);
    if (!Number.isFinite(run.cost[0])) continue;
    const next = judge(run, facts, objective, nearer, zones);
    const sound = next.status === "diverged" ? next.mend?.change : {};
    const mend = sound ? { label: `Start at ${at}`, change: { start, ...sound } } : null;
    return { status: "diverged", message, why: "", mend };
  }
  return { status: "diverged", message, why: "", mend: null };
}

const startWords = (cost: number): string =>
  Number.isNaN(cost) ? "the cost has no value at the start" : "the cost at the start is too large for a number";
