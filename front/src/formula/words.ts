// The words of the formula language and of its refusals: those of formula.py, which tests/lab/test_formula.py compares.

import { quoted } from "../text/quoted";

export const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };
export const LONGEST = 2000; // characters of a formula
export const DEEPEST = 100; // parentheses in each other
export const NAME = 30; // characters of a name

export const KEYWORDS = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global " +
    "if import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);
const MENDS: Readonly<Record<string, string>> = {
  "^": "write ** for a power",
  "=": "write only what is to be minimised",
  "[": "write x1, x2 for x[1], x[2]",
};

export const EMPTY = "the formula is empty: write one such as (x-3)**2+2";
export const UNREADABLE = "this does not read as a formula";
export const UNCLOSED = "this parenthesis is never closed";
export const UNOPENED = "this parenthesis was never opened";
export const TOO_DEEP = `parentheses are more than ${DEEPEST} deep`;
export const TOO_LARGE = "this number is too large: at most 1.7e308";

export const tooLong = (length: number): string =>
  `the formula has ${grouped(length)} characters: at most ${grouped(LONGEST)} are read`;
export const strange = (letter: string): string =>
  `${quoted(letter)} is not read here: ${MENDS[letter] ?? "a formula holds numbers, names, + - * / ** and ( )"}`;
export const joined = (token: string): string => `write * between a number and ${token.slice(0, NAME)}`;
export const noName = (token: string): string => `'${token.slice(0, NAME)}' cannot be a variable's name`;
export const bare = (name: string): string => `${name} is a function: write ${name}(...)`;

export function noFunction(name: string | null, functions: readonly string[]): string {
  const what = name === null ? "write * for a product" : `${name} is no function`;
  return `${what}: write * to multiply; functions are ${functions.join(", ")}`;
}

export const takes = (name: string, low: number, high: number): string =>
  `${name} takes ${high > low ? `${low} or more` : low} argument${high > 1 ? "s" : ""}`;

/** A whole number with commas between thousands. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
