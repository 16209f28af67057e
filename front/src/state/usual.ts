// What suits new data: a rate that settles, and a number of steps that is drawn at once.

import type { ReadonlySignal } from "@preact/signals";
import type { Scene, Settings, Table } from "../types";
import { DEFAULTS } from "./settings";

/** Fewer steps on larger tables, so that a drag is drawn at once. */
export const usualSteps = ({ rows }: Table): number => (rows > 100 ? 200 : DEFAULTS.steps);

interface Store {
  readonly scene: ReadonlySignal<Scene | null>;
  readonly problem: ReadonlySignal<string>;
  change(changes: Partial<Settings>): void;
}

/** Sets the rate at which plain steps begin to overshoot, of what is minimised now. */
export function suitRate({ scene, problem, change }: Store): void {
  const now = scene.peek();
  if (!now || problem.peek()) return;
  const steepest = now.facts.eigenvalues[now.facts.eigenvalues.length - 1];
  const rate = now.zones?.bounce ?? (steepest > 0 ? 1 / steepest : 0.1);
  change({ rate: Number(rate.toPrecision(2)) });
}
