// A tape made fast: one closure for each operation, whose value and derivatives (forward mode) live in one place of
// preallocated arrays. What holds no variable is computed once.

import type { Vec } from "../types";
import { CHOICES, type Choice, NEGATIVE, ONES, type One, type Partials, TWOS, type Two } from "./rules";
import type { Operation } from "./tape";

/** Evaluates up to `order` derivatives at a point: 0, 1 or 2. */
export interface Program {
  run(point: ArrayLike<number>, order: number): number;
  /** Of the last run of an order above 0: the d first derivatives. */
  readonly slope: Vec;
  /** Of the last run of order 2: d x d second derivatives. */
  hessian(): Vec;
}

type Play = (order: number) => void;

/** A result: its place in the arrays, and whether it is of a variable. */
interface Slot {
  readonly at: number;
  readonly moves: boolean;
}

export function compile(tape: readonly Operation[], names: readonly string[]): Program {
  const builder = new Builder(names.length, tape);
  const variables = names.map(() => builder.slot(true));
  const stack: Slot[] = [];
  for (const operation of tape) {
    const parts = stack.splice(stack.length - operation.takes);
    const { name, value, variable } = operation;
    if (name === "variable") stack.push(variables[names.indexOf(variable)]);
    else if (name === "number") stack.push(builder.constant(value));
    else stack.push(builder.operation(name, parts));
  }
  return builder.program(stack[0]);
}

class Builder {
  private readonly values: Vec;
  private readonly slopes: Vec;
  private hessians: Vec = new Float64Array(0); // made where they are asked for
  private readonly plays: Play[] = [];
  private readonly partials: Partials = [0, 0, 0, 0, 0];
  private used = 0;

  constructor(private readonly d: number, tape: readonly Operation[]) {
    const most = d + tape.reduce((sum, { name, takes }) => sum + (name === "variable" ? 0 : Math.max(1, takes)), 0);
    this.values = new Float64Array(most);
    this.slopes = new Float64Array(most * d);
  }

  slot(moves: boolean): Slot {
    const at = this.used++;
    if (moves && at < this.d) this.slopes[at * this.d + at] = 1;
    return { at, moves };
  }

  constant(value: number): Slot {
    const slot = this.slot(false);
    this.values[slot.at] = value;
    return slot;
  }

  operation(name: string, [a, ...rest]: Slot[]): Slot {
    if (name === "negative") return this.one(NEGATIVE, a);
    if (name === "-") return this.sum(a, this.one(NEGATIVE, rest[0]));
    if (name === "+") return this.sum(a, rest[0]);
    if (name in TWOS) return this.two(TWOS[name], a, rest[0]);
    return name in ONES ? this.one(ONES[name], a) : rest.reduce((found, b) => this.choice(CHOICES[name], found, b), a);
  }

  program(result: Slot): Program {
    const { values, plays, d } = this;
    const from = result.at * d;
    const run = (point: ArrayLike<number>, order: number): number => {
      if (order > 1 && this.hessians.length === 0) this.hessians = new Float64Array(values.length * d * d);
      for (let j = 0; j < d; j++) values[j] = point[j];
      for (let k = 0; k < plays.length; k++) plays[k](order);
      return values[result.at];
    };
    return {
      run,
      slope: this.slopes.subarray(from, from + d),
      hessian: () => this.hessians.slice(from * d, (from + d) * d),
    };
  }

  /** The place of a result; what does not move is played now, once. */
  private placed(moves: boolean, play: (at: number) => Play): Slot {
    const slot = this.slot(moves);
    if (moves) this.plays.push(play(slot.at));
    else play(slot.at)(0);
    return slot;
  }

  private one({ of, first, second }: One, a: Slot): Slot {
    const { values } = this;
    return this.placed(a.moves, (at) => (order) => {
      const x = values[a.at];
      const y = (values[at] = of(x));
      if (order > 0) this.chain(at, a.at, first(x, y), order > 1 ? second(x, y) : 0, order);
    });
  }

  private sum(a: Slot, b: Slot): Slot {
    const { values } = this;
    return this.placed(a.moves || b.moves, (at) => (order) => {
      values[at] = values[a.at] + values[b.at];
      if (order > 0) this.add(this.slopes, this.d, at, a.at, b.at);
      if (order > 1) this.add(this.hessians, this.d * this.d, at, a.at, b.at);
    });
  }

  private two({ of, partials }: Two, a: Slot, b: Slot): Slot {
    const { values, partials: by } = this;
    return this.placed(a.moves || b.moves, (at) => (order) => {
      const x = values[a.at];
      const y = values[b.at];
      const z = (values[at] = of(x, y));
      if (order === 0) return;
      partials(by, x, y, z, b.moves);
      if (!b.moves) this.chain(at, a.at, by[0], by[2], order);
      else if (!a.moves) this.chain(at, b.at, by[1], by[4], order);
      else this.chainOfTwo(at, a.at, b.at, order);
    });
  }

  private choice({ of, isFirst }: Choice, a: Slot, b: Slot): Slot {
    const { values, slopes, d } = this;
    return this.placed(a.moves || b.moves, (at) => (order) => {
      const x = values[a.at];
      const y = values[b.at];
      values[at] = of(x, y);
      const from = isFirst(x, y) ? a.at : b.at;
      if (order > 0) slopes.copyWithin(at * d, from * d, (from + 1) * d);
      if (order > 1) this.hessians.copyWithin(at * d * d, from * d * d, (from + 1) * d * d);
    });
  }

  private add(all: Vec, size: number, at: number, a: number, b: number): void {
    for (let j = 0; j < size; j++) all[at * size + j] = all[a * size + j] + all[b * size + j];
  }

  /** The chain rule for a function of one result, with derivatives f and s. */
  private chain(at: number, a: number, f: number, s: number, order: number): void {
    const { slopes, hessians, d } = this;
    for (let j = 0; j < d; j++) slopes[at * d + j] = f * slopes[a * d + j];
    if (order < 2) return;
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) {
        const outer = slopes[a * d + j] * slopes[a * d + k];
        hessians[(at * d + j) * d + k] = f * hessians[(a * d + j) * d + k] + s * outer;
      }
    }
  }

  /** The chain rule for a function of two results, with the derivatives in `partials`. */
  private chainOfTwo(at: number, a: number, b: number, order: number): void {
    const { slopes, hessians, d } = this;
    const [byA, byB, byAA, byAB, byBB] = this.partials;
    for (let j = 0; j < d; j++) slopes[at * d + j] = byA * slopes[a * d + j] + byB * slopes[b * d + j];
    if (order < 2) return;
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) {
        const [aj, ak, bj, bk] = [slopes[a * d + j], slopes[a * d + k], slopes[b * d + j], slopes[b * d + k]];
        const curved = byA * hessians[(a * d + j) * d + k] + byB * hessians[(b * d + j) * d + k];
        hessians[(at * d + j) * d + k] = curved + byAB * (aj * bk + ak * bj) + byAA * aj * ak + byBB * bj * bk;
      }
    }
  }
}
