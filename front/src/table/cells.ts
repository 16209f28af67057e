// One cell of a table: a finite number, a missing value or an error, with its message.

import { quoted } from "../text/quoted";

const MISSING = new Set(["", "?", "na", "n/a", "<na>", "nan", "+nan", "-nan", "null"]);
const FINITE = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const OTHER = /^[+-]?(?:inf|infinity|nan)$/i;
const EDGES = /^(?:[^\S\ufeff]|[\x1c-\x1f\x85])+|(?:[^\S\ufeff]|[\x1c-\x1f\x85])+$/g;
const SHOWN = 30; // characters of a cell in a message

/** Marks of decimals and, if any, of thousands. Those of one mark come first. */
const SPELLINGS: readonly (readonly [decimal: string, thousands: string])[] = [
  [".", ""],
  [".", ","],
  [".", " \u00a0\u2009\u202f"],
  [".", "'\u2019"],
  [",", ""],
  [",", "."],
  [",", " \u00a0\u2009\u202f"],
  [",", "'\u2019"],
];

/** The text without blanks around it; a byte order mark is none. */
export function strip(text: string): string {
  const [first, last] = [text.charCodeAt(0), text.charCodeAt(text.length - 1)];
  return first > 32 && first < 127 && last > 32 && last < 127 ? text : text.replace(EDGES, "");
}

/** Whether a cell is a missing value: empty, NA, ?, nan, null, in any case. */
export function isMissing(cell: string): boolean {
  const text = strip(cell);
  return text.length <= 5 && MISSING.has(text.toLowerCase());
}

/** The finite number that a cell holds, else NaN. */
export function finite(cell: string): number {
  const text = strip(cell);
  const value = FINITE.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

/** Whether a cell is a number as Python reads one, perhaps too large or nan. */
export function isNumber(cell: string): boolean {
  const text = strip(cell);
  return FINITE.test(text) || OTHER.test(text);
}

/** Whether a cell is a number, or is meant as one: with a decimal comma, or marks between thousands. */
export function isNumeric(cell: string): boolean {
  return isNumber(cell) || readings(cell).length > 0;
}

/** Whether a cell is a number, with a point or a comma before the decimals. */
export function isDecimal(cell: string): boolean {
  return isNumber(cell) || isNumber(reading(cell, ",", "") ?? "");
}

/** What is wrong with a cell that should be a finite number, with the remedy. */
export function numberFault(cell: string): string {
  if (isMissing(cell)) {
    const value = strip(cell) === "" ? "" : ` ${shown(cell)}`;
    return `missing value${value}: remove the row or fill it in`;
  }
  if (isNumber(cell)) return `${shown(cell)} is not finite: correct it or remove the row`;
  const found = [...new Set(readings(cell))];
  const mend = found.length ? `write ${found.join(" or ")}` : "correct it or remove the row";
  return `${shown(cell)} is not a number: ${mend}`;
}

function shown(cell: string): string {
  const letters = [...strip(cell)];
  return quoted(letters.length <= SHOWN ? letters.join("") : `${letters.slice(0, SHOWN).join("")}...`);
}

/** The numbers, as Python writes them, that a cell may mean. */
function readings(cell: string): string[] {
  const found = SPELLINGS.map(([decimal, thousands]) => reading(cell, decimal, thousands));
  return found.filter((text): text is string => text !== null && isNumber(text));
}

/** The number as Python writes it; null where the marks stand elsewhere. */
function reading(cell: string, decimal: string, thousands: string): string | null {
  const text = strip(cell);
  const bare = thousands === "" ? text : [...text].filter((letter) => !thousands.includes(letter)).join("");
  if (bare.length !== text.length && !isGrouped(text, decimal, thousands)) return null;
  if (decimal === ".") return bare;
  return bare.includes(".") ? null : bare.replaceAll(",", ".");
}

/** Whether thousands stand in groups of three digits; those further left may have two, as in India. */
function isGrouped(text: string, decimal: string, thousands: string): boolean {
  const groups = String.raw`[+-]?\d{1,3}(?:[${thousands}]\d{2,3})*[${thousands}]\d{3}`;
  return new RegExp(String.raw`^${groups}(?:[${decimal}]\d*)?(?:[eE][+-]?\d+)?$`).test(text);
}
