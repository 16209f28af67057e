// Formulas: functions that the reader typed, read through a whitelist and evaluated here. Text is never run as code.

import type { Vec } from "../types";
import { parse } from "./parse";
import { type Program, compile } from "./program";
import { type Operation, tapeOf } from "./tape";

/** A function written as text; `readFormula` makes it. */
export interface Formula {
  readonly text: string;
  readonly names: readonly string[]; // its d variables, in the order of the coordinates of a point
  readonly degree: number; // as a polynomial; infinite if it is not written as one
  value(point: ArrayLike<number>): number;
  /** The gradient into `out`; returns the value. */
  gradient(point: ArrayLike<number>, out: Vec): number;
  /** Second derivatives, d x d. */
  hessian(point: ArrayLike<number>): Vec;
}

/** The function given by a text such as "(x - 3)**2 + 2". Throws a Refusal with the position of what is wrong. */
export function readFormula(text: string): Formula {
  const tape = tapeOf(parse(text));
  const found = new Set(tape.filter(({ name }) => name === "variable").map(({ variable }) => variable));
  const names = [...found].sort(naturally);
  const program = compile(tape, names);
  return { text: text.replace(/[\t\r\n]/g, " ").trim(), names, degree: degreeOf(tape), ...evaluators(program) };
}

function evaluators(program: Program): Pick<Formula, "value" | "gradient" | "hessian"> {
  return {
    value: (point) => program.run(point, 0),
    gradient: (point, out) => {
      const value = program.run(point, 1);
      for (let j = 0; j < out.length; j++) out[j] = program.slope[j];
      return value;
    },
    hessian: (point) => {
      program.run(point, 2);
      return program.hessian();
    },
  };
}

/** Puts x2 before x10: runs of letters are compared by letters, runs of digits as numbers, letters first. */
function naturally(a: string, b: string): number {
  const [left, right] = [a.match(/\d+|\D+/g)!, b.match(/\d+|\D+/g)!];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = partOrder(left[i], right[i]);
    if (order !== 0) return order;
  }
  return left.length - right.length || (a < b ? -1 : 1);
}

function partOrder(a: string, b: string): number {
  const [m, n] = [a, b].map((part) => (/\d/.test(part) ? Number(part) : -1));
  if (m >= 0 || n >= 0) return m - n;
  return a < b ? -1 : Number(a > b);
}

/** Degree of a part as a polynomial, and the value of a number. */
type Part = readonly [degree: number, value: number | null];

function degreeOf(tape: readonly Operation[]): number {
  const stack: Part[] = [];
  for (const { name, takes, value } of tape) {
    if (takes > 0) stack.push(degree(name, stack.splice(stack.length - takes)));
    else stack.push(name === "variable" ? [1, null] : [0, value]);
  }
  return stack[0][0];
}

function degree(name: string, parts: readonly Part[]): Part {
  const [[a, known], [b, power] = [0, null]] = parts;
  if (name === "negative") return [a, known === null ? null : -known];
  if (name === "+" || name === "-") return [Math.max(a, b), null];
  if (name === "*") return [a + b, null];
  if (name === "/" && b === 0) return [a, null];
  const whole = power !== null && Number.isInteger(power) && power >= 0 && power <= 1e9;
  if (name === "**" && whole) return [a * power, null];
  return [parts.every(([own]) => own === 0) ? 0 : Infinity, null];
}
