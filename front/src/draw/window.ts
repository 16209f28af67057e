// The window of a map: start, minimum and the near part of each path fit into it.

import { dot, stateOf } from "../engine/parameters";
import type { Run, Scene, Vec, Window } from "../types";
import { extent, type Interval, padded, rounded } from "./extent";
import type { Plane } from "./plane";
import { lastSound, startOf } from "./runs";

const FAR = 3; // multiple of the distance from start to minimum beyond which a state is outside
const NEAR = 1.4; // the same for a path that ends farther away than it began
const OTHER_SIDE = 0.6; // of that distance, shown beyond the minimum
const SIDES = 1.1; // of the distance from start to minimum, shown on all sides of the start
const FIRST = 100; // states of a path that are all looked at: a path to and fro is widest there
const STATES = 400; // of the rest of a path, that are looked at

export function windowOf(scene: Scene, plane: Plane): Window {
  return scene.windows?.map ?? { x: side(scene, plane, 0), y: plane.along.length > 1 ? side(scene, plane, 1) : [0, 0] };
}

function side(scene: Scene, plane: Plane, axis: 0 | 1): Interval {
  const start = plane.coordinates(startOf(scene))[axis];
  const middle = scene.facts.best ? plane.coordinates(scene.facts.best)[axis] : start;
  const reach = Math.max(Math.abs(start - middle), level(scene, plane.along[axis]));
  const values = [start, middle - OTHER_SIDE * reach, middle + OTHER_SIDE * reach, ...around(scene, start)];
  for (const run of scene.runs) values.push(...near(run, plane, axis, middle, reach, scene.facts.best !== null));
  return rounded(padded(extent(values, 1e-6 * Math.abs(middle)), 0.04));
}

/** Of a formula that may have other minima: as far to each side of the start as the one that was found is away. */
function around(scene: Scene, start: number): number[] {
  const { facts: { best }, objective } = scene;
  if (!best || objective.task !== "formula" || objective.convex || objective.size !== 2) return [];
  const away = SIDES * Math.hypot(...startOf(scene).map((value, j) => value - best[j]));
  return [start - away, start + away];
}

/** Distance from the minimum along a direction at which the cost is about that of the start, by the curvature. */
function level(scene: Scene, along: Vec): number {
  const { facts, objective, runs } = scene;
  const start = startOf(scene);
  const away = facts.best ? start.map((value, j) => value - facts.best![j]) : start.map(() => 0);
  const rise = (runs.length ? runs[0].cost[0] : objective.value(start)) - facts.least;
  const distance = Math.sqrt(Math.min(2 * rise, bent(scene, away)) / bent(scene, along));
  return Number.isFinite(distance) ? distance : 0;
}

/** Second derivative of the cost along a direction, from the eigenvalues at the minimum. */
function bent({ facts: { eigenvalues, eigenvectors } }: Scene, along: Vec): number {
  const p = along.length;
  return eigenvalues.reduce(
    (sum, value, i) => sum + value * dot(eigenvectors.subarray(i * p, (i + 1) * p), along) ** 2,
    0,
  );
}

/** Coordinates of a path, as far as it is near: all of a path that came back, the first states of one that left. */
function near(run: Run, plane: Plane, axis: 0 | 1, middle: number, reach: number, known: boolean): number[] {
  const last = lastSound(run);
  const every = Math.max(1, Math.ceil(last / STATES));
  const values: number[] = [];
  for (let t = 0; t <= last; t += t < FIRST ? 1 : every) values.push(plane.coordinates(stateOf(run, t))[axis]);
  const away = (v: number) => Math.abs(v - middle);
  if (!known && run.end === "steps") return values;
  const left = away(values[values.length - 1]) > Math.max(reach, away(values[0]));
  return values.filter((v) => away(v) <= (left ? NEAR : FAR) * reach);
}
