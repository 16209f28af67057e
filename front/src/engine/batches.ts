// Which rows each step uses: the same rows in the same order as Python draws them.

import { fillOrder, samplings } from "./engine.gen";

export class Batches {
  private readonly size: number;
  private readonly perEpoch: number;
  private readonly order: Int32Array;
  private readonly sampling: number;
  private epoch = -1;

  /** Batches of `batch` of `rows` rows; none where every step uses all rows. */
  constructor(rows: number, batch: number, sampling: (typeof samplings)[number], private readonly seed: number) {
    this.size = Math.min(batch, rows);
    this.perEpoch = this.size > 0 ? Math.ceil(rows / this.size) : 1;
    this.order = new Int32Array(this.size > 0 ? rows : 0);
    this.sampling = samplings.indexOf(sampling);
  }

  /** Rows of the step from state t to t + 1, valid until the next call; null: all of them. */
  rowsOf(t: number): Int32Array | null {
    if (this.size === 0) return null;
    const epoch = Math.floor(t / this.perEpoch);
    if (epoch !== this.epoch) fillOrder(this.order, this.seed, epoch, this.sampling);
    this.epoch = epoch;
    const first = (t % this.perEpoch) * this.size;
    return this.order.subarray(first, first + this.size);
  }
}
