// Numbers as they are written.

import { expect, it } from "vitest";
import { count, counted, number, percent } from "../../src/draw/number";

it.each([
  [0, "0"], [0.5376344, "0.5376"], [-1125.35, "−1,125"], [15690000, "1.569 × 10⁷"], [1e-6, "10⁻⁶"], [-1e9, "−10⁹"],
  [0.1 + 0.2, "0.3"], [999999, "10⁶"], [123456, "123,500"], [1e308 * 10, "over 10³⁰⁸"], [NaN, "unknown"], [-0, "0"],
])("writes %d as %s", (value, text) => expect(number(value)).toBe(text));

it("rounds no share up to all of it", () => {
  expect(percent(0.9999)).toBe("99.99 %");
  expect(percent(0.99999999)).toBe("99.999999 %");
  expect(percent(0.996)).toBe("99.6 %");
  expect(percent(1)).toBe("100 %");
  expect(percent(0.866)).toBe("86.6 %");
  expect(percent(0.031)).toBe("3.1 %");
});

it("counts", () => {
  expect([count(2000), counted(1, "step"), counted(2000, "step")]).toEqual(["2,000", "1 step", "2,000 steps"]);
});
