// Derivatives of the operations and functions of formulas, with the conventions of jets.py: abs has slope 0 at 0,
// min and max that of the argument that comes first, and an infinite slope stays infinite.

/** A function of one number: its value y, and its derivatives from x and y. */
export interface One {
  readonly of: (x: number) => number;
  readonly first: (x: number, y: number) => number;
  readonly second: (x: number, y: number) => number;
}

/** Derivatives of a function of a and b: by a, b, a twice, both, b twice. */
export type Partials = [byA: number, byB: number, byAA: number, byAB: number, byBB: number];

/** A function of two numbers with value z; the partials by b are needed where b moves. */
export interface Two {
  readonly of: (a: number, b: number) => number;
  readonly partials: (out: Partials, a: number, b: number, z: number, bMoves: boolean) => void;
}

/** One of its arguments, with the derivatives of that one: whether it is the first. */
export interface Choice {
  readonly of: (a: number, b: number) => number;
  readonly isFirst: (a: number, b: number) => boolean;
}

const one = (of: One["of"], first: One["first"], second: One["second"]): One => ({ of, first, second });
const within = (x: number): number => (1 - x) * (1 + x);

export const NEGATIVE = one((x) => -x, () => -1, () => 0);

export const TWOS: Readonly<Record<string, Two>> = {
  "*": {
    of: (a, b) => a * b,
    partials: (out, a, b) => set(out, b, a, 0, 1, 0),
  },
  "/": {
    of: (a, b) => a / b,
    partials: (out, _, b, q) => set(out, 1 / b, -q / b, 0, -1 / b / b, (2 * q) / b / b),
  },
  "**": { of: power, partials: powerPartials },
  atan2: { of: Math.atan2, partials: anglePartials },
};

export const ONES: Readonly<Record<string, One>> = {
  sin: one(Math.sin, (x) => Math.cos(x), (_, y) => -y),
  cos: one(Math.cos, (x) => -Math.sin(x), (_, y) => -y),
  tan: one(Math.tan, (_, y) => 1 + y * y, (_, y) => 2 * y * (1 + y * y)),
  asin: one(Math.asin, (x) => within(x) ** -0.5, (x) => x * within(x) ** -1.5),
  acos: one(Math.acos, (x) => -(within(x) ** -0.5), (x) => -x * within(x) ** -1.5),
  atan: one(Math.atan, (x) => 1 / (1 + x * x), (x) => (-2 * x) / (1 + x * x) ** 2),
  sinh: one(Math.sinh, (x) => Math.cosh(x), (_, y) => y),
  cosh: one(Math.cosh, (x) => Math.sinh(x), (_, y) => y),
  tanh: one(Math.tanh, (x) => Math.cosh(x) ** -2, (x, y) => -2 * y * Math.cosh(x) ** -2),
  exp: one(Math.exp, (_, y) => y, (_, y) => y),
  expm1: one(Math.expm1, (x) => Math.exp(x), (x) => Math.exp(x)),
  log: one(Math.log, (x) => 1 / x, (x) => -1 / (x * x)),
  log1p: one(Math.log1p, (x) => 1 / (1 + x), (x) => -((1 + x) ** -2)),
  log2: one(Math.log2, (x) => 1 / (Math.LN2 * x), (x) => -1 / (Math.LN2 * x * x)),
  log10: one(Math.log10, (x) => 1 / (Math.LN10 * x), (x) => -1 / (Math.LN10 * x * x)),
  sqrt: one(Math.sqrt, (_, y) => 0.5 / y, (x, y) => -0.25 / (x * y)),
  abs: one(Math.abs, Math.sign, (x) => 0 * x),
};

export const CHOICES: Readonly<Record<string, Choice>> = {
  min: { of: Math.min, isFirst: (a, b) => a <= b },
  max: { of: Math.max, isFirst: (a, b) => a >= b },
};

/** Names that may stand before parentheses, in the order in which Python lists them. */
export const FUNCTIONS = [...Object.keys(ONES), "atan2", ...Object.keys(CHOICES)];

function set(out: Partials, byA: number, byB: number, byAA: number, byAB: number, byBB: number): void {
  out[0] = byA;
  out[1] = byB;
  out[2] = byAA;
  out[3] = byAB;
  out[4] = byBB;
}

/** x to the power n as in C: 1 to any power is 1, and -1 to an infinite one. */
function power(x: number, n: number): number {
  return x === 1 || (x === -1 && Math.abs(n) === Infinity) ? 1 : x ** n;
}

/** A constant exponent is allowed with any base, a moving one with a base above 0. */
function powerPartials(out: Partials, x: number, n: number, z: number, nMoves: boolean): void {
  const first = n === 0 ? 0 : n * power(x, n - 1);
  const factor = n * (n - 1);
  const second = factor === 0 ? 0 : factor * power(x, n - 2);
  if (!nMoves) return set(out, first, 0, second, 0, 0);
  const log = Math.log(x);
  set(out, first, z * log, second, power(x, n - 1) * (1 + n * log), z * log * log);
}

/** Of the angle of the point (x, y). */
function anglePartials(out: Partials, y: number, x: number): void {
  const square = x * x + y * y;
  const byY = x / square;
  const byX = -y / square;
  const byYY = (-2 * byY * y) / square;
  set(out, byY, byX, byYY, (y / square) * (y / square) - byY * byY, -byYY);
}
