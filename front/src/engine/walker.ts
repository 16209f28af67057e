// One step of a rule: its memory, what it sees, and the parameters that it moves.

import type { Vec } from "../types";
import type { ElementRule, Rule, WholeRule } from "./records";
import type { Bound } from "./spec";

/** Takes the steps of a rule and keeps its memory. */
interface Walker {
  /** Moves `at` by step t, counted from 1, at the rate eta. */
  move(at: Vec, g: Vec, eta: number, t: number): void;
  /** Writes the answer at the point `at` into `out`. */
  answer(at: Vec, out: Vec): void;
}

/** A walker at its first step, over p parameters of which some are free. */
export function walkerOf(rule: Bound<Rule>, free: readonly boolean[]): Walker {
  const { record, self } = rule;
  return record.elementwise ? elementWalker({ record, self }, free) : wholeWalker({ record, self }, free);
}

function elementWalker({ record, self }: Bound<ElementRule>, free: readonly boolean[]): Walker {
  const { slots, sees, answer } = record;
  const memory = free.map(() => new Float64Array(slots + sees.length));
  return {
    move(at, g, eta, t) {
      for (let j = 0; j < at.length; j++) {
        if (!free[j]) continue;
        for (let k = 0; k < sees.length; k++) memory[j][slots + k] = seen(sees[k], at, j, eta);
        at[j] -= eta * record.direction(self, g[j], memory[j], t);
      }
    },
    answer(at, out) {
      out.set(at);
      if (answer !== null) for (let j = 0; j < at.length; j++) if (free[j]) out[j] = answer(self, at[j], memory[j]);
    },
  };
}

function wholeWalker({ record, self }: Bound<WholeRule>, free: readonly boolean[]): Walker {
  const { slots, sees } = record;
  const memory = Array.from({ length: slots + sees.length }, () => new Float64Array(free.length));
  return {
    move(at, g, eta, t) {
      const slope = g.map((value, j) => (free[j] ? value : 0)); // a fixed parameter is at rest for the rule
      sees.forEach((what, k) => (memory[slots + k] = at.map((_, j) => seen(what, at, j, eta))));
      const p = record.direction(self, slope, memory, t);
      for (let j = 0; j < at.length; j++) if (free[j]) at[j] -= eta * p[j];
    },
    answer: (at, out) => out.set(at),
  };
}

/** What a rule is shown of parameter j; the last parameter is the intercept, which has no weight. */
function seen(what: string, at: Vec, j: number, eta: number): number {
  if (what === "rate") return eta;
  return what === "weights" && j === at.length - 1 ? 0 : at[j];
}
