// Scenes for the tests of pictures: objectives, facts and runs by plain formulas, independent of the engine.

import type { Column, Facts, Objective, Run, Scene, Settings, TableObjective, Vec } from "../../src/types";

export const EIGHT = { x: [1, 3, 4, 5, 6, 7, 8, 10], y: [4, 3, 7, 7, 8, 10, 8, 11] };

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

type Loss = "squared_error" | "log_loss";

/** The mean loss of a table; raw and descent's coordinates are the same. */
export function tableOf(columns: readonly Column[], target: Column, loss: Loss): Objective {
  const [n, d] = [target.values.length, columns.length];
  const classes = loss === "log_loss";
  const linear = (w: Vec, i: number) => columns.reduce((z, column, j) => z + w[j] * column.values[i], w[d]);
  const at = (i: number, j: number) => (j < d ? columns[j].values[i] : 1);
  const slope = (z: number, y: number) => (classes ? sigmoid(z) - y : z - y);
  const table: TableObjective = {
    features: columns, target, loss, classes, linear, predict: (z) => (classes ? sigmoid(z) : z),
  };
  return {
    task: "table",
    names: [...columns.map((c) => `slope of ${c.name}`), "intercept"],
    size: d + 1,
    rows: n,
    quadratic: !classes,
    convex: true,
    table,
    value(w) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const [z, y] = [linear(w, i), target.values[i]];
        sum += classes ? Math.max(z, 0) - y * z + Math.log1p(Math.exp(-Math.abs(z))) : 0.5 * (z - y) ** 2;
      }
      return sum / n;
    },
    gradient(w, out, order = null, from = 0, to = order ? order.length : n) {
      out.fill(0);
      for (let q = from; q < to; q++) {
        const i = order ? order[q] : q;
        const u = slope(linear(w, i), target.values[i]) / (to - from);
        for (let j = 0; j <= d; j++) out[j] += u * at(i, j);
      }
    },
    hessian(w) {
      const h = new Float64Array((d + 1) ** 2);
      for (let i = 0; i < n; i++) {
        const p = sigmoid(linear(w, i));
        const c = (classes ? p * (1 - p) : 1) / n;
        for (let a = 0; a <= d; a++) for (let b = 0; b <= d; b++) h[a * (d + 1) + b] += c * at(i, a) * at(i, b);
      }
      return h;
    },
    raw: (w) => w.slice(),
    scaled: (w) => w.slice(),
  };
}

/** A function of one or two variables; derivatives by central differences. */
export function formulaOf(names: readonly string[], f: (w: ArrayLike<number>) => number, convex = false): Objective {
  const p = names.length;
  const shifted = (w: Vec, j: number, h: number) => w.map((v, k) => (k === j ? v + h : v));
  const slopeAt = (w: Vec, j: number) => {
    const h = 1e-6 * Math.max(1, Math.abs(w[j]));
    return (f(shifted(w, j, h)) - f(shifted(w, j, -h))) / (2 * h);
  };
  return {
    task: "formula", names, size: p, rows: 0, quadratic: false, convex, value: (w) => f(w),
    gradient(w, out) { for (let j = 0; j < p; j++) out[j] = slopeAt(w, j); },
    hessian(w) {
      return Float64Array.from({ length: p * p }, (_, q) => {
        const [i, j, h] = [Math.floor(q / p), q % p, 1e-4];
        return (slopeAt(shifted(w, i, h), j) - slopeAt(shifted(w, i, -h), j)) / (2 * h);
      });
    },
    raw: (w) => w.slice(), scaled: (w) => w.slice(),
  };
}

/** A descent by the rule's formula; some rows a step, in turn, if `batch` is given. */
export function descend(
  objective: Objective,
  rule: string,
  rate: number,
  start: readonly number[],
  steps: number,
  batch = 0,
  fixed: readonly boolean[] = [],
): Run {
  const p = objective.size;
  const path = new Float64Array((steps + 1) * p);
  const cost = new Float64Array(steps + 1);
  let w = Float64Array.from(start);
  const [v, s, g] = [new Float64Array(p), new Float64Array(p), new Float64Array(p)];
  const rowsOf = (t: number) =>
    batch ? Int32Array.from({ length: batch }, (_, i) => ((t * batch + i) * 5) % objective.rows) : null;
  path.set(w);
  cost[0] = objective.value(w);
  for (let t = 1; t <= steps; t++) {
    objective.gradient(w, g, rowsOf(t - 1));
    w = w.map((value, j) => {
      if (fixed[j]) return value;
      v[j] = rule === "adam" ? 0.9 * v[j] + 0.1 * g[j] : 0.9 * v[j] + g[j];
      s[j] = 0.999 * s[j] + 0.001 * g[j] ** 2;
      if (rule === "momentum") return value - rate * v[j];
      if (rule === "nesterov") return value - rate * (0.9 * v[j] + g[j]);
      if (rule === "adam") return value - (rate * v[j]) / (1 - 0.9 ** t) / (Math.sqrt(s[j] / (1 - 0.999 ** t)) + 1e-8);
      return value - rate * g[j];
    });
    path.set(w, t * p);
    cost[t] = objective.value(w);
    if (!Number.isFinite(cost[t]))
      return {
        rule,
        size: p,
        path: path.slice(0, (t + 1) * p),
        cost: cost.slice(0, t + 1),
        steps: t,
        end: "overflow",
        rate,
        batch,
        rowsOf,
      };
  }
  return { rule, size: p, path, cost, steps, end: "steps", rate, batch, rowsOf };
}

interface Wish {
  readonly objective: Objective;
  readonly best: readonly number[] | null;
  readonly least?: number;
  readonly rules?: readonly string[];
  readonly rates?: readonly number[];
  readonly settings?: Partial<Settings>;
  readonly batches?: readonly number[];
}

/** Eigenvalues of the Hessian, by Jacobi's rotations. */
function eigen(h: Vec, p: number): { values: Vec; vectors: Vec } {
  const a = h.slice();
  const v = Float64Array.from({ length: p * p }, (_, i) => (i % (p + 1) === 0 ? 1 : 0));
  for (let sweep = 0; sweep < 60; sweep++)
    for (let i = 0; i < p; i++)
      for (let j = i + 1; j < p; j++) {
        if (Math.abs(a[i * p + j]) < 1e-300) continue;
        const angle = 0.5 * Math.atan2(2 * a[i * p + j], a[j * p + j] - a[i * p + i]);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < p; k++) {
          [a[i * p + k], a[j * p + k]] = [c * a[i * p + k] - s * a[j * p + k], s * a[i * p + k] + c * a[j * p + k]];
          [v[i * p + k], v[j * p + k]] = [c * v[i * p + k] - s * v[j * p + k], s * v[i * p + k] + c * v[j * p + k]];
        }
        for (let k = 0; k < p; k++)
          [a[k * p + i], a[k * p + j]] = [c * a[k * p + i] - s * a[k * p + j], s * a[k * p + i] + c * a[k * p + j]];
      }
  return { values: Float64Array.from({ length: p }, (_, i) => a[i * (p + 1)]), vectors: v };
}

export function sceneOf({ objective, best, least, rules = ["plain"], rates, batches, settings = {} }: Wish): Scene {
  const p = objective.size;
  const all: Settings = {
    task: objective.task,
    formula: "",
    data: "",
    target: "",
    features: [],
    loss: objective.table?.loss ?? "",
    standardize: false,
    rules,
    rate: 0.02,
    schedule: "constant",
    batch: 0,
    sampling: "shuffle",
    seed: 0,
    steps: 200,
    start: Array<number>(p).fill(0),
    fixed: Array<boolean>(p).fill(false),
    moved: [],
    cursor: 44,
    view: "contour",
    turn: 35,
    tilt: 30,
    cutoff: 0.5,
    race: [],
    detail: "step",
    secant: null,
    lesson: "",
    ...settings,
  };
  const w = Float64Array.from(best ?? all.start);
  const { values, vectors } = eigen(objective.hessian(w), p);
  const facts: Facts = {
    best: best && w, least: least ?? (best ? objective.value(w) : NaN), eigenvalues: values, eigenvectors: vectors,
    local: !objective.quadratic, separable: best === null && objective.table !== undefined, constantCost: 1,
  };
  const each = rates ?? batches ?? rules;
  const runs = each.map((_, i) => descend(objective, rules[i] ?? rules[0], rates?.[i] ?? all.rate, all.start, all.steps,
    batches?.[i] ?? all.batch, all.fixed));
  return {
    settings: all, objective, facts, runs, zones: null,
    judgement: { status: "stopped", message: "", why: "", mend: null },
  };
}

export const column = (name: string, values: readonly number[]): Column => ({ name, values });

/** Solves the normal equations by descent's opposite: Newton's single step. */
export function exactOf(objective: Objective, start?: readonly number[], steps = 1): number[] {
  const p = objective.size;
  let w = Float64Array.from(start ?? Array<number>(p).fill(0));
  for (let k = 0; k < steps; k++) {
    const [h, g] = [objective.hessian(w), new Float64Array(p)];
    objective.gradient(w, g);
    const a = Array.from({ length: p }, (_, i) => [...h.subarray(i * p, (i + 1) * p), g[i]]);
    for (let i = 0; i < p; i++)
      for (let r = 0; r < p; r++) {
        if (r === i) continue;
        const by = a[r][i] / a[i][i];
        for (let c = i; c <= p; c++) a[r][c] -= by * a[i][c];
      }
    w = w.map((v, i) => v - a[i][p] / a[i][i]);
  }
  return [...w];
}

export const eightPoints = () => tableOf([column("x", EIGHT.x)], column("y", EIGHT.y), "squared_error");

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

export function rowsOf(n: number, d: number, loss: Loss, names: readonly string[] = []): Objective {
  const next = random(7);
  const columns = Array.from({ length: d }, (_, j) =>
    column(
      names[j] ?? `feature ${j + 1}`,
      Array.from({ length: n }, () => 4 * next() - 2),
    ),
  );
  const z = Array.from(
    { length: n },
    (_, i) => columns.reduce((sum, c, j) => sum + (1.5 - j) * c.values[i], 0.5) + 2 * (next() + next() - 1),
  );
  const target =
    loss === "log_loss"
      ? {
          ...column(
            "passed",
            z.map((v) => (v + 1.5 * (next() - 0.5) > 0 ? 1 : 0)),
          ),
          classes: ["no", "yes"] as const,
        }
      : column(names[d] ?? "score", z);
  return tableOf(columns, target, loss);
}

export const rosenbrock = () => formulaOf(["x", "y"], (w) => (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2);
export const parabola = () => formulaOf(["x"], (w) => (w[0] - 3) ** 2 + 2, true);
