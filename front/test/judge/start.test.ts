// A start at which a formula has no value: said as that, and mended where 0 or 1 has one.

import { expect, test } from "vitest";
import { createScene } from "../../src/state/scene";
import { signal } from "@preact/signals";
import { DEFAULTS } from "../../src/state/settings";

function judged(formula: string, start: number) {
  const settings = { ...DEFAULTS, task: "formula" as const, formula, start: [start], fixed: [false], steps: 20 };
  return createScene(signal(settings), { table: signal(null), recorded: signal(null) }).scene.peek()!.judgement;
}

test("a start without a value is not called too large", () => {
  for (const formula of ["log(-x**2 - 1)", "x - log(x)", "sqrt(x)*x"]) {
    const judgement = judged(formula, -6);
    expect(judgement.message).toBe("Diverged: the cost has no value at the start.");
  }
  expect(judged("x - log(x)", -6).mend).toMatchObject({ label: "Start at 1", change: { start: [1] } });
  expect(judged("log(-x**2 - 1)", -6).mend).toBeNull();
});

test("a formula whose only variable is fixed has one point, and a card", () => {
  const settings = { ...DEFAULTS, task: "formula" as const, formula: "log(x)", start: [0.5], fixed: [true], steps: 1 };
  const state = createScene(signal(settings), { table: signal(null), recorded: signal(null) });
  expect(state.problem.value).toBe("");
  expect(state.scene.peek()!.judgement.message).not.toMatch(/undefined|NaN/);
});
