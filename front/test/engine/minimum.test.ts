// Minima, curvatures and eigenvalues against known results.

import { describe, expect, it } from "vitest";
import { facts } from "../../src/engine";
import { eigenOf } from "../../src/engine/eigen";
import { dot } from "../../src/engine/parameters";
import type { Facts, Objective, Vec } from "../../src/types";

/** A function of p numbers with derivatives by differences of its gradient. */
function formula(p: number, value: (w: Vec) => number, gradient: (w: Vec) => number[], quadratic = false): Objective {
  return {
    task: "formula", names: ["x", "y", "z"].slice(0, p), size: p, rows: 0, quadratic, convex: false,
    value,
    gradient: (w, out) => out.set(gradient(w)),
    hessian: (w) => {
      const H = new Float64Array(p * p);
      for (let j = 0; j < p; j++) {
        const step = 1e-5 * (1 + Math.abs(w[j]));
        const [up, down] = [w.slice(), w.slice()];
        up[j] += step;
        down[j] -= step;
        const [a, b] = [gradient(up), gradient(down)];
        for (let k = 0; k < p; k++) H[j * p + k] = (a[k] - b[k]) / (2 * step);
      }
      return H;
    },
    raw: (w) => w,
    scaled: (w) => w,
  };
}

const at = (o: Objective, ...start: number[]): Facts => facts(o, { start, fixed: start.map(() => false) });

describe("the minimum of a formula", () => {
  it("is that of a parabola", () => {
    const found = at(formula(1, ([x]) => (x - 3) ** 2 + 2, ([x]) => [2 * (x - 3)], true), 6);
    expect(found.best?.[0]).toBeCloseTo(3, 12);
    expect(found.least).toBeCloseTo(2, 14);
    expect(found.eigenvalues[0]).toBeCloseTo(2, 8);
    expect(found.local).toBe(false);
  });

  it.each([
    [2, 1.1309011, -1.0702301],
    [-2, -1.3008395, -3.5139055],
  ])("is the one on the side of the start %d", (start, x, least) => {
    const found = at(formula(1, ([w]) => w ** 4 - 3 * w ** 2 + w, ([w]) => [4 * w ** 3 - 6 * w + 1]), start);
    expect(found.best?.[0]).toBeCloseTo(x, 6);
    expect(found.least).toBeCloseTo(least, 6);
    expect(found.local).toBe(true);
  });

  it("is found along a bent valley", () => {
    const rosenbrock = formula(2, ([x, y]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
      ([x, y]) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]);
    const { best } = at(rosenbrock, -1.2, 1);
    expect(best?.[0]).toBeCloseTo(1, 7);
    expect(best?.[1]).toBeCloseTo(1, 7);
  });

  it("is found from a saddle and from a maximum", () => {
    const saddle = formula(2, ([x, y]) => x * x + (y * y - 1) ** 2, ([x, y]) => [2 * x, 4 * y * (y * y - 1)]);
    expect(Math.abs(at(saddle, 1, 0).best?.[1] ?? 0)).toBeCloseTo(1, 7);
    expect(at(formula(1, ([x]) => Math.cos(x), ([x]) => [-Math.sin(x)]), 0).least).toBeCloseTo(-1, 12);
  });

  it("is where the curvature is 0", () => {
    const found = at(formula(1, ([x]) => x ** 4, ([x]) => [4 * x ** 3]), 1.5);
    expect(found.best?.[0]).toBeCloseTo(0, 3);
    expect([...found.eigenvalues]).toEqual([0]); // no curvature, so that no limit is made of rounding
  });

  it("is the kink of a function of one number", () => {
    const found = at(formula(1, ([x]) => Math.abs(x - 1), ([x]) => [Math.sign(x - 1)]), 2.3);
    expect(found.best?.[0]).toBeCloseTo(1, 10);
  });

  it.each<[string, Objective]>([
    ["2x + 1", formula(1, ([x]) => 2 * x + 1, () => [2])],
    ["exp(-x)", formula(1, ([x]) => Math.exp(-x), ([x]) => [-Math.exp(-x)])],
    ["-x^2", formula(1, ([x]) => -x * x, ([x]) => [-2 * x])],
    ["x^3", formula(1, ([x]) => x ** 3, ([x]) => [3 * x * x])],
    ["log(1 + exp(x))", formula(1, ([x]) => Math.log1p(Math.exp(x)), ([x]) => [1 / (1 + Math.exp(-x))])],
  ])("does not exist for %s", (_, o) => {
    const found = at(o, 0.5);
    expect(found.best).toBeNull();
    expect(found.least).toBeNaN();
    expect(Array.from(found.eigenvalues).every(Number.isFinite)).toBe(true);
  });

  it("keeps a fixed variable", () => {
    const o = formula(2, ([x, y]) => (x - y) ** 2 + y * y, ([x, y]) => [2 * (x - y), 2 * y - 2 * (x - y)]);
    const found = facts(o, { start: [5, 2], fixed: [false, true] });
    expect(found.best?.[0]).toBeCloseTo(2, 10);
    expect(found.best?.[1]).toBe(2);
    expect(found.eigenvectors).toEqual(Float64Array.of(1, 0));
  });

  it("is the start where all variables are fixed", () => {
    const found = facts(formula(1, ([x]) => x * x, ([x]) => [2 * x]), { start: [2], fixed: [true] });
    expect(found.least).toBe(4);
  });
});

describe("eigenvalues", () => {
  it.each([1, 2, 3, 6, 12])("give back a matrix of size %i", (p) => {
    const A = new Float64Array(p * p);
    const number = (j: number, k: number): number => Math.sin(3 * j + 7 * k + j * k);
    for (let j = 0; j < p; j++) for (let k = 0; k <= j; k++) A[j * p + k] = A[k * p + j] = number(j, k);
    const { values, vectors } = eigenOf(A, p);
    expect(Array.from(values)).toEqual(Array.from(values).sort((a, b) => a - b));
    for (let j = 0; j < p; j++) {
      for (let k = 0; k < p; k++) {
        const made = values.reduce((total, value, m) => total + value * vectors[m][j] * vectors[m][k], 0);
        expect(made).toBeCloseTo(A[j * p + k], 12);
        const product = dot(vectors[j], vectors[k]);
        expect(product).toBeCloseTo(j === k ? 1 : 0, 12);
      }
    }
  });

  it("keep the digits of a small one", () => {
    const { values } = eigenOf(Float64Array.of(4e6, 2e3, 2e3, 1 + 2e-5), 2);
    expect(values[0]).toBeCloseTo(2e-5 / (1 + 2.5e-7), 12);
  });
});
