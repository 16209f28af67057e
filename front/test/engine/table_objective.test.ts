// The cost of a table: values, gradients, second derivatives, units and refusals.

import { describe, expect, it } from "vitest";
import { type Choice, losses, tableObjective } from "../../src/engine";
import type { Objective, Table, Vec } from "../../src/types";

const X = [[1, 3, 4, 5, 6, 7, 8, 10], [0.5, -1, 2, 0, 3, -2, 1, 0.1], [100, 140, 90, 120, 160, 80, 110, 130]];
const Y = [4, 3, 7, 7, 8, 10, 8, 11];
const CLASSES = [0, 1, 0, 1, 0, 1, 1, 1];
const SMOOTH = Object.values(losses).filter(({ nonsmooth }) => !nonsmooth).map(({ name }) => name);

function table(y: readonly number[], d = 1): Table {
  const columns = X.slice(0, d).map((values, j) => ({ name: `x${j}`, values }));
  return { name: "eight", rows: y.length, columns: [...columns, { name: "y", values: y }] };
}

function made(loss: string, d = 1, more: Partial<Choice> = {}): Objective {
  const y = losses[loss].labels ? CLASSES : Y;
  const features = X.slice(0, d).map((_, j) => `x${j}`);
  return tableObjective(table(y, d), { target: "y", features, loss, standardize: false, fixed: [], ...more });
}

const choice = { target: "y", features: ["x0"], loss: "mse", standardize: false, fixed: [] };

/** Derivatives by central differences. */
function differences(f: (w: Vec) => number, w: Vec, step: number): number[] {
  return Array.from(w, (value, j) => {
    const [up, down] = [w.slice(), w.slice()];
    up[j] = value + step;
    down[j] = value - step;
    return (f(up) - f(down)) / (2 * step);
  });
}

function close(found: ArrayLike<number>, expected: ArrayLike<number>, share: number): void {
  const size = Math.max(...Array.from(expected, Math.abs), 1e-300);
  Array.from(expected).forEach((value, j) => expect(Math.abs(found[j] - value)).toBeLessThanOrEqual(share * size));
}

describe.each([1, 3])("the objective of a table with %i columns", (d) => {
  const w = Float64Array.from([0.11, -0.07, 0.002].slice(0, d).concat(0.35));

  it.each(SMOOTH)("has the gradient of %s", (loss) => {
    for (const standardize of [false, true]) {
      const o = made(loss, d, { standardize });
      const g = new Float64Array(d + 1);
      o.gradient(w, g);
      close(g, differences((at) => o.value(at), w, 1e-6), 1e-7);
    }
  });

  it.each(SMOOTH)("has the Hessian of %s", (loss) => {
    const o = made(loss, d, { standardize: true });
    const H = o.hessian(w);
    for (let j = 0; j <= d; j++) {
      const slope = (at: Vec): number => {
        const g = new Float64Array(d + 1);
        o.gradient(at, g);
        return g[j];
      };
      close(H.subarray(j * (d + 1), (j + 1) * (d + 1)), differences(slope, w, 1e-6), 1e-6);
    }
  });

  it("keeps predictions between raw and scaled parameters", () => {
    const [raw, scaled] = [made("squared_error", d), made("squared_error", d, { standardize: true })];
    expect(scaled.value(w)).toBeCloseTo(raw.value(scaled.raw(w)), 12);
    close(scaled.scaled(scaled.raw(w)), w, 1e-12);
    close(raw.raw(w), w, 0);
  });

  it("gives for a batch the mean over its rows", () => {
    const o = made("huber", d);
    const order = Int32Array.from([5, 2, 7, 0, 1, 3, 4, 6]);
    const [all, part, mean] = [0, 1, 2].map(() => new Float64Array(d + 1));
    o.gradient(w, all);
    o.gradient(w, part, order, 0, 8);
    close(part, all, 1e-14);
    for (let k = 2; k < 5; k++) {
      o.gradient(w, part, order, k, k + 1);
      part.forEach((value, j) => (mean[j] += value / 3));
    }
    o.gradient(w, part, order, 2, 5);
    close(part, mean, 1e-14);
  });

  it("forgets the predictions of a batch", () => {
    const o = made("squared_error", d);
    const [value, g] = [o.value(w), new Float64Array(d + 1)];
    o.gradient(w, g, Int32Array.from([7, 6, 5]), 0, 3);
    expect(o.value(w)).toBe(value);
  });
});

it("is the sum of squares of the textbook", () => {
  const o = made("squared_error");
  const [slope, intercept] = [0.84482759, 2.6034482758620694];
  const g = new Float64Array(2);
  o.gradient(Float64Array.of(slope, intercept), g);
  expect(Math.max(...g.map(Math.abs))).toBeLessThan(1e-6);
  expect(o.value(Float64Array.of(slope, intercept))).toBeCloseTo(0.631466, 6);
  expect(o.hessian(new Float64Array(2))).toEqual(Float64Array.of(37.5, 5.5, 5.5, 1));
});

it("scales a column to mean 0 and standard deviation 1, a constant one to 0", () => {
  const given = table(Y, 1);
  const columns = [...given.columns, { name: "k", values: Y.map(() => 3.3) }];
  const o = tableObjective({ ...given, columns }, { ...choice, features: ["x0", "k"], standardize: true });
  close(o.hessian(new Float64Array(3)), [2, 0, 0, 0, 0, 0, 0, 0, 2], 1e-12);
  const held = tableObjective(given, { ...choice, standardize: true, fixed: [false, true] });
  expect(held.hessian(new Float64Array(2))[0]).toBeCloseTo(2, 12);
  expect(held.hessian(new Float64Array(2))[1]).not.toBeCloseTo(0, 3);
});

describe("targets", () => {
  it("of two numbers are classes 0 and 1", () => {
    const o = tableObjective(table(CLASSES.map((c) => 7 - 2 * c)), { ...choice, loss: "log_loss" });
    expect(o.table?.target).toEqual({ name: "y", values: CLASSES.map((c) => 1 - c), classes: ["5", "7"] });
    expect(o.table?.predict(0)).toBe(0.5);
  });

  it.each([
    ["log_loss", Y, '"y" has 6 different values'],
    ["hinge", [1, 1, 1], '"y" has 1 different values'],
    ["poisson", [1, -1, 2], '"y" has negative numbers'],
    ["gamma", [1, 0, 2], '"y" has zeros'],
  ])("that do not go with %s are refused in words", (loss, y, words) => {
    expect(() => tableObjective(table(y), { ...choice, loss })).toThrow(words);
  });

  it("must be there", () => {
    expect(() => tableObjective(table(Y), { ...choice, target: "z" })).toThrow('no column "z"');
  });

  it("may be zero for counts", () => {
    const o = tableObjective(table([0, 1, 0, 2, 3, 1, 4, 0]), { ...choice, loss: "poisson" });
    expect(Number.isFinite(o.value(new Float64Array(2)))).toBe(true);
  });
});
