// What a rule makes of a component of the gradient, a line for each number that it remembers.

import type { Fields } from "../engine/records";
import { MINUS, number, power, TIMES } from "../text/number";
import type { Vec } from "../types";
import { equation, term, words, type Line, type Term } from "./equation";

/** One parameter before a step. */
interface Moment {
  readonly self: Fields; // settings of the rule
  readonly symbol: string;
  readonly g: number;
  readonly t: number; // of the step, from 1
  readonly memory: Vec | null; // before the step
  readonly direction: number; // that was taken
}

interface Story {
  readonly lines: readonly Line[];
  readonly direction: Term; // by which the rate is multiplied
}

type Teller = (moment: Moment, memory: Vec) => Story;

/** The lines between gradient and update; of other rules the direction alone. */
export function storyOf(rule: string, moment: Moment): Story {
  if (rule === "plain") return { lines: [], direction: term(moment.g, "gradient") };
  const teller = TELLERS[rule];
  return teller && moment.memory ? teller(moment, moment.memory) : bare(moment);
}

const bare = ({ symbol, direction }: Moment): Story => ({
  lines: [words(`p of ${symbol} =`, number(direction))], direction: term(direction, "memory"),
});

const kept = (label: string, share: number, before: number, g: number): Line =>
  equation(
    label, [`${number(share)} ${TIMES} `, term(before, "memory"), " + ", term(g, "gradient")],
    "memory", ([v, slope]) => share * v + slope,
  );

const mean = (label: string, share: number, before: number, g: number, squared: boolean): Line => {
  const value = (v: number, slope: number): number => share * v + (1 - share) * (squared ? slope * slope : slope);
  const rest = `${number(1 - share)} ${TIMES} `;
  return equation(
    label,
    [`${number(share)} ${TIMES} `, term(before, "memory"), ` + ${rest}`, term(g, "gradient"), squared ? "²" : ""],
    "memory", ([v, slope]) => value(v, slope),
  );
};

const ratio = (symbol: string, top: number, role: Term["role"], square: number, eps: number): Line =>
  equation(
    `p of ${symbol} =`, [term(top, role), " / (√", term(square, "memory"), ` + ${power(eps, 1)})`],
    "memory", ([over, v]) => over / (Math.sqrt(v) + eps),
  );

const momentum: Teller = ({ self, symbol, g }, [v]) => ({
  lines: [kept(`v of ${symbol} ←`, self["beta"], v, g)],
  direction: term(self["beta"] * v + g, "memory"),
});

const nesterov: Teller = ({ self, symbol, g }, [v]) => {
  const beta = self["beta"];
  const next = beta * v + g;
  const ahead = equation(
    `p of ${symbol} =`, [term(g, "gradient"), ` + ${number(beta)} ${TIMES} `, term(next, "memory")],
    "memory", ([slope, velocity]) => slope + beta * velocity,
  );
  return { lines: [kept(`v of ${symbol} ←`, beta, v, g), ahead], direction: term(g + beta * next, "memory") };
};

const adagrad: Teller = ({ self, symbol, g }, [v]) => {
  const sum = v + g * g;
  const direction = g / (Math.sqrt(sum) + self["eps"]);
  const square = equation(
    `v of ${symbol} ←`, [term(v, "memory"), " + ", term(g, "gradient"), "²"], "memory", ([a, b]) => a + b * b,
  );
  return {
    lines: [square, ratio(symbol, g, "gradient", sum, self["eps"])],
    direction: term(direction, "memory"),
  };
};

const rmsprop: Teller = (moment, [v]) => {
  const { self, symbol, g } = moment;
  if (self["centred"]) return bare(moment);
  const square = self["alpha"] * v + (1 - self["alpha"]) * g * g;
  const taken = g / (Math.sqrt(square) + self["eps"]);
  const squares = mean(`v of ${symbol} ←`, self["alpha"], v, g, true);
  const lines = [squares, ratio(symbol, g, "gradient", square, self["eps"])];
  return { lines, direction: term(taken, "memory") };
};

const adam: Teller = ({ self, symbol, g, t }, [m, v]) => {
  const [b1, b2, eps] = [self["beta1"], self["beta2"], self["eps"]];
  const [first, second] = [b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g];
  const [top, square] = [first / (1 - b1 ** t), second / (1 - b2 ** t)];
  const direction = top / (Math.sqrt(square) + eps);
  const lines = [
    mean(`mean of ${symbol} ←`, b1, m, g, false),
    mean(`v of ${symbol} ←`, b2, v, g, true),
    corrected(`corrected mean of ${symbol} =`, first, b1, t),
    corrected(`corrected v of ${symbol} =`, second, b2, t),
    ratio(symbol, top, "memory", square, eps),
  ];
  return { lines, direction: term(direction, "memory") };
};

/** A mean that began at 0, divided by the share of it that is known. */
const corrected = (label: string, value: number, share: number, t: number): Line =>
  equation(
    label, [term(value, "memory"), ` / (1 ${MINUS} ${number(share)}^${t})`], "memory", ([x]) => x / (1 - share ** t),
  );

const TELLERS: Readonly<Partial<Record<string, Teller>>> = { momentum, nesterov, ada_grad: adagrad, rmsprop, adam };
