// What the first hundred lines of a text table say about it: lines above it, header, index, delimiters at line ends.

import { isMissing, isNumber, strip } from "./cells";
import { BLANKS, type Dialect } from "./dialect";

const SEPARATOR = /^\s*"?sep=([^\w.+\-"'\n])"?\1*\s*$/i;
const COMMENT = /^\s*([#%])[#%!]*/;
const INDEX = /^(?:Unnamed: \d+|__index_level_\d+__|)$/; // names that pandas gives to an index without one
const WHOLE = /^\s*[+-]?\d+\s*$/;

type Cells = readonly string[];

/** Lines above a table. */
export interface Preamble {
  readonly lines: number;
  readonly separator: string | null; // of Excel's line "sep=;"
  readonly comments: readonly (readonly [line: number, text: string])[]; // without their mark
}

/** Lines of a sample that stand above its table: Excel's separator line and comments. */
export function preamble(sample: Cells): Preamble {
  let separator: string | null = null;
  let mark: string | null = null;
  const comments: [number, string][] = [];
  for (const [i, line] of sample.entries()) {
    const excel: RegExpExecArray | null = separator === null ? SEPARATOR.exec(line) : null;
    const found: RegExpExecArray | null = COMMENT.exec(line);
    if (excel) separator = excel[1];
    else if (found && (mark ?? found[1]) === found[1]) {
      mark = found[1];
      comments.push([i + 1, strip(line.slice(found[0].length))]);
    } else return { lines: i, separator, comments };
  }
  const first = sample.length > 1 ? SEPARATOR.exec(sample[0]) : null; // the rest is a table whose cells begin so
  return { lines: first ? 1 : 0, separator: first ? first[1] : null, comments: [] };
}

export function isComment(cell: string): boolean {
  return COMMENT.test(cell);
}

/** Whether the first row holds names, judged by the rows below it: a text above numbers is a name. */
export function isHeader(first: Cells, body: readonly Cells[]): boolean {
  const columns = columnsOf(first, body);
  const places = [...first.keys()];
  const texts = places.filter((j) => !isNumber(first[j]) && !isMissing(first[j]));
  if (!texts.length) return mayBeHeader(first) && (strip(first[0]) === "" || differs(first, columns));
  const numbers = places.filter((j) => isNumber(first[j]) && !isMissing(first[j]));
  const above = (place: number): boolean => isMostlyNumbers(columns[place]);
  if (texts.some(above) || !numbers.some(above)) return true;
  if (texts.some((j) => columns[j].includes(first[j]))) return false;
  return numbers.length > 1 && mayBeHeader(numbers.map((j) => first[j]));
}

/** Whether a row that is a header has numbers and no text above numbers, as a row of data may. */
export function mayBeData(first: Cells, body: readonly Cells[]): boolean {
  const columns = columnsOf(first, body);
  return first.some(isNumber) && !first.some((cell, j) => !isNumber(cell) && isMostlyNumbers(columns[j]));
}

/** Whether a row counts on by one, as a header of numbers does, perhaps after the empty name of an index. */
export function mayBeHeader(first: Cells): boolean {
  const cells = strip(first[0]) === "" ? first.slice(1) : first;
  if (cells.length < 2 || !cells.every((cell) => WHOLE.test(cell))) return false;
  return cells.every((cell, j) => Number(cell) === Number(cells[0]) + j);
}

/** Names of a header, with an empty one first if the rows have one field more and the first ones differ: row names. */
export function heading(names: Cells, body: readonly Cells[], mayBeNumbers: boolean): string[] {
  const firsts = body.map((row) => row[0]);
  const short = commonWidth(body) === names.length + 1 && new Set(firsts).size === firsts.length;
  return short && (mayBeNumbers || !isMostlyNumbers(firsts)) ? ["", ...names] : [...names];
}

/** Number of fields of two rows or more that are at least four in five, null if there is none. */
export function commonWidth(body: readonly Cells[]): number | null {
  const counts = new Map<number, number>();
  for (const { length } of body) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [width, count] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  return count > 1 && 5 * count >= 4 * body.length ? width : null;
}

/** Whether a header leaves this name out, or pandas made it up. */
export function isIndexName(name: string): boolean {
  return INDEX.test(strip(name));
}

/** Number of fields of a row without delimiters at its end that no name stands above; null if there are no such. */
export function bodyWidth(first: Cells, body: readonly Cells[], { delimiter }: Dialect): number | null {
  const named = namedWidth(first);
  if (!body.length || named === 0 || delimiter === BLANKS) return null;
  for (const width of [named, named + 1]) {
    const rows = body.filter((row) => row.length > width);
    if (5 * rows.length >= 4 * body.length && rows.every((row) => namedWidth(row) <= width)) return width;
  }
  return named < first.length && body.every((row) => row.length <= named) ? named : null;
}

/** Number of fields up to the last that is not blank. */
export function namedWidth(row: Cells): number {
  return row.findLastIndex((cell) => strip(cell) !== "") + 1;
}

function columnsOf(first: Cells, body: readonly Cells[]): string[][] {
  return first.map((_, j) => body.filter((row) => j < row.length).map((row) => row[j]));
}

function isMostlyNumbers(cells: Cells): boolean {
  const present = cells.filter((cell) => !isMissing(cell));
  return 2 * present.filter(isNumber).length > present.length;
}

/** Whether a column goes on, for two rows or more, without any whole number; 0 or 1 begins the count, or all do. */
function differs(first: Cells, columns: readonly Cells[]): boolean {
  const differ = columns.map((cells) => cells.length > 1 && !cells.some((cell) => WHOLE.test(cell)));
  return [0, 1].includes(Number(first[0])) ? differ.includes(true) : !differ.includes(false);
}
