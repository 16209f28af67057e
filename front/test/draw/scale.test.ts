// Scales and ticks of axes.

import { describe, expect, it } from "vitest";
import { logTicks, scaleOf, ticks } from "../../src/draw/scale";

describe("a scale", () => {
  it.each([false, true])("comes back from pixels (log: %s)", (log) => {
    const scale = scaleOf([0.5, 2000], [300, 10], log);
    for (const value of [0.5, 1, 77, 2000]) expect(scale.invert(scale(value))).toBeCloseTo(value, 9);
    expect([scale(0.5), scale(2000)]).toEqual([300, 10]);
  });

  it("has a middle where both ends are one", () => {
    expect(scaleOf([3, 3], [0, 10])(3)).toBe(5);
  });
});

describe("ticks", () => {
  it("are round and exact", () => {
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(-13, 27, 4)).toEqual([-10, 0, 10, 20]);
    expect(ticks(0.11, 0.32, 5)).toEqual([0.15, 0.2, 0.25, 0.3]);
    expect(ticks(1e9, 1.5e9, 5)).toEqual([1e9, 1.1e9, 1.2e9, 1.3e9, 1.4e9, 1.5e9]);
  });

  it("are none of what has no length", () => {
    expect(ticks(2, 2, 5)).toEqual([2]);
    expect(ticks(NaN, 1, 5)).toEqual([]);
    expect(ticks(0, Infinity, 5)).toEqual([]);
  });

  it("of logarithms are 1, 2 and 5", () => {
    expect(logTicks(0.9, 30)).toEqual([1, 2, 5, 10, 20]);
  });
});
