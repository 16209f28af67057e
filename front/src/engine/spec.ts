// Records by name, as the command line spells them: "momentum:beta=0.95".

import { Refusal } from "../refusal";
import type { Fields } from "./records";

/** A record with its settings. */
export interface Bound<T> {
  readonly record: T;
  readonly self: Fields;
}

type Named = { readonly name: string; readonly defaults: Fields };

/** The record that a text such as "momentum:beta=0.95" names; a Refusal says what is wrong with it. */
export function parseSpec<T extends Named>(spec: string, records: Readonly<Record<string, T>>, what: string): Bound<T> {
  const [asked, ...rest] = spec.split(":");
  const found = nameIn(records, spec);
  if (!Object.hasOwn(records, found)) {
    throw new Refusal(`no ${what} is called "${asked}": choose one of ${Object.keys(records).sort().join(", ")}`);
  }
  const record = records[found];
  const fields = rest.join(":").split(",").filter((item) => item !== "").map((item) => field(record, item, what));
  return { record, self: { ...record.defaults, ...Object.fromEntries(fields) } };
}

/** The name of the record that a text such as "momentum:beta=0.95" names; its own head where there is none. */
export function nameIn(records: Readonly<Record<string, Named>>, spec: string): string {
  const [asked] = spec.split(":");
  return Object.keys(records).find((known) => plain(known) === plain(asked)) ?? asked;
}

/** The text that names a record with these settings; those that are the defaults are left out. */
export function toSpec(record: Named, self: Fields): string {
  const changed = Object.keys(record.defaults).filter((key) => self[key] !== record.defaults[key]);
  return record.name + (changed.length > 0 ? ":" : "") + changed.map((key) => `${key}=${self[key]}`).join(",");
}

/** Names are the same with and without underscores, as in Python. */
function plain(name: string): string {
  return name.replaceAll("_", "");
}

function field(record: Named, item: string, what: string): [string, number] {
  const [key, ...rest] = item.split("=");
  const text = rest.join("=").trim();
  const known = Object.keys(record.defaults);
  const name = `${what} "${record.name}"`;
  if (!known.includes(key)) throw new Refusal(`${name} has no field "${key}": it has ${known.join(", ") || "none"}`);
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) throw new Refusal(`${name}: ${key}="${text}" is not a number`);
  return [key, value];
}
