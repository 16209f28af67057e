// Pictures of minima that are known, claimed or missing.

import { describe, expect, it } from "vitest";
import { panels } from "../../src/draw";
import type { Scene } from "../../src/types";
import { gallery } from "./gallery";
import { drawnBy } from "./recorder";

describe("a minimum that is none", () => {
  const line = gallery()["f(x) line"]();
  const claimed = (scene: Scene, best: number[], least: number): Scene =>
    ({ ...scene, facts: { ...scene.facts, best: Float64Array.from(best), least } });

  it("is not drawn where the gradient is not small", () => {
    const { drawn } = drawnBy(panels.map, claimed(line, [-7e16], -1.4e17));
    expect(drawn.subtitle).toContain("no minimum is known");
    expect(drawn.window!.x[0]).toBeGreaterThan(-100);
    expect(drawnBy(panels.cost, claimed(line, [-7e16], -1.4e17)).drawn.title).not.toContain("minimum");
  });

  it("is not drawn where a run goes below it", () => {
    const scene = gallery()["eight 0.02"]();
    const { drawn } = drawnBy(panels.cost, claimed(scene, [...scene.facts.best!], 20));
    expect(drawn.title).not.toContain("minimum");
    expect(drawn.subtitle).toContain("no minimum is known");
  });

  it("is drawn where it is one", () => {
    for (const name of ["eight 0.02", "logistic", "rosenbrock", "f(x)", "learning rate 1"])
      expect(drawnBy(panels.map, gallery()[name]()).drawn.subtitle).toMatch(
        /star: the minimum|the minimum( found)? \(star\)/,
      );
  });
});
