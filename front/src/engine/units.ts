// Columns as they are, or shifted and scaled as by `--standardize`: parameters are translated so that predictions stay.

import type { Vec } from "../types";

export interface Units {
  readonly shift: Vec; // d
  readonly scale: Vec; // d: x becomes (x - shift) * scale
}

/** Columns as they are. */
export function rawUnits(d: number): Units {
  return { shift: new Float64Array(d), scale: new Float64Array(d).fill(1) };
}

/** Columns of mean 0 and standard deviation 1; where they may not be shifted, of root mean square 1. */
export function standardUnits(columns: readonly (readonly number[])[], shifted: boolean): Units {
  const units = rawUnits(columns.length);
  columns.forEach((x, j) => {
    const { mean, variance } = moments(x);
    const away = shifted ? 0 : mean;
    const size = Math.sqrt(variance + away * away);
    units.shift[j] = shifted ? mean : 0;
    units.scale[j] = size > 0 ? 1 / size : 1;
  });
  return units;
}

/** Mean and variance (over n), about the first number, so that a constant column has variance 0. */
function moments(x: readonly number[]): { readonly mean: number; readonly variance: number } {
  const away = x.reduce((total, value) => total + (value - x[0]), 0) / x.length;
  const square = x.reduce((total, value) => total + (value - x[0] - away) ** 2, 0) / x.length;
  return { mean: x[0] + away, variance: square };
}

/** Parameters of the raw columns, from those of the columns in these units; the intercept is last. */
export function toRaw({ shift, scale }: Units, w: Vec): Vec {
  const raw = w.slice();
  const d = shift.length;
  for (let j = 0; j < d; j++) {
    raw[j] *= scale[j];
    raw[d] -= shift[j] * raw[j];
  }
  return raw;
}

/** Parameters of the columns in these units, from those of the raw columns. */
export function toScaled({ shift, scale }: Units, raw: Vec): Vec {
  const w = raw.slice();
  const d = shift.length;
  for (let j = 0; j < d; j++) {
    w[d] += shift[j] * raw[j];
    w[j] /= scale[j];
  }
  return w;
}
