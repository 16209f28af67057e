// The memory of a rule at a step, found by taking the steps up to it again with the gradients at the states.

import { rules } from "../engine/engine.gen";
import { stateOf } from "../engine/parameters";
import { parseSpec } from "../engine/spec";
import type { Objective, Run, Settings, Vec } from "../types";

const MOST = 400_000; // rows times parameters that are read for it

interface Replayed {
  t: number; // steps taken again
  readonly memory: readonly Vec[]; // of each parameter
}

const known = new WeakMap<Run, Replayed>();

/** The memory (p x slots) before the step from state t; null where the rule has none of this form, or it takes long. */
export function memoryBefore(run: Run, objective: Objective, settings: Settings, t: number): readonly Vec[] | null {
  const { record } = parseSpec(run.rule, rules, "rule");
  if (!record.elementwise || record.slots === 0 || record.sees.length > 0) return null;
  if (t * Math.max(1, objective.rows) * run.size > MOST) return null;
  const found = known.get(run);
  const fresh = { t: 0, memory: settings.fixed.map(() => new Float64Array(record.slots)) };
  const from = found && found.t <= t ? found : fresh;
  for (; from.t < t; from.t++) again(run, objective, from);
  known.set(run, from);
  return from.memory.map((memory) => memory.slice());
}

function again(run: Run, objective: Objective, { t, memory }: Replayed): void {
  const { record, self } = parseSpec(run.rule, rules, "rule");
  if (!record.elementwise) return;
  const g = new Float64Array(run.size);
  const rows = run.rowsOf(t);
  objective.gradient(stateOf(run, t), g, rows, 0, rows?.length ?? objective.rows);
  g.forEach((slope, j) => record.direction(self, slope, memory[j], t + 1));
}
