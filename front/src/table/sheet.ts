// A text table whose dialect, header and index are known and whose columns are not read yet, as Python decides them.

import { counted } from "../text/number";
import { quoted as inQuotes, visible } from "../text/quoted";
import { isMissing, isNumber, strip } from "./cells";
import { type Dialect, quotes, split } from "./dialect";
import { Fault } from "./fault";
import * as judged from "./preamble";
import { type Row, ofWidth, sampled, textRows } from "./rows";
import { SAMPLE, sniff } from "./sniffing";

export interface Sheet {
  readonly names: readonly string[]; // of all columns
  readonly index: readonly string[]; // columns that name or number the rows: no features
  readonly notes: readonly string[]; // what was decided and is not obvious, a sentence each
  /** The rows, each with a field for each name. */
  rows(): Iterable<Row>;
}

const MOST_FIELDS = 1000; // in a row
const LISTED = 20; // names shown in a message
const SHOWN = 5; // cells of a first row in a note
const TAILS = "the delimiter at the end of each line is left out";
const SKIPPED = "the comments above the table are skipped";
const MARKED = /(?<![^;\t\r\n])'('*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/g; // how a spreadsheet keeps "=1" a text

type Fields = readonly string[];

/** What the first rows say. */
interface Judged {
  readonly names: Fields;
  readonly index: Fields;
  readonly notes: Fields;
  readonly tails: boolean; // rows may end in a delimiter
  readonly heads: number; // rows that are a header
}

/** Judge a table by its first hundred rows. */
export function openSheet(lines: readonly string[], tab: string | null): Sheet {
  const longer = lines.slice(0, 2 * SAMPLE).filter((line) => strip(line) !== "");
  const sample = longer.slice(0, SAMPLE);
  let above = judged.preamble(sample);
  const dialect = sniff(longer.slice(above.lines), tab ?? above.separator);
  const all = (): Iterable<Row> => textRows(lines, dialect, above.lines);
  let first = sampled(all(), SAMPLE);
  if (above.comments.length === 1 && isColumnOfMarks(sample[above.lines - 1], first, dialect)) {
    above = { ...above, lines: above.lines - 1, comments: [] };
    first = sampled(all(), SAMPLE);
  }
  const found = judge(above, first, dialect, sample, all);
  return { ...found, rows: () => ofWidth(below(all(), found.heads), found.names.length, found.tails) };
}

function* below(rows: Iterable<Row>, heads: number): Generator<Row> {
  let left = heads;
  for (const row of rows) if (left-- <= 0) yield row;
}

/** Named by a comment, by its first row, or not at all. */
function judge(
  above: judged.Preamble,
  first: readonly Row[],
  dialect: Dialect,
  sample: Fields,
  all: () => Iterable<Row>,
): Judged {
  const [head, ...body] = first.map(({ fields }) => fields);
  if (head.length > MOST_FIELDS) throw tooWide(head.length);
  const quoted = first.slice(1).every(({ line }) => startsQuoted(sample[line - 1], dialect));
  const named = commentedNames(above, [head, ...body], dialect);
  if (named) {
    const note = `the names ${listed(named.names)} are read from a comment, line ${named.line}`;
    return headed({ ...named, heads: 0, notes: [note] }, [head, ...body], dialect, quoted);
  }
  const skipped = above.comments.length ? [SKIPPED] : [];
  const alone = isQuotedAlone(sample.slice(above.lines), dialect, head.length);
  if (!alone && !judged.isHeader(head, body)) return headless(head, body, dialect, skipped);
  if (!body.length) refuseHeaderAlone(all());
  const unsure = !alone && judged.mayBeData(head, body);
  const notes = unsure ? [...skipped, `the first row, ${listed(head)}, is read as the header`] : skipped;
  return headed({ names: head, line: first[0].line, heads: 1, notes }, body, dialect, quoted);
}

function startsQuoted(line: string | undefined, { quote }: Dialect): boolean {
  return line === undefined || line.trimStart().startsWith(quote);
}

/** Refuse a header with nothing below it; what is at fault below it is refused as such. */
function refuseHeaderAlone(rows: Iterable<Row>): void {
  let count = 0;
  for (const _ of rows) if (++count > 1) return;
  throw new Fault("a header and no rows: add the data below it");
}

/** A header as it stands: above the body, in the first row or a comment. */
interface Header {
  readonly names: Fields;
  readonly line: number;
  readonly heads: number;
  readonly notes: Fields;
}

function headed(header: Header, body: readonly Fields[], dialect: Dialect, quoted: boolean): Judged {
  const cut = judged.bodyWidth(header.names, body, dialect);
  const names = cut === null ? header.names : header.names.slice(0, judged.namedWidth(header.names));
  const rows = cut === null ? body : body.map((row) => row.slice(0, cut));
  const spelled = judged.heading(names, rows, quoted || (cut === null && dialect.delimiter !== ","));
  const width = judged.commonWidth(rows);
  if (width !== null && rows.every((row) => row.length !== spelled.length)) {
    const problem = `the header has ${counted(names.length, "field")}, each row has ${width}: name every column once`;
    throw new Fault(problem, header.line);
  }
  const full = uniqueNames(spelled, header.line);
  const leading = spelled.length > 1 ? spelled.findIndex((name) => !judged.isIndexName(name)) : 0;
  const notes = cut === null ? header.notes : [...header.notes, TAILS];
  return { names: full, index: full.slice(0, Math.max(leading, 0)), notes, tails: cut !== null, heads: header.heads };
}

function headless(first: Fields, body: readonly Fields[], dialect: Dialect, skipped: Fields): Judged {
  const width = judged.namedWidth(first);
  const tails = width < first.length && judged.bodyWidth(first, body, dialect) === width;
  const names = first.slice(0, tails ? width : first.length).map((_, j) => `c${j + 1}`);
  const notes = [...skipped, ...(tails ? [TAILS] : [])];
  if (judged.mayBeHeader(first) || !first.every((cell) => isNumber(cell) || isMissing(cell))) {
    const shown = listed(first.slice(0, SHOWN)) + (first.length > SHOWN ? ", ..." : "");
    notes.push(`the first row, ${shown}, is read as data: if it is a header, write names that are words`);
  }
  return { names, index: [], notes, tails, heads: 0 };
}

/** Names without surrounding blanks, empty ones replaced by c1, c2, ...; two may not be equal. */
function uniqueNames(names: Fields, line: number): string[] {
  const spelled = names.map((name) => strip(name.replace(MARKED, "$1")));
  const full = spelled.map((name, j) => name || `c${j + 1}${spelled.includes(`c${j + 1}`) ? "_" : ""}`);
  const twice = full.find((name, j) => full.indexOf(name) < j);
  if (twice !== undefined) throw new Fault(`two columns are called ${inQuotes(twice)}: rename one`, line);
  return full;
}

/** Whether every field of the first line is quoted and none below it, as writers that quote only text do. */
function isQuotedAlone(sample: Fields, dialect: Dialect, width: number): boolean {
  const [first, ...counts] = sample.map((line) => quotes(line, dialect));
  return counts.length > 0 && first === 2 * width && counts.every((count) => count === 0);
}

/** Whether a first line that begins like a comment is a header, no other below, whose first column is called #. */
function isColumnOfMarks(line: string, below: readonly Row[], dialect: Dialect): boolean {
  const fields = split(line, dialect) ?? [];
  const [first, ...body] = below.map((row) => row.fields);
  return (fields[0] === "#" || fields[0] === "%") && fields.length === first.length && !judged.isHeader(first, body);
}

/** The last comment with a name for each column, unless the table has a header of its own. */
function commentedNames(
  above: judged.Preamble,
  rows: readonly Fields[],
  dialect: Dialect,
): { line: number; names: Fields } | null {
  if (!above.comments.length || judged.isHeader(rows[0], rows.slice(1))) return null;
  for (const [line, comment] of above.comments.toReversed()) {
    const fields = split(comment, dialect) ?? [];
    const names = fields.slice(0, judged.namedWidth(fields));
    const width = judged.bodyWidth(names, rows, dialect) ?? rows[0].length;
    const fits = names.length === width && width > 0;
    if (fits && !names.some((name) => isNumber(name) || isMissing(name))) return { line, names };
  }
  return null;
}

function tooWide(columns: number): Fault {
  const most = counted(MOST_FIELDS, "column");
  return new Fault(`${counted(columns, "column")}: the page reads ${most} at most, leave some out`);
}

/** Names as a message lists them, on one line. */
export function listed(names: Fields): string {
  const first = names.slice(0, LISTED).map(visible).join(", ");
  return names.length <= LISTED ? first || "none" : `${first}, ... (${names.length} in all)`;
}
