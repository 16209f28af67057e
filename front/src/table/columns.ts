// The columns of a sheet: numbers, or the labels of text; the first cell at fault is named.

import type { Column } from "../types";
import { finite, isMissing, isNumeric, numberFault, strip } from "./cells";
import { Fault } from "./fault";
import { type Row, sampled } from "./rows";
import type { Sheet } from "./sheet";
import { SAMPLE } from "./sniffing";

const BLOCK = 1 << 12; // rows between two breaths
const LONGEST_LABEL = 200; // characters

/** Columns of a table, all its rows, and the names of columns of text that cannot be used. */
export interface Read {
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly left: readonly string[];
}

/** A column that is being read. */
interface Builder {
  readonly name: string;
  take(rows: readonly Row[], place: number): void;
  /** The column; null if it cannot be used. */
  column(): Column | null;
}

/** Read all rows; pauses between blocks of them, so that a page can draw. */
export function* readColumns(sheet: Sheet): Generator<void, Read> {
  const first = sampled(sheet.rows(), SAMPLE);
  const text = sheet.names.map((_, j) => holdsText(first.map(({ fields }) => fields[j])));
  const places = [...sheet.names.keys()].filter((j) => !sheet.index.includes(sheet.names[j]));
  const builders = places.map((j) => (text[j] ? new Labels(sheet.names[j]) : new Numbers(sheet.names[j])));
  let rows = 0;
  for (const block of blocks(sheet.rows())) {
    builders.forEach((builder, i) => builder.take(block, places[i]));
    rows += block.length;
    yield;
  }
  const columns = builders.map((builder) => builder.column());
  const left = builders.filter((_, i) => columns[i] === null).map(({ name }) => name);
  return { columns: columns.filter((column) => column !== null), rows, left };
}

function* blocks(rows: Iterable<Row>): Generator<Row[]> {
  let block: Row[] = [];
  for (const row of rows) {
    block.push(row);
    if (block.length < BLOCK) continue;
    yield block;
    block = [];
  }
  if (block.length) yield block;
}

/** Whether most cells that are not missing are no numbers, nor meant as such. */
function holdsText(cells: readonly string[]): boolean {
  const present = cells.filter((cell) => !isMissing(cell));
  return 2 * present.filter(isNumeric).length < present.length;
}

class Numbers implements Builder {
  private readonly values: number[] = [];

  constructor(readonly name: string) {}

  take(rows: readonly Row[], place: number): void {
    for (const { line, fields } of rows) {
      const value = finite(fields[place]);
      if (Number.isNaN(value)) throw new Fault(numberFault(fields[place]), line, this.name);
      this.values.push(value);
    }
  }

  column(): Column {
    return { name: this.name, values: this.values };
  }
}

/** Text: a column of two labels becomes 0 and 1, in the order of their letters; another is not used. */
class Labels implements Builder {
  private readonly codes: number[] = [];
  private readonly labels: string[] = [];
  private usable = true;

  constructor(readonly name: string) {}

  take(rows: readonly Row[], place: number): void {
    for (let i = 0; this.usable && i < rows.length; i++) this.add(strip(rows[i].fields[place]));
  }

  private add(label: string): void {
    let code = this.labels.indexOf(label);
    if (code < 0) code = this.labels.push(label) - 1;
    this.codes.push(code);
    this.usable = code < 2 && !isMissing(label) && label.length <= LONGEST_LABEL;
  }

  column(): Column | null {
    const [a, b] = this.labels;
    if (!this.usable || b === undefined) return null;
    const swapped = byLetters(a, b) > 0;
    const values = swapped ? this.codes.map((code) => 1 - code) : this.codes;
    return { name: this.name, values, classes: swapped ? [b, a] : [a, b] };
  }
}

/** Order of texts by their characters, as Python sorts them. */
function byLetters(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((letter, i) => letter !== right[i]);
  if (at < 0 || at >= right.length) return left.length - right.length;
  return left[at].codePointAt(0)! - right[at].codePointAt(0)!;
}
