// Every picture of every scene: finite, not blank, its words inside of it, and pixels that lead back to the data.

import { Context } from "svgcanvas";
import { describe, expect, it } from "vitest";
import { panels } from "../../src/draw";
import { secant, secantOf } from "../../src/draw/secant";
import { shapes } from "../../src/draw/shapes";
import { slopes } from "../../src/draw/slopes";
import { strideOf } from "../../src/draw/stride";
import type { Draw, Scene } from "../../src/types";
import { gallery } from "./gallery";
import { drawnBy, METHODS, type Written } from "./recorder";
import { descend, eightPoints, exactOf, sceneOf } from "./scenes";

const SIZES = [[450, 330], [350, 300], [260, 200]] as const;

function check(draw: Draw, scene: Scene, width: number, height: number): void {
  const { drawn, recorder } = drawnBy(draw, scene, width, height);
  expect(recorder.faults).toEqual([]);
  expect(recorder.clean).toBe(true);
  expect((recorder.calls.stroke ?? 0) + (recorder.calls.fill ?? 0)).toBeGreaterThanOrEqual(3);
  expect(`${drawn.title} ${drawn.subtitle} ${drawn.description}`).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
  expect(drawn.title).not.toBe("");
  for (const { text, left, right, top, bottom } of recorder.texts) {
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
    expect([text, left >= -0.5, right <= width + 0.5, top >= -0.5, bottom <= height + 0.5]).toEqual([
      text,
      true,
      true,
      true,
      true,
    ]);
  }
}

/** Pixels between two texts; negative where they overlap. */
const apartBy = (a: Written, b: Written) =>
  Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);

it("uses only what svgcanvas draws", () => {
  const known = Context.prototype as unknown as Record<string, unknown>;
  for (const method of METHODS) expect(known[method]).toBeTypeOf("function");
});

describe.each(Object.entries(gallery()))("%s", (_name, make) => {
  const scene = make();
  it.each(Object.entries(panels))("panel %s", (_panel, draw) => {
    for (const [width, height] of SIZES) check(draw, scene, width, height);
    for (const cursor of [0, 1, scene.settings.steps])
      check(draw, { ...scene, settings: { ...scene.settings, cursor } }, 450, 330);
  });

  it("writes no words over other words", () => {
    for (const [width, height] of SIZES)
      for (const draw of Object.values(panels)) {
        const { texts } = drawnBy(draw, scene, width, height).recorder;
        const covered = texts.flatMap((a, i) =>
          texts
            .slice(i + 1)
            .filter((b) => apartBy(a, b) < -1)
            .map((b) => `${a.text} | ${b.text}`),
        );
        expect(covered).toEqual([]);
      }
  });

  it("keeps start and minimum in the window of the map", () => {
    const { drawn } = drawnBy(panels.map, scene);
    if (!drawn.window || scene.settings.view === "surface") return;
    const { x: [x0, x1], y: [y0, y1] } = drawn.window;
    expect(x1).toBeGreaterThan(x0);
    expect(y1).toBeGreaterThanOrEqual(y0);
    if (scene.objective.size !== 2 || scene.settings.fixed.some(Boolean)) return;
    for (const point of [scene.settings.start, ...(scene.facts.best ? [scene.facts.best] : [])]) {
      expect(point[0]).toBeGreaterThanOrEqual(x0);
      expect(point[0]).toBeLessThanOrEqual(x1);
      expect(point[1]).toBeGreaterThanOrEqual(y0);
      expect(point[1]).toBeLessThanOrEqual(y1);
    }
  });
});

it("draws 100 random settings", () => {
  const objective = eightPoints();
  const best = exactOf(objective);
  let state = 11;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  for (let i = 0; i < 100; i++) {
    const rules = ["plain", "momentum", "nesterov", "adam"].filter(() => random() < 0.5);
    const steps = Math.floor(40 * random());
    const scene = sceneOf({
      objective,
      best,
      rules: rules.length ? rules : ["plain"],
      settings: {
        rate: 10 ** (8 * random() - 6),
        start: [20 * (random() - 0.5), 20 * (random() - 0.5)],
        steps,
        cursor: Math.floor(60 * random()),
        fixed: [random() < 0.2, random() < 0.2],
        view: random() < 0.3 ? "surface" : "contour",
        turn: 360 * random(),
        tilt: 90 * random(),
        batch: random() < 0.3 ? 2 : 0,
        detail: random() < 0.3 ? "slices" : "step",
      },
    });
    for (const draw of Object.values(panels)) check(draw, scene, 450, 330);
  }
});

it("writes each axis label as one text, as typed", () => {
  const scene = gallery()["eight 0.02"]();
  const texts = (draw: Draw) => drawnBy(draw, scene).recorder.texts.map((t) => t.text);
  expect(texts(panels.data)).toEqual(expect.arrayContaining(["x", "y"]));
  expect(texts(panels.map)).toEqual(expect.arrayContaining(["slope of x", "intercept"]));
  expect(texts(panels.cost)).toEqual(expect.arrayContaining(["step", "cost above the minimum"]));
  expect(texts(panels.step)).toEqual(expect.arrayContaining(["distance along the step", "cost"]));
});

it("shortens long names and shows their marks", () => {
  const { recorder } = drawnBy(panels.data, gallery()["hard names"]());
  const label = recorder.texts.find((t) => t.text.includes("<b>price</b> in $"))!;
  expect(label.text.endsWith("…\u2069")).toBe(true);
  expect(label.right - label.left).toBeLessThanOrEqual(450);
});

it("finds every row where it is drawn, and gives its data back", () => {
  for (const name of ["eight 0.02", "two features"]) {
    const scene = gallery()[name]();
    const { drawn } = drawnBy(panels.data, scene);
    const table = scene.objective.table!;
    const [one, other] = [drawn.toData(100, 100)!, drawn.toData(300, 200)!];
    const ys = table.features.length === 2 ? table.features[1].values : table.target.values;
    table.features[0].values.forEach((x, i) => {
      const px = 100 + ((x - one.x) / (other.x - one.x)) * 200;
      const py = 100 + ((ys[i] - one.y) / (other.y - one.y)) * 100;
      const hit = drawn.hit(px, py)!;
      expect(hit.kind).toBe("row");
      expect(table.features[0].values[hit.index]).toBe(x);
      expect(drawn.toData(px, py)!.x).toBeCloseTo(x, 9);
      if (name === "eight 0.02") expect(drawn.hit(px + 8, py + 8)).toEqual(hit); // a target of 24 pixels
    });
    expect(drawn.columns).toEqual([table.features[0].name, table.features[1]?.name ?? table.target.name]);
    expect(drawn.toData(-5, 100)).toBeNull();
  }
});

it("takes up the start, and holds its window still while it is dragged", () => {
  const scene = gallery()["eight 0.02"]();
  const { drawn } = drawnBy(panels.map, scene);
  const [a, b] = [drawn.startAt!(100, 100), drawn.startAt!(200, 200)];
  const px = 100 + ((0 - a[0]) / (b[0] - a[0])) * 100;
  const py = 100 + ((0 - a[1]) / (b[1] - a[1])) * 100;
  expect(drawn.hit(px, py)).toEqual({ kind: "start", index: 0 });
  expect(drawn.hit(px + 40, py)).toBeNull();
  const far = { ...scene, settings: { ...scene.settings, start: [50, -80] }, windows: { map: drawn.window! } };
  expect(drawnBy(panels.map, far).drawn.window).toEqual(drawn.window);
});

it("says what the step did only where it did", () => {
  const title = (name: string, cursor: number) => {
    const scene = gallery()[name]();
    return drawnBy(panels.step, { ...scene, settings: { ...scene.settings, cursor } }).drawn.title;
  };
  expect(title("eight 0.056", 9)).toBe("The step lands higher than it began: too long");
  expect(title("eight 0.05", 5)).toBe("The step passes the lowest point and ends lower");
  expect(title("eight 0.02", 44)).toMatch(/^Short step: 0\.\d+ % of the way to the lowest point$/);
  expect(title("rate 0", 3)).toBe("The rate is 0: the step does not move");
  expect(title("constant function", 2)).toBe("The gradient is 0: the step does not move");
});

it("names the counts of both classes at the cut-off", () => {
  const scene = gallery().separable();
  const words = (cutoff: number) => {
    const { drawn } = drawnBy(panels.data, { ...scene, settings: { ...scene.settings, cutoff } });
    return `${drawn.title}; ${drawn.subtitle}`;
  };
  expect(words(0)).toMatch(/^5 of 8 rows right at cut-off 0; .*ringed: 3 false positives, 0 false negatives/);
  expect(words(1)).toMatch(/^3 of 8 rows right at cut-off 1; .*ringed: 0 false positives, 5 false negatives/);
});

it("labels runs by what differs", () => {
  const texts = (name: string) => drawnBy(panels.cost, gallery()[name]()).recorder.texts.map((t) => t.text);
  expect(texts("race")).toEqual(expect.arrayContaining(["plain", "heavy ball", "Nesterov", "Adam"]));
  expect(texts("rates")).toEqual(expect.arrayContaining(["rate 0.001", "rate 0.05", "rate 0.0525", "rate 0.1"]));
  expect(texts("batches")).toEqual(expect.arrayContaining(["all rows a step", "1 row a step", "3 rows a step"]));
});

it("draws 5,000 rows at most, and says so", () => {
  const { drawn, recorder } = drawnBy(panels.data, gallery()["many rows"]());
  expect(drawn.subtitle).toContain("4,000 of 12,000 rows drawn");
  expect((recorder.calls.arc ?? 0) + recorder.calls.rect).toBeLessThan(5100);
});

it("shows the slopes of x² as rise over run", () => {
  const objective = { ...gallery()["f(x)"]().objective, value: (w: ArrayLike<number>) => w[0] ** 2 };
  objective.gradient = (w, out) => { out[0] = 2 * w[0]; };
  const scene = sceneOf({ objective, best: [0], settings: { start: [4], steps: 1 } });
  expect(drawnBy(secantOf(2, 2), scene).drawn.title).toBe("Rise 12 over run 2: slope 6");
  expect(drawnBy(secantOf(6, 2), scene).drawn.title).toBe("Rise 28 over run 2: slope 14");
  const named = { ...scene, settings: { ...scene.settings, secant: 4.0001, cursor: 0 } };
  expect(drawnBy(secant, named).drawn.title).toMatch(/slope 8$|slope 8\.0001$/);
  for (const draw of [secant, secantOf(4, 0), secantOf(4, -1e-9)]) check(draw, scene, 450, 330);
});

it("shows that squared error is not convex in two classes and cross-entropy is", () => {
  const scene = gallery().separable();
  check(shapes, scene, 450, 330);
  expect(drawnBy(shapes, scene).drawn.title).toBe("Only cross-entropy curves upward everywhere");
});

it("names the partial slopes", () => {
  const scene = gallery().rosenbrock();
  check(slopes, scene, 350, 300);
  const start = { ...scene, settings: { ...scene.settings, cursor: 0 } };
  expect(drawnBy(slopes, start).drawn.title).toBe("Slopes: −215.6 along x, −88 along y");
});

it("numbers the states of a recorded run by its steps", () => {
  const scene = gallery()["eight 0.02"]();
  const run = descend(scene.objective, "plain", 0.02, [0, 0], 3);
  const thinned = {
    ...scene,
    runs: [{ ...run, numbers: Float64Array.of(0, 10, 100, 1000) }],
    settings: { ...scene.settings, cursor: 2 },
  };
  const { drawn } = drawnBy(panels.cost, thinned);
  expect(drawn.title).toContain("in 100 steps");
  const right = drawn.toData(437, 100)!;
  expect(right.x).toBe(3);
  expect(drawnBy(panels.step, thinned).drawn.title).toMatch(/^900 steps at once: cost [\d.]+ → [\d.]+$/);
});

it("finds the lowest point of the line of a step", () => {
  const scene = gallery().logistic();
  const stride = strideOf(scene);
  const lowest = stride.lowest!;
  const exact = Array.from({ length: 20001 }, (_, i) => (2 * lowest * i) / 20000).reduce((a, b) =>
    stride.cost(b) < stride.cost(a) ? b : a,
  );
  expect(lowest).toBeCloseTo(exact, 2);
  expect(stride.cost(stride.length)).toBeCloseTo(scene.runs[0].cost[61], 12);
  const quadratic = gallery()["eight 0.05"]();
  const { lowest: low, cost } = strideOf(quadratic);
  for (const other of [0.99, 1.01]) expect(cost(low!)).toBeLessThan(cost(other * low!));
});
