// What pictures say of formulas without a minimum, a lowest point or a value, and of the first line of a run.

import { describe, expect, it } from "vitest";
import { panels } from "../../src/draw";
import { secant } from "../../src/draw/secant";
import { slopes } from "../../src/draw/slopes";
import { strideOf } from "../../src/draw/stride";
import type { Scene } from "../../src/types";
import { drawnBy } from "./recorder";
import { eightPoints, exactOf, formulaOf, sceneOf } from "./scenes";

describe("a formula", () => {
  const of = (f: (x: number) => number, start: number, best: number[] | null = null): Scene =>
    sceneOf({
      objective: formulaOf(["x"], (w) => f(w[0])), best,
      settings: { start: [start], steps: 5, rate: 0.1, cursor: 0 },
    });

  it("that levels out or ends has no lowest point ahead of a step", () => {
    for (const scene of [of(Math.exp, 0), of((x) => Math.exp(-x), 0), of(Math.log, 2), of((x) => 1 / x, 1)]) {
      expect(strideOf(scene).lowest).toBeNull();
      expect(drawnBy(panels.step, scene).drawn.title).toBe("The step goes down, and no lowest point is found ahead");
    }
    expect(strideOf(of((x) => (x - 3) ** 4, 6)).lowest).toBeCloseTo(3, 1);
  });

  it("without a minimum is said to have none only where that is known", () => {
    const scene = of((x) => x ** 3, 1);
    const unbounded = { ...scene, judgement: { ...scene.judgement, status: "unbounded" as const } };
    for (const draw of [panels.map, panels.cost]) {
      expect(drawnBy(draw, scene).drawn.subtitle).toContain("no minimum is known");
      expect(drawnBy(draw, unbounded).drawn.subtitle).toMatch(/no minimum(?! is known)/);
    }
  });

  it("without a value at the start is said to have none", () => {
    const scene = of((x) => Math.log(-(x ** 2) - 1), 6);
    for (const draw of [secant, panels.map, panels.cost]) expect(drawnBy(draw, scene).drawn.title).toMatch(/no value/);
  });

  it("of two variables with several minima shows all sides of the start", () => {
    const himmelblau = formulaOf(["x", "y"], ({ 0: x, 1: y }) => (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2);
    const settings = { start: [0, 0], rate: 0.01, cursor: 200 };
    const scene = sceneOf({ objective: himmelblau, best: [3, 2], settings });
    const { x, y } = drawnBy(panels.map, scene).drawn.window!;
    for (const [a, b] of [[3, 2], [-2.8051, 3.1313], [-3.7793, -3.2832], [3.5844, -1.8481]])
      expect([a > x[0] && a < x[1], b > y[0] && b < y[1]]).toEqual([true, true]);
    expect(drawnBy(slopes, scene).drawn.title).toBe("Slopes: near 0 along x, near 0 along y");
  });
});

describe("the line of a run", () => {
  const scene = sceneOf({
    objective: eightPoints(), best: exactOf(eightPoints()), batches: [4],
    settings: { start: [0, 0], cursor: 0, rate: 0.01 },
  });

  it("is in the window where it begins, and the window stays", () => {
    const { drawn } = drawnBy(panels.data, scene);
    expect(drawn.subtitle).not.toContain("outside");
    expect(drawn.window!.y[0]).toBeLessThan(0);
    const later = { ...scene, settings: { ...scene.settings, cursor: 9 } };
    expect(drawnBy(panels.data, later).drawn.window).toEqual(drawn.window);
  });

  it("has a ring around the rows of the step", () => {
    expect(drawnBy(panels.data, scene).drawn.subtitle).toContain("ringed: the rows of step 1");
    const arcs = (now: Scene) => drawnBy(panels.data, now).recorder.calls.arc;
    const whole = { ...scene, runs: [{ ...scene.runs[0], rowsOf: () => null }] };
    expect(arcs(scene) - arcs(whole)).toBe(4);
    expect(drawnBy(panels.data, whole).drawn.subtitle).not.toContain("ringed");
  });
});
