// Settings as the part of an address behind "#", and back: the rate, and what differs from the lesson or the defaults.
// Lists are joined by commas, each item percent-encoded; numbers are written so that they are read back exactly.

import { lessonNamed, opened } from "../lessons";
import type { Racer, Settings, Table } from "../types";
import { DEFAULTS, KEYS, same, usable, valid } from "./settings";

const LONGEST_LINK = 2_000_000;

interface Link {
  /** Null: the link says nothing of the settings. */
  readonly settings: Settings | null;
  readonly table: Table | null;
}

/** "#rate=0.056&rules=plain,adam". With a table, its columns are in the link too. */
export function linkOf(settings: Settings, table: Table | null = null): string {
  const base = settingsOf(settings.lesson);
  const told = KEYS.filter((key) => key === "rate" || !same(settings[key], key === "lesson" ? "" : base[key]));
  const parts = told.map((key) => `${key}=${written(settings[key])}`);
  if (table) parts.push(`table=${encodeURIComponent(JSON.stringify(table))}`);
  return `#${parts.join("&")}`;
}

/** What a link says, as far as it can be understood: anything else is ignored. */
export function readLink(hash: string): Link {
  if (hash.length > LONGEST_LINK) return { settings: null, table: null };
  const fields = new Map(hash.replace(/^#/, "").split("&").map(halves));
  const given = KEYS.filter((key) => fields.has(key)).map((key) => [key, readAs(key, fields.get(key) ?? "")] as const);
  const changes = usable(Object.fromEntries(given));
  const settings = Object.keys(changes).length ? valid(changes, settingsOf(changes.lesson)) : null;
  return { settings, table: tableOf(fields.get("table")) };
}

/** The settings with which a lesson begins; without one, those of a new page. */
export function settingsOf(lesson: string | undefined): Settings {
  const named = lesson ? lessonNamed(lesson) : undefined;
  return named ? valid(opened(named)) : DEFAULTS;
}

function halves(part: string): [string, string] {
  const at = part.indexOf("=");
  return at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
}

/** Items are joined by commas, their parts by colons. */
function written(value: Settings[keyof Settings]): string {
  if (!Array.isArray(value)) return encodeURIComponent(String(value));
  return value
    .map((item) =>
      partsOf(item)
        .map((part) => encodeURIComponent(String(part)))
        .join(":"),
    )
    .join(",");
}

function partsOf(item: unknown): readonly unknown[] {
  if (Array.isArray(item)) return item;
  if (typeof item !== "object" || item === null) return [item];
  const { label, rule = "", rate = "", batch = "" } = item as Racer;
  return [label, rule, rate, batch];
}

/** The text of one field with the type that its default has. */
function readAs(key: keyof Settings, field: string): unknown {
  const items = field === "" ? [] : field.split(",");
  if (key === "start") return items.map(number);
  if (key === "fixed") return items.map((item) => item === "true");
  if (key === "moved")
    return items.map((item) => item.split(":")).map((m) => [number(m[0]), plain(m[1]), number(m[2])]);
  if (key === "race") return items.map((item) => item.split(":")).map(racerOf);
  if (key === "secant") return field === "null" ? null : number(field);
  if (key === "rules" || key === "features") return items.map(plain);
  if (typeof DEFAULTS[key] === "number") return number(field);
  if (typeof DEFAULTS[key] === "boolean") return field === "true" ? true : field === "false" ? false : undefined;
  return plain(field);
}

const racerOf = ([label, rule, rate, batch]: readonly string[]): Record<keyof Racer, unknown> => ({
  label: plain(label),
  rule: plain(rule),
  rate: number(rate),
  batch: number(batch),
});

const number = (field: string | undefined): number => (field ? Number(plain(field)) : NaN);

function plain(field: string | undefined): string | undefined {
  try {
    return field === undefined ? undefined : decodeURIComponent(field);
  } catch {
    return undefined; // a broken percent sign
  }
}

function tableOf(field: string | undefined): Table | null {
  try {
    return validTable(JSON.parse(plain(field) ?? "null"));
  } catch {
    return null;
  }
}

/** A table as written by `linkOf`, or null: columns of one length, all numbers finite. */
function validTable(value: unknown): Table | null {
  const { name, columns, rows } = (value ?? {}) as Partial<Record<keyof Table, unknown>>;
  if (typeof name !== "string" || typeof rows !== "number" || !Array.isArray(columns) || !columns.length) return null;
  const isColumn = (column: { name?: unknown; values?: unknown; classes?: unknown } | null): boolean =>
    typeof column?.name === "string" &&
    Array.isArray(column.values) &&
    column.values.length === rows &&
    column.values.every(Number.isFinite) &&
    isClasses(column.classes);
  return columns.every(isColumn) ? { name, columns, rows } : null;
}

const isClasses = (classes: unknown): boolean =>
  classes === undefined ||
  (Array.isArray(classes) && classes.length === 2 && classes.every((c) => typeof c === "string"));
