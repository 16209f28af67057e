// What a table is read for unless the reader says otherwise: its target, its features, and the loss of the target.

import { Refusal } from "../refusal";
import type { Column, Table } from "../types";

/** Names of the columns in use. */
interface Parts {
  readonly target: string;
  readonly features: readonly string[];
}

/**
 * The target that is given, else the last column if it holds two classes, else the last column of numbers; the features
 * are all other columns of numbers.
 */
export function choose({ columns }: Table, given = ""): Parts {
  const numbers = columns.filter(({ classes }) => !classes);
  const last = columns.at(-1);
  const target = columns.find(({ name }) => name === given) ?? (last?.classes ? last : numbers.at(-1));
  const features = numbers.filter((column) => column !== target).map(({ name }) => name);
  if (!target || !features.length) throw new Refusal("a target and a feature need two columns: the table has one");
  return { target: target.name, features };
}

/** Two classes: labels, or 0 and 1. */
export function lossFor({ values, classes }: Column): "log_loss" | "squared_error" {
  const both = values.includes(0) && values.includes(1);
  return classes || (both && values.every((value) => value === 0 || value === 1)) ? "log_loss" : "squared_error";
}
