// The delimiter and quote of a text table, found by its first hundred lines.

import { isDecimal } from "./cells";
import { BLANKS, type Dialect, quotedFields, quotes, split } from "./dialect";
import { heading } from "./preamble";

const CANDIDATES = [",", "\t", ";", BLANKS, "|"];
export const SAMPLE = 100; // lines where the rows begin by which the table is judged

/** A row of the sample: how many lines it goes on over, and its fields. */
type Cut = readonly [lines: number, fields: readonly string[]];

/**
 * The delimiter that cuts most rows into the same number of fields; if several do, the one with the most numbers. The
 * quote is the one of " and ' that quotes most fields.
 */
export function sniff(sample: readonly string[], delimiter: string | null): Dialect {
  const marks = sample.some((line) => line.includes("'")) ? ['"', "'"] : ['"'];
  const delimiters = delimiter === null ? CANDIDATES : [delimiter];
  const dialects = delimiters.flatMap((d) => marks.map((quote): Dialect => ({ delimiter: d, quote })));
  const scores = dialects.map((one) => alike(sample, one));
  const most = Math.max(...scores);
  const tied = dialects.filter((_, i) => scores[i] === most);
  const best = bestOf(tied, sample);
  const found = delimiter !== null || most >= Math.min(2, sample.length);
  return found ? best : { delimiter: ",", quote: best.quote }; // the table has one column
}

/** The one of most numbers, then of most quoted fields; not white space where tabs cut as well and texts remain. */
function bestOf(tied: readonly Dialect[], sample: readonly string[]): Dialect {
  const scored = tied.map((one) => ({ one, ...numbers(sample, one) }));
  const tabs = tied.some(({ delimiter }) => delimiter === "\t");
  const usable = scored.filter(({ one, share }) => !(tabs && one.delimiter === BLANKS && share < 1));
  const better = (a: (typeof scored)[0], b: (typeof scored)[0]): boolean =>
    a.share > b.share || (a.share === b.share && a.inQuotes > b.inQuotes);
  return usable.reduce((best, next) => (better(next, best) ? next : best)).one;
}

/**
 * How many lines are in rows of the commonest number of fields above one. A first row that names all columns but the
 * rows' names counts too; one that is longer or shorter by one, a half.
 */
function alike(sample: readonly string[], dialect: Dialect): number {
  const cuts = withoutTails(cut(sample, dialect));
  const [, ...body] = cuts.map(([, fields]) => fields);
  const first = cuts[0][1];
  const [width, lines] = commonest(cuts);
  const near = cuts.length > 2 && first.length > 1 && Math.abs(first.length - width) === 1;
  const inTabs = dialect.delimiter === BLANKS && sample.some((line) => line.includes("\t")); // names may hold blanks
  const named = near && !inTabs && heading(first, body, dialect.delimiter !== ",").length === width;
  return lines + (named ? 1 : near ? 0.5 : 0);
}

/** The rows, each without the last of its fields if that is empty in all but the first. */
function withoutTails(cuts: readonly Cut[]): readonly Cut[] {
  const tails = cuts.slice(1).every(([, fields]) => fields.length > 1 && fields.at(-1) === "");
  return tails ? cuts.map(([n, fields]): Cut => [n, fields.at(-1) === "" ? fields.slice(0, -1) : fields]) : cuts;
}

function commonest(cuts: readonly Cut[]): readonly [width: number, lines: number] {
  const lines = new Map<number, number>();
  for (const [n, { length }] of cuts) lines.set(length, (lines.get(length) ?? 0) + (length > 1 ? n : 0));
  return [...lines].reduce((best, one) => (one[1] > best[1] ? one : best));
}

/** The share of numbers among what stands below the first row, and how many fields are quoted. */
function numbers(sample: readonly string[], dialect: Dialect): { share: number; inQuotes: number } {
  const rows = cut(sample, dialect).map(([, fields]) => fields);
  const cells = (rows.length > 1 ? rows.slice(1) : rows).flat().filter((cell) => cell !== "");
  const inQuotes = sample.reduce((sum, line) => sum + quotedFields(line, dialect), 0);
  return { share: cells.filter(isDecimal).length / Math.max(cells.length, 1), inQuotes };
}

/** The rows that begin in the first hundred lines. A line that cannot be cut is one field. */
function cut(sample: readonly string[], dialect: Dialect): Cut[] {
  const found: Cut[] = [];
  for (let at = 0; at < Math.min(sample.length, SAMPLE); ) {
    let fields = split(sample[at], dialect);
    let end = at + 1;
    let isOpen = fields === null && quotes(sample[at], dialect) % 2 === 1;
    for (; isOpen && end < sample.length; end++) isOpen = quotes(sample[end], dialect) % 2 === 0;
    if (end > at + 1) fields = split(sample.slice(at, end).join("\n"), dialect);
    found.push([end - at, fields?.length ? fields : [sample[at]]]);
    at = end;
  }
  return found;
}
