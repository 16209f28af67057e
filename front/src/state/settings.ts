// Settings: what they are before the reader chose anything, and how untrusted values become valid ones.
// A link, a payload and a number box may say anything: a value that cannot be used is left out, a number out of range
// is brought to the nearest end.

import type { Racer, Settings } from "../types";

export const DEFAULTS: Settings = {
  task: "table",
  formula: "(x - 3)**2 + 2",
  data: "eight",
  target: "",
  features: [],
  loss: "squared_error",
  standardize: false,
  rules: ["plain"],
  race: [],
  rate: 0.05,
  schedule: "constant",
  batch: 0,
  sampling: "shuffle",
  seed: 0,
  steps: 1500,
  start: [0, 0],
  fixed: [],
  moved: [],
  cursor: 12,
  view: "contour",
  turn: -35,
  tilt: 35,
  cutoff: 0.5,
  detail: "step",
  secant: null,
  lesson: "",
};

/** Settings of what is minimised. */
export const OF_OBJECTIVE = [
  "task", "formula", "data", "target", "features", "loss", "standardize", "moved", "fixed",
] as const;

/** Settings of the runs on it. With those of the objective they fix a run: any other value is another run. */
export const OF_DESCENT = [
  "rules", "race", "rate", "schedule", "batch", "sampling", "seed", "steps", "start", "fixed",
] as const;

export const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Smallest and largest value of each number. */
export const LIMITS = {
  rate: [1e-12, 1e6],
  batch: [0, 1e6],
  seed: [0, 4294967295],
  steps: [1, 20000],
  cursor: [0, 20000],
  turn: [-180, 180],
  tilt: [5, 85],
  cutoff: [0.01, 0.99],
  parameter: [-1e9, 1e9],
} as const;

const LONGEST = { text: 2000, formula: 100_000, list: 64, rules: 6, moved: 1000, rows: 1e6 } as const;

/** Reads one value; undefined: it cannot be used. */
type Read<T> = (value: unknown) => T | undefined;

const real =
  ([low, high]: readonly [number, number]): Read<number> =>
  (value) =>
    typeof value === "number" && Number.isFinite(value) ? Math.min(Math.max(value, low), high) + 0 : undefined;

const whole =
  (range: readonly [number, number]): Read<number> =>
  (value) => {
    const number = real(range)(value);
    return number === undefined ? undefined : Math.round(number);
  };

/** Text that an address can hold: no half of a surrogate pair. */
const textUpTo =
  (longest: number): Read<string> =>
  (value) =>
    typeof value === "string" && value.length <= longest && !/\p{Surrogate}/u.test(value) ? value : undefined;

const text = textUpTo(LONGEST.text);

const name: Read<string> = (value) => text(value) || undefined;

const flag: Read<boolean> = (value) => (typeof value === "boolean" ? value : undefined);

const oneOf =
  <T extends string>(...names: readonly T[]): Read<T> =>
  (value) =>
    names.find((known) => known === value);

const list =
  <T>(read: Read<T>, longest: number, shortest = 0): Read<readonly T[]> =>
  (value) => {
    if (!Array.isArray(value) || value.length > longest) return undefined;
    const items = value.map(read).filter((item): item is Awaited<T> & T => item !== undefined);
    return items.length === value.length && items.length >= shortest ? items : undefined;
  };

const movedRow: Read<readonly [number, string, number]> = (value) => {
  if (!Array.isArray(value) || value.length !== 3) return undefined;
  const row = whole([0, LONGEST.rows])(value[0]);
  const column = name(value[1]);
  const number = real(LIMITS.parameter)(value[2]);
  return row === undefined || column === undefined || number === undefined ? undefined : [row, column, number];
};

const racer: Read<Racer> = (value) => {
  const given = (typeof value === "object" && value !== null ? value : {}) as Record<keyof Racer, unknown>;
  const label = name(given.label);
  if (label === undefined) return undefined;
  const rule = name(given.rule);
  const rate = real(LIMITS.rate)(given.rate);
  const batch = whole(LIMITS.batch)(given.batch);
  return {
    label,
    ...(rule !== undefined && { rule }),
    ...(rate !== undefined && { rate }),
    ...(batch !== undefined && { batch }),
  };
};

const distinct =
  <T>(read: Read<readonly T[]>): Read<readonly T[]> =>
  (value) => {
    const items = read(value);
    return items && [...new Set(items)];
  };

const READERS: { readonly [K in keyof Settings]: Read<Settings[K]> } = {
  task: oneOf("table", "formula"),
  formula: textUpTo(LONGEST.formula), // one that is too long is refused in words
  data: text,
  target: text,
  features: distinct(list(name, LONGEST.list)),
  loss: text,
  standardize: flag,
  rules: distinct(list(name, LONGEST.rules, 1)),
  race: list(racer, LONGEST.rules),
  rate: real(LIMITS.rate),
  schedule: text,
  batch: whole(LIMITS.batch),
  sampling: oneOf("shuffle", "replacement", "sequential"),
  seed: whole(LIMITS.seed),
  steps: whole(LIMITS.steps),
  start: list(real(LIMITS.parameter), LONGEST.list),
  fixed: list(flag, LONGEST.list),
  moved: list(movedRow, LONGEST.moved),
  cursor: whole(LIMITS.cursor),
  view: oneOf("contour", "surface"),
  turn: real(LIMITS.turn),
  tilt: real(LIMITS.tilt),
  cutoff: real(LIMITS.cutoff),
  detail: oneOf("step", "slices", "losses"),
  secant: (value) => (value === null ? null : real(LIMITS.parameter)(value)),
  lesson: text,
};

export const KEYS = Object.keys(DEFAULTS) as readonly (keyof Settings)[];

/** Of values that may be anything, those that can be used. */
export function usable(changes: unknown): Partial<Settings> {
  const given = typeof changes === "object" && changes !== null ? (changes as Record<string, unknown>) : {};
  const read = (key: keyof Settings): readonly [string, unknown] => [key, READERS[key](given[key])];
  const fields = KEYS.filter((key) => Object.hasOwn(given, key)).map(read);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Partial<Settings>;
}

/** The base with every change that can be used; the cursor stays within the steps. */
export function valid(changes: unknown, base: Settings = DEFAULTS): Settings {
  const settings = { ...base, ...usable(changes) };
  return settings.cursor > settings.steps ? { ...settings, cursor: settings.steps } : settings;
}
