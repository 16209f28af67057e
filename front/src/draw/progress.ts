// The finding of the map and of the cost: how far down the leading run is at the cursor, or who is first in a race.

import { number, percent, whole } from "../text/number";
import type { Scene } from "../types";
import { minimumOf, numberOf, shareDown, stepOf, valued, valueOf, winner } from "./runs";

export function titleOf(scene: Scene): string {
  const { runs, settings } = scene;
  if (runs.length === 0) return "The start";
  const race = runs.length > 1 ? winner(scene) : "";
  if (race) return race;
  const run = runs[0];
  const k = stepOf(run, settings.cursor);
  const [first, now] = [run.cost[0], run.cost[k]];
  const step = `Step ${whole(numberOf(run, k))}`;
  const value = valueOf(scene);
  const its = value === "cost" ? "the cost" : value;
  if (k === 0 && Number.isNaN(first)) return `The start: ${its} has no value`;
  if (k === 0) return `The start: ${valued(scene, number(first))}`;
  if (!Number.isFinite(now)) return `${step}: ${its} is too large for a number`;
  if (now > first + 1e-12 * Math.abs(first)) return first > 0 && now / first >= 1.01
    ? `${step}: ${its} is ${number(now / first, 3)} times that of the start`
    : `${step}: ${its} is above that of the start`;
  const share = shareDown(scene, run, k);
  if (Number.isNaN(share)) return `${step}: ${valued(scene, `${number(first)} → ${number(now)}`)}`;
  if (share <= 1e-6) return `${step}: ${its} has hardly changed`;
  const goal = scene.facts.best ? minimumOf(scene) : `the infimum, ${number(scene.facts.least)}`;
  return share > 1 - 1e-9 ? `${step}: ${its} is that of ${goal}` : `${step}: ${percent(share)} of the way down`;
}
