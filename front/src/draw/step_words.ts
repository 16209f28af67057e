// What a step did, in words: each is said only where the numbers show it.

import { number, percent, whole } from "../text/number";
import type { Scene } from "../types";
import { valueOf } from "./runs";
import type { Stride } from "./stride";

const MOMENTUM = new Set(
  ["momentum", "nesterov", "accelerated", "lion", "amsgrad", "ada_max", "adam", "adamw", "nadam", "schedule_free"],
);

export function verdictOf(scene: Scene, stride: Stride): string {
  const { length, slope, before, after, lowest, rows, steps } = stride;
  if (steps > 1) return `${whole(steps)} steps at once: ${valueOf(scene)} ${number(before)} → ${number(after)}`;
  if (scene.runs.length === 0 || length === 0) return standing(scene, slope);
  if (!Number.isFinite(after)) return "The step lands at a cost that is too large for a number";
  const scale = 1e-12 * Math.max(Math.abs(before), Math.abs(after));
  if (slope > 0) return uphill(scene, after > before + scale, rows);
  if (after > before + scale) return "The step lands higher than it began: too long";
  if (Math.abs(after - before) <= scale) return "The step changes the cost by less than rounding shows";
  if (lowest === null) return scene.objective.quadratic ? "The step goes down a line without a lowest point"
    : "The step goes down, and no lowest point is found ahead";
  const share = length / lowest;
  if (share > 1.02) return "The step passes the lowest point and ends lower";
  if (share > 0.98) return "The step lands at the lowest point of its line";
  if (share > 0.05) return `The step goes ${percent(share)} of the way to the lowest point`;
  return `Short step: ${number(100 * share, 2)} % of the way to the lowest point`;
}

function standing(scene: Scene, slope: number): string {
  if (slope === 0) return "The gradient is 0: the step does not move";
  return scene.settings.rate === 0 ? "The rate is 0: the step does not move" : "The step does not move";
}

function uphill(scene: Scene, higher: boolean, rows: number): string {
  const end = higher ? "it lands higher" : "it lands lower all the same";
  if (rows) return `Uphill for the whole table: ${end}`;
  const carried = MOMENTUM.has(scene.runs[0].rule.split(":")[0]);
  return carried ? `Momentum carries the step uphill: ${end}` : `The step points uphill: ${end}`;
}
