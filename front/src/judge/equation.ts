// Lines of arithmetic as data: text and numbers with their roles. Each line, computed again from the digits that it
// shows, gives the result that it shows: where four digits are too few for that, its terms have more.

import { number, operand, parse } from "../text/number";

type Role = "text" | "old" | "rate" | "gradient" | "memory" | "new";

interface Part {
  readonly text: string;
  readonly role: Role;
}

export interface Line {
  readonly label: string; // what the line computes: "m ←"
  readonly parts: readonly Part[];
}

/** A number of a formula, and what it is. */
export interface Term {
  readonly value: number;
  readonly role: Role;
}

const [FEWEST, MOST] = [4, 15]; // significant digits of a term

export const term = (value: number, role: Role): Term => ({ value, role });

/** The fewest digits with which a number is written so. */
export function digitsOf(value: number, text: string): number {
  let digits = FEWEST;
  while (digits < MOST && number(value, digits) !== text) digits++;
  return digits;
}

export const words = (label: string, text: string): Line => ({ label, parts: [{ text, role: "text" }] });

/** The line of a formula, given as text and terms, with its result of this role; `compute` is the formula. */
export function equation(
  label: string, pieces: readonly (string | Term)[], role: Role, compute: (terms: readonly number[]) => number,
  precision = FEWEST,
): Line {
  const values = pieces.filter((piece) => typeof piece !== "string").map((piece) => piece.value);
  const again = (digits: number): string =>
    number(compute(values.map((value) => parse(number(value, digits)))), precision);
  const result = number(compute(values), precision);
  let digits = FEWEST;
  while (digits < MOST && again(digits) !== result) digits++;
  const parts = pieces.map((piece, i): Part =>
    typeof piece === "string"
      ? { text: piece, role: "text" }
      : { text: i === 0 ? number(piece.value, digits) : operand(piece.value, digits), role: piece.role },
  );
  return { label, parts: [...parts, { text: " = ", role: "text" }, { text: again(digits), role }] };
}
