// What the generated records are: rules, losses and schedules of Python, with their settings as `self`.

/** Settings of a record, by their names in Python. */
export type Fields = Readonly<Record<string, number>>;

interface Named {
  /** As the command line spells it. */
  readonly name: string;
  /** The name for people. */
  readonly label: string;
  /** What it is, in one sentence. */
  readonly about: string;
  readonly defaults: Fields;
}

interface AnyRule extends Named {
  /** Numbers that it remembers for each parameter; what it sees comes after them. */
  readonly slots: number;
  /** "rate", "point", or "weights": the point, with 0 for the intercept. */
  readonly sees: readonly string[];
  /** Rate times curvature below which a constant rate converges on a quadratic cost; null: it has no fixed limit. */
  readonly stability: ((self: Fields) => number) | null;
}

/** A rule that treats each parameter by itself: `memory` holds the numbers of that parameter. */
export interface ElementRule extends AnyRule {
  readonly elementwise: true;
  readonly direction: (self: Fields, g: number, memory: Float64Array, t: number) => number;
  /** The answer, from the point that moves; null: that point. */
  readonly answer: ((self: Fields, at: number, memory: Float64Array) => number) | null;
}

/** A rule that sums over parameters: `memory[k]` holds slot k of all parameters. */
export interface WholeRule extends AnyRule {
  readonly elementwise: false;
  readonly direction: (self: Fields, g: Float64Array, memory: Float64Array[], t: number) => Float64Array;
  readonly answer: null;
}

export type Rule = ElementRule | WholeRule;

type Loop = (self: Fields, z: Float64Array, y: Float64Array, out: Float64Array, size: number) => void;

/** The loss of one row, with its linear predictor z = x . w + b and its target y. */
export interface Loss extends Named {
  /** What a cost means. */
  readonly formula: string;
  /** Largest second derivative by z. */
  readonly curvature: number;
  /** Whether it is curvature / 2 (z - y)^2. */
  readonly quadratic: boolean;
  /** Whether targets are the classes 0 and 1. */
  readonly labels: boolean;
  /** Whether targets are numbers >= 0. */
  readonly positive: boolean;
  /** Whether every table has a minimum. */
  readonly attained: boolean;
  /** Whether the slope jumps. */
  readonly nonsmooth: boolean;
  readonly likelihood: boolean;
  readonly value: (self: Fields, z: number, y: number) => number;
  readonly slope: (self: Fields, z: number, y: number) => number;
  readonly secondDerivative: (self: Fields, z: number, y: number) => number;
  /** The same for the first `size` rows of arrays. */
  readonly values: Loop;
  readonly slopes: Loop;
  readonly secondDerivatives: Loop;
  /** Of a loss of straight pieces, where its slope jumps and by how much; null: it is no such loss. */
  readonly jumps: ((self: Fields, y: number) => readonly (readonly [z: number, size: number])[]) | null;
  /** The prediction that belongs to z. */
  readonly inverse: (self: Fields, z: number) => number;
}

export interface Schedule extends Named {
  /** Learning rate of update t, counted from 1. */
  readonly rate: (self: Fields, t: number) => number;
}

/** A record of Python that has no translation: "Newton needs second derivatives of the cost". */
export interface Untranslated {
  readonly name: string;
  readonly label: string;
  readonly reason: string;
}
