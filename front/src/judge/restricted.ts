// An objective over its free parameters alone: the others keep the values that they have at a point.

import type { Objective, Vec } from "../types";

/** The objective as a function of the free parameters; itself where all are free. */
export function restricted(objective: Objective, at: Vec, free: readonly number[]): Objective {
  const { size } = objective;
  if (free.length === size) return objective;
  const whole = (part: Vec): Vec => {
    const w = at.slice();
    free.forEach((j, a) => (w[j] = part[a]));
    return w;
  };
  return {
    ...objective,
    names: free.map((j) => objective.names[j]),
    size: free.length,
    value: (w) => objective.value(whole(w)),
    gradient(w, out) {
      const g = new Float64Array(size);
      objective.gradient(whole(w), g);
      free.forEach((j, a) => (out[a] = g[j]));
    },
    hessian(w) {
      const H = objective.hessian(whole(w));
      return Float64Array.from(free.flatMap((j) => free.map((k) => H[j * size + k])));
    },
  };
}
