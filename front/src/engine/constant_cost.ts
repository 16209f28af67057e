// The cost of the best constant prediction: the unit in which a cost is called small.

import type { Objective, Settings, Vec } from "../types";

const HALVINGS = 60;
const NOISE = 1e-14; // share of a cost that is rounding

/** Mean loss of the best constant, or of 0 where the intercept is fixed; of a formula the size of its first value. */
export function constantCost(objective: Objective, how: Pick<Settings, "start" | "fixed">): number {
  const p = objective.size;
  if (!objective.table) return Math.abs(objective.value(Float64Array.from(how.start)));
  const zero = new Float64Array(p);
  const constant = (z: number): Vec => objective.scaled(zero.map((_, j) => (j === p - 1 ? z : 0)));
  const cost = (z: number): number => objective.value(constant(z));
  const z = how.fixed[p - 1] ? 0 : bestConstant(objective, constant);
  const rounding = NOISE * cost(z + 1);
  return [z, 0, 1, z + 1].map(cost).find((found) => found > rounding) ?? 0;
}

/** The constant at which the slope of the cost by the intercept changes its sign. */
function bestConstant(objective: Objective, constant: (z: number) => Vec): number {
  const { table } = objective;
  const g = new Float64Array(objective.size);
  const targets = table?.target.values ?? [];
  let low = table?.classes ? -30 : Math.min(...targets, -30);
  let high = table?.classes ? 30 : Math.max(...targets, 30);
  for (let k = 0; k < HALVINGS; k++) {
    const z = (low + high) / 2;
    objective.gradient(constant(z), g);
    if (g[objective.size - 1] > 0) high = z;
    else low = z;
  }
  return (low + high) / 2;
}
