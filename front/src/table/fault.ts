// What is wrong with a table, and where: a line from 1 (the header is a line too) and a column's name.

import { quoted, visible } from "../text/quoted";
import { Refusal } from "../refusal";

/** Thrown by the readers, which do not know the file's name. */
export class Fault extends Error {
  constructor(
    readonly problem: string,
    readonly line?: number,
    readonly column?: string,
  ) {
    super(problem);
  }
}

/** The sentence that the reader sees, as Python words it. */
export function refusal({ problem, line, column }: Fault, file: string): Refusal {
  const place = [visible(file)];
  if (line !== undefined) place.push(`line ${line}`);
  if (column !== undefined) place.push(`column ${quoted(column)}`);
  return new Refusal(`${place.join(", ")}: ${problem}`);
}
