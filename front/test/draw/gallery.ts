// Scenes of every kind, by name: tests of pictures go through all of them.

import type { Scene } from "../../src/types";
import {
  column, EIGHT, eightPoints, exactOf, formulaOf, parabola, rosenbrock, rowsOf, sceneOf, tableOf,
} from "./scenes";

/** Scenes of every kind, by name: the gallery and the tests go through all of them. */
export function gallery(): Record<string, () => Scene> {
  const eight = eightPoints();
  const best = exactOf(eight);
  const race = ["plain", "momentum", "nesterov", "adam"];
  const oring = tableOf(
    [column("temperature - 65", [1, 5, 4, 3, 2, 7, 8, 5, -8, -2, 5, 13, 2, -12, 2, 10, 5, 16, 11, 14, 10, 11, -7])],
    {
      ...column("failed", [0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1]),
      classes: ["sound", "failed"],
    },
    "log_loss",
  );
  const three = rowsOf(80, 3, "squared_error", ["age", "income in $ (net_of $tax)", "height"]);
  const plane2 = rowsOf(120, 2, "log_loss");
  const apart = tableOf(
    [column("hours", [1, 3, 4, 5, 6, 7, 8, 10])],
    { ...column("passed", [0, 0, 0, 1, 1, 1, 1, 1]), classes: ["no", "yes"] },
    "log_loss",
  );
  const hard = tableOf(
    [column("‮<b>price</b> in $ (net_of $tax) ".repeat(9), EIGHT.x)],
    column("気温 & more ".repeat(30), EIGHT.y),
    "squared_error",
  );
  const flat = tableOf([column("x", [2, 2, 2])], column("y", [5, 5, 5]), "squared_error");
  const one = tableOf([column("x", [3])], column("y", [7]), "squared_error");
  const bad = () => {
    const s = sceneOf({ objective: eight, best, settings: { rate: 0.056, start: [0.3, 0.5], cursor: 9 } });
    return s;
  };
  return {
    "eight 0.02": () => sceneOf({ objective: eight, best, settings: { rate: 0.02 } }),
    "eight 0.05": () => sceneOf({ objective: eight, best, settings: { rate: 0.05, cursor: 12 } }),
    "eight 0.056": bad,
    race: () => sceneOf({ objective: eight, best, rules: race, settings: { rate: 0.03, start: [-0.1, 5.2] } }),
    rates: () =>
      sceneOf({
        objective: eight,
        best: [best[0] * 0 + 0.845333, 2.6],
        rates: [0.001, 0.05, 0.0525, 0.1],
        settings: { fixed: [false, true], start: [0, 2.6], steps: 100, cursor: 20 },
      }),
    batches: () =>
      sceneOf({ objective: eight, best, batches: [0, 1, 3], settings: { rate: 0.01, cursor: 120, steps: 400 } }),
    stochastic: () => sceneOf({ objective: eight, best, settings: { rate: 0.01, cursor: 7, batch: 1 } }),
    surface: () =>
      sceneOf({ objective: eight, best, rules: race, settings: { rate: 0.03, start: [-0.1, 5.2], view: "surface" } }),
    logistic: () =>
      sceneOf({
        objective: oring,
        best: exactOf(oring, [0, 0], 12),
        settings: { rate: 0.02, start: [0.05, 1], cursor: 60 },
      }),
    separable: () => sceneOf({ objective: apart, best: null, least: 0, settings: { rate: 0.2, cursor: 150 } }),
    "two features": () =>
      sceneOf({ objective: plane2, best: exactOf(plane2, undefined, 12), settings: { rate: 0.5, cursor: 20 } }),
    "three features": () =>
      sceneOf({
        objective: three,
        best: exactOf(three),
        rules: ["plain", "adam"],
        settings: { rate: 0.1, cursor: 12, steps: 30 },
      }),
    "f(x)": () =>
      sceneOf({ objective: parabola(), best: [3], settings: { rate: 0.2, start: [6], cursor: 3, steps: 30 } }),
    "f(x) local": () =>
      sceneOf({
        objective: formulaOf(["x"], (w) => w[0] ** 4 - 3 * w[0] ** 2 + w[0]),
        best: [1.1309],
        settings: { rate: 0.02, start: [2], cursor: 3, steps: 60 },
      }),
    "f(x) line": () =>
      sceneOf({
        objective: formulaOf(["x"], (w) => 2 * w[0] + 1, true),
        best: null,
        settings: { rate: 0.5, start: [1], cursor: 5, steps: 20 },
      }),
    "f(x) pole": () =>
      sceneOf({
        objective: formulaOf(["x"], (w) => 1 / w[0]),
        best: null,
        settings: { rate: 0.1, start: [0.6], cursor: 2, steps: 20 },
      }),
    rosenbrock: () =>
      sceneOf({
        objective: rosenbrock(),
        best: [1, 1],
        settings: { rate: 0.001, start: [-1.2, 1], cursor: 400, steps: 2000 },
      }),
    "rosenbrock surface": () =>
      sceneOf({
        objective: rosenbrock(),
        best: [1, 1],
        settings: { rate: 0.001, start: [-1.2, 1], cursor: 400, steps: 2000, view: "surface" },
      }),
    "hard names": () => sceneOf({ objective: hard, best, settings: { rate: 0.02 } }),
    "all rows equal": () => sceneOf({ objective: flat, best: null, least: 0, settings: { rate: 0.1 } }),
    "one row": () => sceneOf({ objective: one, best: null, least: 0, settings: { rate: 0.05 } }),
    "rate 0": () => sceneOf({ objective: eight, best, settings: { rate: 0 } }),
    "no steps": () => sceneOf({ objective: eight, best, settings: { steps: 0, cursor: 0 } }),
    "constant function": () =>
      sceneOf({
        objective: formulaOf(["x", "y"], () => 3),
        best: null,
        least: 3,
        settings: { rate: 0.1, cursor: 2, steps: 5 },
      }),
    "learning rate 1": () =>
      sceneOf({
        objective: eight,
        best: [0.845333, 2.6],
        settings: { rate: 1, fixed: [false, true], start: [0, 2.6], steps: 300, cursor: 2 },
      }),
    overflow: () =>
      sceneOf({ objective: eight, best, rules: ["plain", "momentum"], settings: { rate: 5, steps: 400, cursor: 390 } }),
    "many rows": () => {
      const many = rowsOf(12000, 1, "squared_error");
      return sceneOf({ objective: many, best: exactOf(many), settings: { rate: 0.3, cursor: 2, steps: 5 } });
    },
    "thousand logistic": () => {
      const many = rowsOf(1000, 1, "log_loss");
      return sceneOf({
        objective: many,
        best: exactOf(many, undefined, 12),
        settings: { rate: 1, cursor: 8, steps: 100 },
      });
    },
  };
}
