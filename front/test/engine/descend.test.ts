// Descents of the page against known steps.

import { describe, expect, it } from "vitest";
import { descend, type How, rules, tableObjective } from "../../src/engine";
import { quotient, remainder } from "../../src/engine/arithmetic";
import type { Objective } from "../../src/types";

const x = [1, 3, 4, 5, 6, 7, 8, 10];
const y = [4, 3, 7, 7, 8, 10, 8, 11];
const eight: Objective = tableObjective(
  { name: "eight", rows: 8, columns: [{ name: "x", values: x }, { name: "y", values: y }] },
  { target: "y", features: ["x"], loss: "squared_error", standardize: false, fixed: [] },
);
const how: How = {
  rate: 0.01, schedule: "constant", batch: 0, sampling: "shuffle", seed: 0, steps: 3, start: [0, 0], fixed: [],
};

/** 2 (x - 3) and 2 y as the gradient of a formula. */
const bowl: Objective = {
  task: "formula", names: ["x", "y"], size: 2, rows: 0, quadratic: true, convex: true,
  value: ([a, b]) => (a - 3) ** 2 + b * b,
  gradient: ([a, b], out) => out.set([2 * (a - 3), 2 * b]),
  hessian: () => Float64Array.of(2, 0, 0, 2),
  raw: (w) => w,
  scaled: (w) => w,
};

describe("a descent", () => {
  it("is the textbook's, step by step", () => {
    const { path, steps, end } = descend(bowl, "plain", { ...how, rate: 0.25, start: [7, 4] });
    expect(Array.from(path)).toEqual([7, 4, 5, 2, 4, 1, 3.5, 0.5]);
    expect([steps, end]).toEqual([3, "steps"]);
  });

  it("gathers speed with momentum", () => {
    const { path } = descend(bowl, "momentum:beta=0.5", { ...how, rate: 0.25, steps: 2, start: [7, 0] });
    expect(Array.from(path)).toEqual([7, 0, 5, 0, 3, 0]); // 8; 4 + 0.5 x 8 = 8
  });

  it("ends before a cost that is not finite", () => {
    const { path, cost, steps, end } = descend(eight, "plain", { ...how, rate: 1, steps: 1000 });
    expect(end).toBe("overflow");
    expect(steps).toBeLessThan(200);
    expect(cost.length).toBe(steps + 1);
    expect(path.length).toBe(2 * (steps + 1));
    expect(path.every(Number.isFinite) && cost.every(Number.isFinite)).toBe(true);
  });

  it.each(Object.keys(rules))("by %s has only finite numbers, at any rate", (rule) => {
    for (const rate of [1e-12, 0.05, 1, 1e6, 1e300]) {
      for (const batch of [0, 1, 3]) {
        const { path, cost } = descend(eight, rule, { ...how, rate, batch, steps: 60 });
        expect(path.every(Number.isFinite) && cost.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("of no steps is its start", () => {
    const { path, cost, steps } = descend(eight, "adam", { ...how, steps: 0, start: [1, 2] });
    expect([Array.from(path), cost.length, steps]).toEqual([[1, 2], 1, 0]);
  });

  it("says which rows a step used, in any order of asking", () => {
    const run = descend(eight, "plain", { ...how, batch: 3, steps: 9, seed: 4 });
    const rows = Array.from({ length: 9 }, (_, t) => Array.from(run.rowsOf(t) ?? []));
    expect(rows.map(({ length }) => length)).toEqual([3, 3, 2, 3, 3, 2, 3, 3, 2]);
    for (let epoch = 0; epoch < 3; epoch++) {
      expect(rows.slice(3 * epoch, 3 * epoch + 3).flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    }
    expect([8, 0, 4].map((t) => Array.from(run.rowsOf(t) ?? []))).toEqual([rows[8], rows[0], rows[4]]);
    expect(descend(eight, "plain", how).rowsOf(0)).toBeNull();
    expect(descend(bowl, "plain", { ...how, batch: 3 }).rowsOf(0)).toBeNull();
  });

  it("depends on its seed alone", () => {
    const path = (seed: number): string => descend(eight, "plain", { ...how, batch: 1, seed, steps: 20 }).path.join();
    expect(path(1)).toBe(path(1));
    expect(path(1)).not.toBe(path(2));
  });
});

describe("arithmetic of Python", () => {
  it.each([
    [7, 3, 1, 2],
    [-7, 3, 2, -3],
    [7, -3, -2, -3],
    [5.5, 2, 1.5, 2],
    [0.3, 0.1, 0.09999999999999998, 2],
    [6, 3, 0, 2],
  ])("%d and %d", (a, b, rest, whole) => {
    expect(remainder(a, b)).toBe(rest);
    expect(quotient(a, b)).toBe(whole);
  });
});
