// How far a descent at a constant rate gets on a quadratic, from the spectrum of its Hessian: the mirror of
// steepest/optimality/forecast.py. Along each eigenvector (e, u) is multiplied by the matrix M of recursion.ts.

import { dot } from "../engine/parameters";
import type { Facts, Objective, Vec } from "../types";
import { curvatures } from "./curvatures";
import { transition } from "./recursion";
import type { Linear } from "./rules";

interface Mode {
  readonly curvature: number;
  readonly step: Vec; // M, row by row
  readonly start: Vec; // distance from the minimum and memory at the start
  readonly end: number; // distance at the end
}

export type Course = readonly Mode[];

const OCTAVES = 50; // a forecast of more than 2^50 steps counts as infinite

/** The course of a linear rule below its limit; null above. `first` and `last` are the ends of the path. */
export function courseOf(
  facts: Facts, objective: Objective, rule: Linear, rate: number, first: Vec, last: Vec,
): Course | null {
  const p = objective.size;
  const g = new Float64Array(p);
  objective.gradient(last, g);
  const moved = last.map((w, j) => w - first[j]);
  const curved = curvatures(facts);
  if (rate * (curved.at(-1) ?? 0) >= rule.stability) return null;
  const skipped = facts.eigenvalues.length - curved.length;
  return curved.map((curvature, i) => {
    const direction = facts.eigenvectors.subarray((skipped + i) * p, (skipped + i + 1) * p);
    const end = dot(direction, g) / curvature;
    const start = new Float64Array(1 + rule.slots);
    start[0] = end - dot(direction, moved);
    return { curvature, step: transition(rule, rate * curvature), start, end };
  });
}

/** Cost minus minimum of the states of the modes. */
export const gapOf = (course: Course, states: readonly Vec[]): number =>
  0.5 * course.reduce((sum, mode, i) => sum + mode.curvature * states[i][0] ** 2, 0);

/** The states after some steps; with sampled steps, their mean. */
export const after = (course: Course, steps: number): readonly Vec[] =>
  course.map((mode) => {
    let [state, power] = [mode.start, mode.step];
    for (let rest = steps; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) state = apply(power, state);
      power = product(power, power);
    }
    return state;
  });

/** Steps from the end, after `steps`, until the gap is at most `target`; infinite where it never is. */
export function left(course: Course, steps: number, target: number, mean: boolean): number {
  let states = after(course, steps);
  if (!mean) states = states.map((state, i) => Float64Array.of(course[i].end, ...state.subarray(1)));
  const above = (at: readonly Vec[]): boolean =>
    Math.max(gapOf(course, at), gapOf(course, at.map((s, i) => apply(course[i].step, s)))) > target;
  const ahead = (powers: readonly Vec[]): readonly Vec[] => states.map((state, i) => apply(powers[i], state));
  const powers: (readonly Vec[])[] = [course.map((mode) => mode.step)];
  while (above(ahead(powers.at(-1)!))) {
    if (powers.length > OCTAVES) return Infinity;
    powers.push(powers.at(-1)!.map((power) => product(power, power)));
  }
  let done = 0;
  for (let octave = powers.length - 2; octave >= 0; octave--) {
    const next = ahead(powers[octave]);
    if (!above(next)) continue;
    states = next;
    done += 2 ** octave;
  }
  return done + 1;
}

function apply(matrix: Vec, state: Vec): Vec {
  const size = state.length;
  return state.map((_, i) => dot(matrix.subarray(i * size, (i + 1) * size), state));
}

function product(a: Vec, b: Vec): Vec {
  const size = Math.sqrt(a.length);
  return a.map((_, k) => {
    const [row, column] = [Math.floor(k / size), k % size];
    let sum = 0;
    for (let j = 0; j < size; j++) sum += a[row * size + j] * b[j * size + column];
    return sum;
  });
}
