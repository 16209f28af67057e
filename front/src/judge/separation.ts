// A line that separates two classes, in the words of steepest/optimality/recession_text.py.

import type { Facts, Objective, TableObjective, Vec } from "../types";

/** The separation in words; null where none was found. */
export function separationOf(facts: Facts, objective: Objective, table: TableObjective, w: Vec): string | null {
  if (!facts.separable) return null;
  const labels = table.target.values;
  if (labels.every((y) => y === labels[0])) {
    return `each of the ${objective.rows} rows of weight > 0 is of the ${labels[0] === 0 ? "first" : "second"} class`;
  }
  const how = `completely separated by a plane with all ${objective.rows} rows on their own side`;
  return `the classes are ${how} (largest coefficient: ${steepestColumn(objective, table, w)})`;
}

/** The column along which predictions change most. */
function steepestColumn(objective: Objective, table: TableObjective, w: Vec): string {
  const raw = objective.raw(w);
  const effects = table.features.map((column, j) => Math.abs(raw[j]) * deviation(column.values));
  return table.features[effects.indexOf(Math.max(...effects))]?.name ?? "the intercept";
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
}
