// Intervals that axes can show: finite, of some width, with a margin.

export type Interval = readonly [number, number];

const FAR = 1e150; // beyond it widths and squares would overflow

/** The interval of all finite values, at least `least` wide; [-1, 1] if there is none. */
export function extent(values: Iterable<number>, least = 0): Interval {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) {
    if (!(Math.abs(v) <= FAR)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low > high) return [-1, 1];
  const narrow = Math.max(least, 1e-9 * Math.max(Math.abs(low), Math.abs(high)), 1e-300);
  if (high - low >= narrow) return [low, high];
  const half = Math.max(least / 2, Math.abs(low) / 10 || 1);
  return [low - half, high + half];
}

export function padded([low, high]: Interval, share = 0.08): Interval {
  return [low - share * (high - low), high + share * (high - low)];
}

/** The interval, with its ends moved outward to round numbers: small changes of the data leave it as it is. */
export function rounded([low, high]: Interval): Interval {
  const unit = roundUp((high - low) / 8);
  return [Math.floor(low / unit) * unit, Math.ceil(high / unit) * unit];
}

/** The next of 1, 2, 5, 10, 20 ... at or above a positive number. */
export function roundUp(value: number): number {
  const ten = 10 ** Math.floor(Math.log10(value));
  const share = value / ten;
  return (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10) * ten;
}

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
