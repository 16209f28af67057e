// Tables: what is read, what is refused with its place, samples, hostile names, speed; and the built-in ones.

import { describe, expect, test } from "vitest";
import { builtin, choose, lossFor, readFile, readText } from "../src/table";
import type { Column } from "../src/types";

const columns = (text: string, name = "t.csv"): Record<string, readonly number[]> =>
  Object.fromEntries(readText(text, name).table.columns.map((column) => [column.name, column.values]));
const file = (data: BlobPart, name = "t.csv"): File => new File([data], name);

describe("dialects", () => {
  const known = { x: [1, 2], y: [2.5, -3] };

  test.each([
    ["x,y\n1,2.5\n2,-3\n"],
    ["x;y\r\n1;2.5\r\n2;-3"],
    ["x\ty\r1\t2.5\r2\t-3\r"],
    ["x  y\n1    2.5\n2    -3e0\n\n"],
    ["\ufeffx|y\n1|2.5\n2|-3"],
    ['"x","y"\n"1","2.5"\n"2","-3"'],
    ["sep=;\nx;y\n1;2.5\n2;-3"],
    ["# made in May\nx,y\n1,2.5\n2,-3"],
    [",x,y\n1,1,2.5\n2,2,-3"],
    ["x,y,\n1,2.5,\n2,-3,"],
  ])("%j", (text) => expect(columns(text)).toEqual(known));

  test("no header: columns are numbered", () => expect(columns("1,2\n3,4")).toEqual({ c1: [1, 3], c2: [2, 4] }));

  test("a quoted name may hold the delimiter, quotes and a new line", () => {
    expect(Object.keys(columns('"a, ""b""\nc",y\n1,2\n3,4'))).toEqual(['a, "b"\nc', "y"]);
  });
});

describe("what is refused, with its place", () => {
  test.each([
    ["x,y\n1,2\n3;4,5\n", "t.csv, line 3, column 'x': '3;4' is not a number: correct it or remove the row"],
    ["x;y\n1;2\n3;4,5\n", "t.csv, line 3, column 'y': '4,5' is not a number: write 4.5"],
    ["x;y\n1;2\n3;1,250\n", "t.csv, line 3, column 'y': '1,250' is not a number: write 1250 or 1.250"],
    ["x,y\n1,\n3,4\n", "t.csv, line 2, column 'y': missing value: remove the row or fill it in"],
    ["x,y\n1,2\nNA,4\n", "t.csv, line 3, column 'x': missing value 'NA': remove the row or fill it in"],
    ["x,y\n1,nan\n3,4\n", "t.csv, line 2, column 'y': missing value 'nan': remove the row or fill it in"],
    ["x,y\n1,2\n3,inf\n", "t.csv, line 3, column 'y': 'inf' is not finite: correct it or remove the row"],
    ["x,y\n1,2\n3,0x10\n5,6", "t.csv, line 3, column 'y': '0x10' is not a number: correct it or remove the row"],
    ["x,y\n1,2\n3\n", "t.csv, line 3: 1 field, expected 2: complete the row or remove it"],
    ["x,x\n1,2\n", "t.csv, line 1: two columns are called 'x': rename one"],
    ['x,y\n1,"2\n', "t.csv, line 2: a quote opens here and is never closed: close it"],
    ["x,y\n1,2\n\n3,4", "t.csv, line 3: blank line within the table: remove it"],
    ["x,y", "t.csv: a header and no rows: add the data below it"],
    [" \n", "t.csv: empty file: give it a header and rows"],
    ["x\n1\n2", "t.csv: one column that can be used: a target and a feature need two"],
    ["a,b\nred,x\nblue,y\nred,z", "t.csv: no column of numbers, b holds text: add one"],
  ])("%j", (text, words) => expect(() => readText(text, "t.csv")).toThrow(words));

  test("a file's name and a column's are shown on one line, hidden characters as escapes", () => {
    const text = 'x,"<b>\u202e\n"\n1,2\n3,z\n5,6';
    const words = "a\\u202eb.csv, line 4, column '<b>\\u202e': 'z' is not a number: correct it or remove the row";
    expect(() => readText(text, "a\u202eb.csv")).toThrow(words);
  });

  test("a table of too many columns", () => {
    const wide = Array.from({ length: 65 }, (_, j) => j + 0.5).join(",");
    expect(() => readText(`${wide}\n${wide}`, "t.csv")).toThrow("65 columns: the page holds 64 at most");
    const row = Array.from({ length: 1001 }, (_, j) => j + 0.5).join(",");
    expect(() => readText(`${row}\n${row}`, "t.csv")).toThrow("1,001 columns: the page reads 1,000 columns at most");
  });
});

describe("text", () => {
  test("two labels are classes, sorted; the second is 1", () => {
    const { table, left, notes } = readText("x,end,town\n1,yes,Rome\n2,no,Oslo\n3,yes,Bern\n", "t.csv");
    expect(table.columns).toEqual([
      { name: "x", values: [1, 2, 3] },
      { name: "end", values: [1, 0, 1], classes: ["no", "yes"] },
    ]);
    expect(left).toEqual(["town"]);
    expect(notes).toEqual(["Text is left out: column town."]);
  });

  test("text with a gap, of one label, or of a long one is left out", () => {
    const { left } = readText(`x,a,b,c,y\n1,yes,u,v,1\n2,,u,${"w".repeat(201)},2\n3,no,u,v,3`, "t.csv");
    expect(left).toEqual(["a", "b", "c"]);
  });

  const long = "n".repeat(300);
  test.each(["<script>alert(1)</script>", "price in $ (net)", "\u202ex", long, "気温", "__proto__", "=1+1", "'"])(
    "the name %s stays as typed",
    (name) => expect(readText(`"${name}",y\n1,2\n3,4`, "t.csv").table.columns[0].name).toBe(name),
  );
});

describe("files", () => {
  test("are read as text in the encoding of their mark", async () => {
    const wide = new Uint16Array([...("\ufeffx,y\n1,2\n3,4")].map((letter) => letter.charCodeAt(0)));
    expect((await readFile(file(wide))).table.rows).toBe(2);
    expect((await readFile(file("気温,y\n1,2\n3,4"))).table.columns[0].name).toBe("気温");
  });

  test.each([
    [new Uint8Array([120, 44, 121, 10, 0xef, 10, 50]), "t.csv, line 2: not UTF-8: save the file as UTF-8"],
    [new Uint8Array([120, 10, 49, 0, 50]), "t.csv, line 2: NUL byte: the file is damaged or not text"],
    [new Uint8Array([0x50, 0x4b, 3, 4, 20]), "t.csv: not a text table but a zip, Excel or .npz file: save it as CSV"],
    [new Uint8Array([0x89, 80, 78, 71]), "t.csv: not a text table but a picture: drop a table"],
    [new Uint8Array(0), "t.csv: empty file: give it a header and rows"],
  ])("%# are refused", async (bytes, words) => expect(readFile(file(bytes))).rejects.toThrow(words));

  test("above 10 MB are refused with the remedy", async () => {
    const large = file(new Uint8Array(10_000_001), "big.csv");
    const words = "big.csv: 10.0 MB, and the page reads 10 MB at most: ";
    await expect(readFile(large)).rejects.toThrow(`${words}open it from the command line, steepest lab FILE`);
  });

  test("of 10 MB take about a second, and the page draws in between", { timeout: 20_000 }, async () => {
    const line = (i: number): string => `${i},${(i * 0.37).toFixed(3)},${-i % 97},"${i % 2 ? "yes" : "no"}",7.25,1e-3`;
    let text = `row,a,b,end,c,d\n${Array.from({ length: 240_000 }, (_, i) => line(i)).join("\n")}`;
    text = text.slice(0, text.lastIndexOf("\n", 9_999_000));
    const began = performance.now();
    let drawn = 0;
    const clock = setInterval(() => drawn++, 1);
    const { table } = await readFile(file(text));
    clearInterval(clock);
    expect(performance.now() - began).toBeLessThan(8000); // 0.8 s where nothing else runs
    expect(drawn).toBeGreaterThan(3);
    expect(table).toMatchObject({ rows: 5000, sampledFrom: text.split("\n").length - 1 });
    expect(table.columns.map(({ name }) => name)).toEqual(["row", "a", "b", "end", "c", "d"]);
  });
});

test("a sample is evenly spaced and keeps whole rows", () => {
  const text = `x,y\n${Array.from({ length: 12_345 }, (_, i) => `${i}.5,${2 * i}`).join("\n")}`;
  const { table, notes } = readText(text, "t.csv");
  expect(notes).toEqual(["The page holds 5,000 of 12,345 rows, evenly spaced."]);
  const [x, y] = table.columns.map(({ values }) => values);
  expect([table.rows, table.sampledFrom, x[0]]).toEqual([5000, 12_345, 0.5]);
  expect(x.every((value, i) => y[i] === 2 * value - 1)).toBe(true);
  const gaps = x.slice(1).map((value, i) => value - x[i]);
  expect(new Set(gaps)).toEqual(new Set([2, 3]));
});

test("one long quoted field that is never closed does not freeze the page", () => {
  const text = `x,y\n1,"${'""a'.repeat(1_000_000)}\n`;
  const began = performance.now();
  expect(() => readText(text, "t.csv")).toThrow("line 2");
  expect(performance.now() - began).toBeLessThan(3000);
});

describe("the choice of columns", () => {
  const table = readText("x,end,y\n1,yes,0\n2,no,1\n3,yes,1\n", "t.csv").table;
  const [x, end, y] = table.columns;

  test("the last column of numbers is the target, the other numbers the features", () => {
    expect(choose(table)).toEqual({ target: "y", features: ["x"] });
    expect(choose(table, "x")).toEqual({ target: "x", features: ["y"] });
    expect(choose(table, "end")).toEqual({ target: "end", features: ["x", "y"] });
  });

  test("a last column of two classes is the target", () => {
    const labels = readText("x,y,end\n1,2,b\n3,4,a\n", "t.csv").table;
    expect(choose(labels)).toEqual({ target: "end", features: ["x", "y"] });
  });

  test("one column is not enough", () => {
    expect(() => choose({ ...table, columns: [x] })).toThrow("need two columns");
  });

  test("the loss fits the target", () => {
    const two: Column = { name: "z", values: [1, 2, 1] };
    expect([x, end, y, two].map(lossFor)).toEqual(["squared_error", "log_loss", "log_loss", "squared_error"]);
  });
});

test.each(Object.entries(builtin))("the built-in table %s holds finite numbers", (name, { table, settings }) => {
  const { target, features } = choose(table);
  expect(table.name).toBe(name);
  expect(table.columns.every(({ values }) => values.length === table.rows && values.every(Number.isFinite))).toBe(true);
  expect(features.length).toBe(table.columns.length - 1);
  expect(settings.loss ?? "squared_error").toBe(lossFor(table.columns.find((column) => column.name === target)!));
});
