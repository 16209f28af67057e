// The shape of the sources: rooms import downwards only, no import goes in a circle, every export is used, and every
// file is short and begins with what it holds. README.md shows the rooms.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
/** Rooms and single files of src/, from below: each imports from those before it; of one line, none from another. */
const LAYERS = [
  ["types.ts", "refusal.ts", "unpack.ts"],
  ["text"],
  ["engine", "formula", "table", "lessons"],
  ["judge"],
  ["draw", "state"],
  ["export"],
  ["ui"],
  ["replay", "main.tsx"],
];
const LINES = 300;
const COLUMNS = 120;

const isSource = (file: string): boolean => /\.(tsx?|css)$/.test(file);
const filesOf = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter(isSource)
    .map((file) => join(folder, file));

const sources = [...filesOf("src"), ...filesOf("test")].sort();
const textOf = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const texts = new Map(sources.map((file) => [file, textOf(file)]));
const written = sources.filter((file) => !file.endsWith(".gen.ts"));

interface Import {
  readonly names: readonly string[]; // "*": all of them
  readonly from: string;
}

const STATEMENT = /^(?:import|export)\s+(?:type\s+)?(?:\{([^}]*)\}|\*(?: as \w+)?)\s+from "(\.[^"]+)";/gm;

/** The imports of a file from other files here, its re-exports among them. */
function importsOf(file: string): Import[] {
  return [...texts.get(file)!.matchAll(STATEMENT)].flatMap(([, braces, path]) => {
    const base = relative(ROOT, join(ROOT, dirname(file), path));
    const from = [base, `${base}.ts`, `${base}.tsx`, join(base, "index.ts")].find((known) => texts.has(known));
    return from === undefined ? [] : [{ names: braces === undefined ? ["*"] : namesIn(braces), from }];
  });
}

const namesIn = (braces: string): string[] =>
  braces.split(",").map((name) => name.trim().replace(/^type /, "").replace(/ as .*/, "")).filter(Boolean);

const imports = new Map(sources.map((file) => [file, importsOf(file)]));
const roomOf = (file: string): string => file.split("/")[1];
const layerOf = (room: string): number => LAYERS.findIndex((rooms) => rooms.includes(room));

describe.each(written)("%s", (file) => {
  const text = texts.get(file)!;

  test("is short", () => expect(text.split("\n").length - 1).toBeLessThanOrEqual(LINES));

  test("has lines that fit", () => expect(text.split("\n").filter((line) => [...line].length > COLUMNS)).toEqual([]));

  test("begins with a comment that says what it is", () => expect(text).toMatch(/^(\/\/|\/\*) \S/));
});

test("rooms import from the rooms below them", () => {
  const upward = sources.filter((file) => /^src\/.*\.tsx?$/.test(file)).flatMap((file) =>
    imports.get(file)!.map(({ from }) => [file, from] as const).filter(([one, other]) => {
      const [here, there] = [roomOf(one), roomOf(other)];
      return here !== there && layerOf(there) >= layerOf(here);
    }),
  );
  expect(upward).toEqual([]);
});

test("every room has its layer", () => {
  const rooms = sources.filter((file) => /^src\/(.*\.tsx?|.+\/.+)$/.test(file)).map(roomOf);
  expect([...new Set(rooms)].filter((room) => layerOf(room) < 0 && !room.endsWith(".d.ts"))).toEqual([]);
});

test("no import goes in a circle", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" > "));
    if (done.has(file)) return;
    done.add(file);
    for (const { from } of imports.get(file)!) visit(from, [...path, file]);
  };
  for (const file of sources) visit(file, []);
  expect(circles).toEqual([]);
});

const EXPORTED = /^export (?:async )?(?:const|function|class|interface|type) (\w+)|^export (?:type )?\{([^}]*)\}/gm;

test("every export is imported somewhere", () => {
  const all = [...imports.values()].flat();
  const used = new Set(all.flatMap(({ names, from }) => names.map((name) => `${from}:${name}`)));
  const python = readdirSync(join(ROOT, "../tests/lab")).filter((file) => file.endsWith(".py"));
  const scripts = python.map((file) => textOf(join("../tests/lab", file))).join("\n");
  const driven = new Set([...scripts.matchAll(/import \{([^}]*)\} from "/g)].flatMap(([, braces]) => namesIn(braces)));
  const unused = written.filter((file) => /\.tsx?$/.test(file)).flatMap((file) =>
    [...texts.get(file)!.matchAll(EXPORTED)]
      .flatMap(([, name, braces]) => (name === undefined ? namesIn(braces) : [name]))
      .filter((name) => !used.has(`${file}:${name}`) && !used.has(`${file}:*`))
      .filter((name) => !driven.has(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(unused).toEqual([]);
});
