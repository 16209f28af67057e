// How far each coefficient may be from the optimum, in its standard errors: the mirror of
// steepest/optimality/statistical_distance.py.

import type { Loss } from "../engine/records";
import type { Objective } from "../types";
import { reachOf, UNIT, type Model } from "./quadratic_model";

const FEW = 32 * UNIT; // relative rounding of the few operations between a sum and its use
const SHORT = 256; // rows that Python adds one after the other
const [LONGEST, ROOM] = [2048, 2 ** 17]; // most rows and numbers of a block

/** Bound of |w_j - optimum_j| / standard error over all j; null of other losses, or without a degree of freedom. */
export function standardErrors(
  objective: Objective, loss: Loss, model: Model, predicted: number, move: number,
): number | null {
  const { rows, size } = objective;
  const least = model.cost - predicted;
  const freedom = Math.max(0, rows - model.free.length);
  const precision = loss.quadratic && least > 0 ? freedom / (2 * least) : loss.likelihood ? rows : 0;
  if (!(precision > 0)) return null;
  const unit = loss.quadratic ? Math.sqrt(2 * Math.max(least, 0)) : 1;
  const square = (loss.quadratic ? 2 : 1) * predicted;
  const reach = reachOf(model, objective, model.sizes[size - 1]);
  const relative = unit * (ofSums(rows, size, loss.quadratic) + FEW) + (size + 7) * UNIT * reach;
  const inflation = model.values.reduce((sum, value, i) => (model.flat[i] ? sum : sum + 1 / value), 0);
  const found = Math.sqrt(precision) * (Math.exp(2 * move) * Math.sqrt(square) + relative * Math.sqrt(inflation));
  return Number.isFinite(found) ? found : null;
}

/** Rounding of a component of the gradient, relative to its terms: from moments of squares, else block by block. */
function ofSums(rows: number, size: number, moments: boolean): number {
  if (moments) return (Math.min(rows, 2 ** 13) + rows / 2 ** 13 + size - 1) * UNIT;
  const block = Math.max(64, Math.min(LONGEST, Math.floor(ROOM / size)));
  const pairs = Math.ceil(rows / block).toString(2).length;
  return (Math.min(rows, 2 * SHORT) + Math.floor(block / SHORT) + pairs + 8) * UNIT;
}
