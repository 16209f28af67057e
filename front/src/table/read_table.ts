// A table from a file that the reader dropped or chose, or from pasted text. No value is guessed.

import type { Refusal } from "../refusal";
import { counted, whole } from "../text/number";
import type { Column, Table } from "../types";
import { type Read, readColumns } from "./columns";
import { Fault, refusal } from "./fault";
import { listed, openSheet } from "./sheet";
import { textOf } from "./text_file";

const MOST_BYTES = 10_000_000;
const MOST_COLUMNS = 64; // as in Python
const MOST_ROWS = 5000; // a larger table is sampled

/** A table and what was decided about it. */
interface Reading {
  readonly table: Table;
  readonly notes: readonly string[]; // a sentence each
  readonly left: readonly string[]; // columns of text that cannot be used
}

/** The table in a text, named as its file. Throws a Refusal that says what is wrong, with file, line and column. */
export function readText(text: string, name: string): Reading {
  const steps = reading(text, name);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The table in a file. The page may draw in between. */
export async function readFile(file: File): Promise<Reading> {
  if (file.size > MOST_BYTES) throw tooLarge(file.name, file.size);
  const steps = reading(textOf(new Uint8Array(await file.arrayBuffer()), file.name), file.name);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function* reading(text: string, name: string): Generator<void, Reading> {
  if (text.length > MOST_BYTES) throw tooLarge(name, text.length);
  try {
    const sheet = openSheet(linesOf(text), /\.tsv$/i.test(name) ? "\t" : null);
    const read = yield* readColumns(sheet);
    refuse(read);
    const table = tableOf(read, name);
    return { table, notes: [...sheet.notes, ...notesOf(table, sheet.index, read.left)].map(sentence), left: read.left };
  } catch (fault) {
    throw fault instanceof Fault ? refusal(fault, name) : fault;
  }
}

/** Lines without their ends; the ends of any system. */
export function linesOf(text: string): string[] {
  const lines = (text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text).replace(/^\ufeff/, "").split("\n");
  if (!lines.some((line) => line.trim() !== "")) throw new Fault("empty file: give it a header and rows");
  return lines;
}

/** Evenly spaced rows of a table that has too many. */
function tableOf({ columns, rows }: Read, name: string): Table {
  if (rows <= MOST_ROWS) return { name, columns, rows };
  const chosen = Array.from({ length: MOST_ROWS }, (_, i) => Math.floor((i * rows) / MOST_ROWS));
  const sample = columns.map((column): Column => ({ ...column, values: chosen.map((row) => column.values[row]) }));
  return { name, columns: sample, rows: MOST_ROWS, sampledFrom: rows };
}

function tooLarge(name: string, bytes: number): Refusal {
  const size = `${(bytes / 1e6).toFixed(1)} MB, and the page reads ${MOST_BYTES / 1e6} MB at most`;
  return refusal(new Fault(`${size}: open it from the command line, steepest lab FILE`), name);
}

function refuse({ columns, left }: Read): void {
  const text = left.length ? `, ${listed(left)} hold${left.length > 1 ? "" : "s"} text` : "";
  if (columns.every(({ classes }) => classes)) throw new Fault(`no column of numbers${text}: add one`);
  if (columns.length < 2) throw new Fault(`one column that can be used${text}: a target and a feature need two`);
  const many = counted(columns.length, "column");
  if (columns.length > MOST_COLUMNS) throw new Fault(`${many}: the page holds ${MOST_COLUMNS} at most, leave some out`);
}

function notesOf({ rows, sampledFrom }: Table, index: readonly string[], left: readonly string[]): string[] {
  const of = sampledFrom;
  return [
    ...(index.length ? [`the index of the rows, column ${listed(index)}, is left out`] : []),
    ...(left.length ? [`text is left out: column ${listed(left)}`] : []),
    ...(of ? [`the page holds ${whole(rows)} of ${whole(of)} rows, evenly spaced`] : []),
  ];
}

const sentence = (note: string): string => `${note[0].toUpperCase()}${note.slice(1)}.`;
