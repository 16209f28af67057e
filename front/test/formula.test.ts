// Formulas: precedence, derivatives against finite differences, conventions at kinks, refusals, speed.

import { describe, expect, test } from "vitest";
import { formulaObjective, readFormula } from "../src/formula";

const at = (text: string, ...point: number[]): number => readFormula(text).value(point);

test.each([
  ["2 + 3*4", 14],
  ["-2**2", -4],
  ["2**-1", 0.5],
  ["2**3**2", 512],
  ["(2**3)**2", 64],
  ["1 - 2 - 3", -4],
  ["8/4/2", 1],
  ["+-+2", -2],
  ["2*pi", 2 * Math.PI],
  ["min(3, 1, 2) + max(3, 1, 2)", 4],
  [".5e1*2.", 10],
  ["2**-2**2", 0.0625],
])("%s is %d", (text, value) => expect(at(text)).toBe(value));

describe("derivatives", () => {
  const functions = "sin cos tan asin acos atan sinh cosh tanh exp expm1 log log1p log2 log10 sqrt abs".split(" ");
  const texts = [
    ...functions.map((name) => `${name}(x*y + 0.1)`),
    "atan2(x, y)",
    "min(x, 2*y)*max(x, y, 0.1)",
    "x**y",
    "x/y",
    "x**3*y - x",
    "2**x/y",
    "100*(y - x**2)**2 + (1 - x)**2",
  ];
  const h = 1e-5;
  const moved = (point: readonly number[], j: number, by: number): number[] =>
    point.map((x, k) => (k === j ? x + by : x));

  test.each(texts)("of %s agree with differences", (text) => {
    const formula = readFormula(text);
    const point = [0.6, 0.7];
    const slope = new Float64Array(2);
    const [low, high] = [new Float64Array(2), new Float64Array(2)];
    const H = formula.hessian(point);
    formula.gradient(point, slope);
    for (const j of [0, 1]) {
      const ahead = formula.gradient(moved(point, j, h), high);
      const behind = formula.gradient(moved(point, j, -h), low);
      expect(slope[j]).toBeCloseTo((ahead - behind) / (2 * h), 6);
      for (const k of [0, 1]) expect(H[2 * k + j]).toBeCloseTo((high[k] - low[k]) / (2 * h), 5);
    }
  });
});

test("the slope at a kink is that of one side", () => {
  const slope = new Float64Array(1);
  for (const [text, known] of [["abs(x)", 0], ["max(x, -x)", 1], ["min(2*x, 3*x)", 2]] as const) {
    readFormula(text).gradient([0], slope);
    expect(slope[0]).toBe(known);
  }
});

test("refusals say the position", () => {
  expect(() => readFormula("x^2")).toThrow("formula, position 2: '^' is not read here: write ** for a power");
  expect(() => readFormula("2x")).toThrow("formula, position 2: write * between a number and x");
  expect(() => readFormula("constructor(x)")).toThrow("constructor is no function");
  expect(() => readFormula("toString + __proto__ + x[0]")).toThrow("position 25");
  expect(readFormula("constructor + __proto__").names).toEqual(["__proto__", "constructor"]);
});

describe("the objective of a formula", () => {
  test("holds value, gradient, Hessian and names", () => {
    const bowl = formulaObjective(readFormula("x10**2 + 3*x2**2 + x2*x10"));
    const slope = new Float64Array(2);
    bowl.gradient(new Float64Array([1, 2]), slope);
    expect(bowl.names).toEqual(["x2", "x10"]);
    expect(bowl.value(new Float64Array([1, 2]))).toBe(9);
    expect([...slope]).toEqual([8, 5]);
    expect([...bowl.hessian(new Float64Array(2))]).toEqual([6, 1, 1, 2]);
    expect([...bowl.raw(new Float64Array([1, 2]))]).toEqual([1, 2]);
  });

  test.each([
    ["x**2 + y**2", true, true],
    ["x**2 - y**2", true, false],
    ["(x + y)**2", true, true],
    ["x*y", true, false],
    ["2*x + 1", true, true],
    ["-x**2", true, false],
    ["x**2 + 2*x*y + y**2 - 1e-3*z**2", true, false],
    ["x**4", false, false],
  ])("%s: quadratic %s, convex %s", (text, quadratic, convex) => {
    expect(formulaObjective(readFormula(text))).toMatchObject({ quadratic, convex });
  });
});

test("a formula of no variable, or of very many, is refused", () => {
  const many = Array.from({ length: 650 }, (_, j) => `${String.fromCharCode(97 + (j % 26))}${(j / 26) | 0}`).join("+");
  expect(() => formulaObjective(readFormula("3"))).toThrow("the formula has no variable: it is the same everywhere");
  expect(() => formulaObjective(readFormula(many.slice(0, 1998)))).toThrow("variables: the page takes 64 at most");
});

test("a gradient costs at most 2 microseconds", () => {
  const formula = readFormula("100*(y - x**2)**2 + (1 - x)**2");
  const slope = new Float64Array(2);
  const runs = 20_000;
  let sum = 0;
  const once = (): number => {
    const began = performance.now();
    for (let i = 0; i < runs; i++) sum += formula.gradient([i / runs, 1], slope);
    return (1000 * (performance.now() - began)) / runs;
  };
  const times = Array.from({ length: 10 }, once);
  expect(sum).toBeGreaterThan(0);
  expect(Math.min(...times)).toBeLessThan(2);
});
