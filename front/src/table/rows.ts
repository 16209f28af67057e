// The rows of a text table, with the line on which each begins.

import { counted } from "../text/number";
import { type Dialect, isBlank, quotes, split } from "./dialect";
import { Fault } from "./fault";
import { isComment, namedWidth } from "./preamble";

export interface Row {
  readonly line: number; // from 1
  readonly fields: readonly string[];
}

/** The rows below the first `above` lines; blank lines are allowed at the end only. */
export function* textRows(lines: readonly string[], dialect: Dialect, above: number): Generator<Row> {
  let blank = 0;
  for (let at = 0, left = above; at < lines.length; at++) {
    if (isBlank(lines[at], dialect)) {
      blank ||= at + 1;
      continue;
    }
    if (blank) throw new Fault("blank line within the table: remove it", blank);
    if (left > 0) {
      left -= 1;
      continue;
    }
    const fields = split(lines[at], dialect);
    if (fields) yield { line: at + 1, fields };
    else {
      const long = longRow(lines, at, dialect);
      yield { line: at + 1, fields: long.fields };
      at = long.last;
    }
  }
}

/** A row that goes on over several lines, within quotes: its fields, and the place of its last line. */
function longRow(lines: readonly string[], first: number, dialect: Dialect): { fields: string[]; last: number } {
  let isOpen = quotes(lines[first], dialect) % 2 === 1;
  let last = first;
  while (isOpen) {
    last += 1;
    if (last >= lines.length) throw new Fault("a quote opens here and is never closed: close it", first + 1);
    isOpen = quotes(lines[last], dialect) % 2 === 0;
  }
  const fields = split(lines.slice(first, last + 1).join("\n"), dialect);
  if (fields) return { fields, last };
  const mend = "close the quote at the field's end, double quotes within";
  throw new Fault(`text follows a closing quote: ${mend}`, first + 1);
}

/** The rows without delimiters at their ends, if they may have some, each of as many fields as there are names. */
export function* ofWidth(rows: Iterable<Row>, width: number, tails: boolean): Generator<Row> {
  for (const row of rows) {
    const { line } = row;
    const fields = tails && namedWidth(row.fields) <= width ? row.fields.slice(0, width) : row.fields;
    if (fields.length !== width) throw new Fault(widthFault(fields, width), line);
    yield { line, fields };
  }
}

function widthFault(fields: readonly string[], width: number): string {
  if (isComment(fields[0])) return "a comment within the table: remove it";
  return `${counted(fields.length, "field")}, expected ${width}: complete the row or remove it`;
}

/** The first rows, up to one at fault: it is reported in its turn, when the rows are read. */
export function sampled(rows: Iterable<Row>, count: number): Row[] {
  const found: Row[] = [];
  try {
    for (const row of rows) {
      found.push(row);
      if (found.length === count) break;
    }
  } catch (fault) {
    if (!found.length) throw fault;
  }
  return found;
}
