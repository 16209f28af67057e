// Passes over the rows of a table: the mean loss, its gradient and its Hessian.

import type { Vec } from "../types";
import type { Fields, Loss } from "./records";

/** Rows in the units of the descent. Numbers that a pass needs are kept, so that a descent makes no garbage. */
export class Passes {
  private readonly n: number;
  private readonly d: number;
  private readonly z: Vec; // n, at the point `seen`
  private readonly r: Vec; // n
  private readonly drawn: Vec; // targets of a batch
  private readonly seen: Vec; // d + 1

  /** The numbers of X are stored column by column; y holds n targets. */
  constructor(
    private readonly X: Vec,
    private readonly y: Vec,
    private readonly loss: Loss,
    private readonly self: Fields,
  ) {
    this.n = y.length;
    this.d = X.length / y.length;
    this.z = new Float64Array(this.n);
    this.r = new Float64Array(this.n);
    this.drawn = new Float64Array(this.n);
    this.seen = new Float64Array(this.d + 1).fill(NaN);
  }

  /** The linear predictor of one row. */
  linear(w: Vec, row: number): number {
    let z = 0;
    for (let j = 0, place = row; j < this.d; j++, place += this.n) z += this.X[place] * w[j];
    return z + w[this.d];
  }

  value(w: Vec): number {
    const { n, r, loss } = this;
    loss.values(this.self, this.predictors(w), this.y, r, n);
    let total = 0;
    for (let i = 0; i < n; i++) total += r[i];
    return total / n;
  }

  /** The gradient over all rows. */
  gradient(w: Vec, out: Vec): void {
    const { X, n, d, r, loss } = this;
    loss.slopes(this.self, this.predictors(w), this.y, r, n);
    for (let j = 0, first = 0; j <= d; j++, first += n) {
      let total = 0;
      if (j < d) for (let i = 0; i < n; i++) total += r[i] * X[first + i];
      else for (let i = 0; i < n; i++) total += r[i];
      out[j] = total / n;
    }
  }

  /** The gradient over the rows order[from] .. order[to - 1]. */
  batchGradient(w: Vec, out: Vec, order: Int32Array, from: number, to: number): void {
    const { X, y, n, d, z, r, drawn, loss } = this;
    const m = to - from;
    this.seen[0] = NaN; // z is about to hold other numbers
    for (let k = 0; k < m; k++) {
      z[k] = this.linear(w, order[from + k]);
      drawn[k] = y[order[from + k]];
    }
    loss.slopes(this.self, z, drawn, r, m);
    out.fill(0);
    for (let k = 0; k < m; k++) {
      for (let j = 0, place = order[from + k]; j < d; j++, place += n) out[j] += r[k] * X[place];
      out[d] += r[k];
    }
    for (let j = 0; j <= d; j++) out[j] /= m;
  }

  hessian(w: Vec): Vec {
    const { X, n, d, r, loss } = this;
    const p = d + 1;
    const H = new Float64Array(p * p);
    loss.secondDerivatives(this.self, this.predictors(w), this.y, r, n);
    for (let j = 0; j < p; j++) {
      for (let k = 0; k <= j; k++) {
        let total = 0;
        for (let i = 0; i < n; i++) total += r[i] * (j < d ? X[j * n + i] : 1) * (k < d ? X[k * n + i] : 1);
        H[j * p + k] = H[k * p + j] = total / n;
      }
    }
    return H;
  }

  /** The linear predictors of all rows; those of the last point are kept. */
  private predictors(w: Vec): Vec {
    const { X, n, d, z, seen } = this;
    let same = true;
    for (let j = 0; j <= d; j++) same &&= seen[j] === w[j];
    if (same) return z;
    seen.set(w);
    if (d === 0) return z.fill(w[0]);
    for (let i = 0; i < n; i++) z[i] = X[i] * w[0];
    for (let j = 1, first = n; j < d; j++, first += n) for (let i = 0; i < n; i++) z[i] += X[first + i] * w[j];
    for (let i = 0; i < n; i++) z[i] += w[d];
    return z;
  }
}
