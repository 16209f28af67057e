// What a descent on standardized columns needs: the same start in their coordinates, and a rate that is safe there.

import { eigenOf } from "../engine/eigen";
import { losses } from "../engine/engine.gen";
import { freeOf } from "../engine/parameters";
import { parseSpec } from "../engine/spec";
import { standardUnits, toScaled, type Units } from "../engine/units";
import type { Objective, Settings, TableObjective, Vec } from "../types";
import { longestSquare, meanOfSquares } from "./predictors";
import { linear, memoryShare } from "./rules";

interface Standardized {
  readonly start: number[];
  readonly rate: number;
}

/** Start and rate on standardized columns; null where no rate is known to be safe, or they are standardized already. */
export function standardized(objective: Objective, settings: Settings): Standardized | null {
  const { table } = objective;
  const rule = linear(settings.rules[0]);
  if (!table || !rule || settings.standardize) return null;
  const { curvature } = parseSpec(table.loss, losses, "loss").record;
  if (!Number.isFinite(curvature)) return null;
  const p = objective.size;
  const units = standardUnits(table.features.map((column) => column.values), !settings.fixed[p - 1]);
  const X = standardRows(objective, table, units);
  const free = freeOf(settings.fixed, p);
  const largest = eigenOf(meanOfSquares(X, p, free), free.length).values.at(-1)!;
  const ofRows = (1 - memoryShare(settings.rules[0])) / (largest + longestSquare(X, p));
  const rate = (settings.batch > 0 ? ofRows : (0.5 * rule.stability) / largest) / curvature;
  return { start: [...toScaled(units, objective.raw(Float64Array.from(settings.start)))], rate };
}

/** The rows in these units, each with its 1 for the intercept. */
function standardRows({ rows, size }: Objective, { features }: TableObjective, { shift, scale }: Units): Vec {
  const X = new Float64Array(rows * size).fill(1);
  features.forEach(({ values }, j) => values.forEach((x, i) => (X[i * size + j] = (x - shift[j]) * scale[j])));
  return X;
}
