// Planes of more than two parameters go through start, answer and minimum; costs on them are the objective's.

import { describe, expect, it } from "vitest";
import { palettes, panels } from "../../src/draw";
import { planeOf } from "../../src/draw/plane";
import { curvatureAlong, restricted } from "../../src/draw/restrict";
import { landscapeOf, ratios } from "../../src/draw/landscape";
import { windowOf } from "../../src/draw/window";
import { stateOf } from "../../src/engine/parameters";
import { gallery } from "./gallery";
import { Recorder } from "./recorder";
import { exactOf, rowsOf, sceneOf } from "./scenes";

describe.each([3, 4, 6])("%i features", (d) => {
  const objective = rowsOf(60, d, "squared_error");
  const scene = sceneOf({
    objective,
    best: exactOf(objective),
    rules: ["adam"],
    settings: { rate: 0.3, steps: 7, cursor: 3 },
  });
  const plane = planeOf(scene);

  it("holds the three points exactly", () => {
    for (const point of [Float64Array.from(scene.settings.start), stateOf(scene.runs[0], 7), scene.facts.best!]) {
      const again = plane.point(...plane.coordinates(point));
      point.forEach((value, j) => expect(again[j]).toBeCloseTo(value, 12));
    }
    expect(plane.coordinates(scene.settings.start)).toEqual([0, 0]);
    expect(plane.coordinates(scene.facts.best!)[0]).toBeCloseTo(1, 12);
    expect(plane.words).toBe(`plane of ${d + 1} parameters through start, answer and minimum`);
  });

  it("knows the cost there", () => {
    const value = restricted(objective, plane.point(0, 0), plane.along[0], plane.along[1]);
    for (const [x, y] of [[0, 0], [1, 0], [0.3, -0.7], [-2, 1]])
      expect(value(x, y)).toBeCloseTo(objective.value(plane.point(x, y)), 10);
    expect(value(1, 0)).toBeCloseTo(scene.facts.least, 12);
  });
});

it("goes along the path where the answer is the minimum, and along a parameter where the path is straight", () => {
  const objective = rowsOf(60, 3, "squared_error");
  const best = exactOf(objective);
  const settled = planeOf(sceneOf({ objective, best, settings: { rate: 0.5, steps: 3000 } }));
  expect(settled.words).toContain("through start and minimum");
  const still = planeOf(sceneOf({ objective, best, settings: { rate: 0, steps: 5 } }));
  expect(still.coordinates(Float64Array.from(best))[0]).toBeCloseTo(1, 12);
  for (const v of still.along) expect(v.every(Number.isFinite)).toBe(true);
});

it("takes one or two free parameters as axes, the others at their start", () => {
  const objective = rowsOf(60, 3, "squared_error");
  const scene = sceneOf({
    objective,
    best: exactOf(objective),
    settings: { fixed: [false, true, true, false], start: [0, 5, 6, 0] },
  });
  const plane = planeOf(scene);
  expect([...plane.point(1, 2)]).toEqual([1, 5, 6, 2]);
  expect(plane.coordinates([7, 5, 6, 8])).toEqual([7, 8]);
  expect(plane.words).toBe("2 parameters are fixed");
});

it("draws a landscape of which the lowest level is around the minimum, at round heights", () => {
  const scene = gallery()["eight 0.02"]();
  const plane = planeOf(scene);
  const land = landscapeOf(scene, plane, windowOf(scene, plane));
  expect(land.base).toBe(scene.facts.least);
  expect(land.at(0.5, 0.5)).toEqual([land.window.x[0], land.window.y[0]]);
  expect(land.at(land.columns - 0.5, land.rows - 0.5)).toEqual([land.window.x[1], land.window.y[1]]);
  for (const level of land.levels) expect(level.toExponential()).toMatch(/^[1235](e|$)/);
  land.levels.forEach((level, i) => {
    for (const [column, row] of land.rings[i].coordinates.flat(2)) {
      if (column < 1 || row < 1 || column > land.columns - 1 || row > land.rows - 1) continue;
      const height = scene.objective.value(plane.point(...land.at(column, row))) - scene.facts.least;
      expect(Math.abs(height - level)).toBeLessThan(0.02 * level + 0.01);
    }
  });
  expect(landscapeOf(scene, plane, windowOf(scene, plane))).toBe(land);
});

it("takes few round levels, however wide the range", () => {
  expect(ratios(0.7, 60)).toEqual([1, 2, 5, 10, 20, 50]);
  expect(ratios(0.05, 60)).toEqual([0.1, 0.3, 1, 3, 10, 30]);
  for (const power of [-200, -7, 0, 5, 100, 290])
    expect(ratios(1e-8 * 10 ** power, 10 ** power).length).toBeLessThanOrEqual(9);
});

it("knows the curvature along a direction", () => {
  const { objective } = gallery()["eight 0.02"]();
  expect(curvatureAlong(objective, Float64Array.of(0, 0), Float64Array.of(1, 0))).toBeCloseTo(37.5, 12);
});

it("shows every state of a path to and fro that ends at the minimum", () => {
  const eight = gallery()["eight 0.05"]();
  const best = [...eight.facts.best!];
  const scene = sceneOf({ objective: eight.objective, best, settings: { rate: 0.05, steps: 1500 } });
  const { x } = windowOf(scene, planeOf(scene));
  const slopes = scene.runs[0].path.filter((_, i) => i % 2 === 0);
  expect(x[0]).toBeLessThanOrEqual(Math.min(...slopes));
  expect(x[1]).toBeGreaterThanOrEqual(Math.max(...slopes));
});

it.each(["surface", "rosenbrock surface"])("fills the picture with the %s", (name) => {
  const recorder = new Recorder();
  panels.map(gallery()[name](), recorder.context, 450, 200, palettes.light);
  expect(recorder.bottom - recorder.top).toBeGreaterThan(154);
});
