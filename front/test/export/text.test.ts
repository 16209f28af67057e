// Text exports: what stands in names is never executed, and comes back as it was typed.

/// <reference types="node" />
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { descend, tableObjective } from "../../src/engine";
import type { Exported } from "../../src/export/choices";
import { commandOf } from "../../src/export/command";
import { stepsCsv, tableCsv } from "../../src/export/csv";
import { pageOf, payloadText } from "../../src/export/page";
import { pythonOf } from "../../src/export/python";
import { csvField, pythonText, shellWord } from "../../src/export/quote";
import { formulaObjective, readFormula } from "../../src/formula";
import { readPayload } from "../../src/state/payload";
import type { Column, Recording, Scene, Settings, Table } from "../../src/types";

const HOSTILE = [
  "'; rm -rf /; '", "$(touch owned)", "`touch owned`", "a'b\"c", "\\", "!!", "-rf", "*", "~", "new\nline", "tab\there",
  "\u001b[201~touch owned\r", "\u202eright to left", "気温", "🌡️", "", " ", "#",
  "</script><script>alert(1)</script>", "a,b",
  "=cmd|'/c calc'!A1",
];

const BASE: Settings = {
  task: "table", formula: "x**2", data: "own", target: "y", features: ["x"], loss: "squared_error", standardize: false,
  rules: ["plain"], race: [], rate: 0.01, schedule: "constant", batch: 0, sampling: "shuffle", seed: 0, steps: 3,
  start: [0, 0], fixed: [false, false], moved: [], cursor: 0, view: "contour", turn: 0, tilt: 30, cutoff: 0.5,
  detail: "step", secant: null, lesson: "",
};

const column = (name: string, values: readonly number[]): Column => ({ name, values });

const XY = [column("x", [1, 3, 4]), column("y", [4, 3, 7])];

function exported(changes: Partial<Settings> = {}, columns: readonly Column[] = XY, name = "t.csv"): Exported {
  const settings = { ...BASE, ...changes };
  const table: Table = { name, columns, rows: columns[0].values.length };
  const objective = settings.task === "formula"
    ? formulaObjective(readFormula(settings.formula)) : tableObjective(table, settings);
  const start = Array.from({ length: objective.size }, (_, j) => settings.start[j] ?? 0);
  const runs = settings.rules.map((rule) => descend(objective, rule, { ...settings, start }));
  const scene = { settings, objective, runs } as unknown as Scene; // what text exports read of it
  return { scene, table: settings.task === "formula" ? null : table };
}

describe("quoting", () => {
  test.each(HOSTILE)("a shell hands over %j as it was", (text) => {
    const said = execFileSync("bash", ["-c", `printf '[%s]' ${shellWord(text)}`], { encoding: "utf8" });
    expect(said).toBe(`[${text}]`);
  });

  test.each(HOSTILE)("the word for %j has no control character but line ends", (text) => {
    expect(shellWord(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });

  test.each(HOSTILE)("the literal of %j is one line of visible characters, and reads back", (text) => {
    const literal = pythonText(text);
    expect(literal).toMatch(/^"[^\n\r\p{Cc}\p{Cf}]*"$/u);
    const plain = literal.replace(/\\U([0-9a-f]{8})/g, (_, code: string) => String.fromCodePoint(parseInt(code, 16)));
    expect(JSON.parse(plain)).toBe(text);
  });

  test("fields with commas, quotes and line ends stand in quotes", () => {
    const fields = ["plain", "a,b", 'q"t', "new\nline", " led"].map(csvField);
    expect(fields).toEqual(["plain", '"a,b"', '"q""t"', '"new\nline"', '" led"']);
  });
});

describe("copy command", () => {
  test("names what was chosen", () => {
    expect(commandOf(exported({ batch: 2, seed: 5, fixed: [false, true], start: [0, 2.6] }))).toBe(
      "steepest fit linear t.csv --target=y --features=x --learning-rate=0.01 --rule=plain --steps=3 --start=0,2.6 " +
      "--fix=intercept=2.6 --batch-size=2 --sampling=shuffle --seed=5 --trajectory=run.npz\n",
    );
  });

  test("a dragged row brings the rows along", () => {
    const lines = commandOf(exported({ moved: [[0, "y", 5]] })).split("\n");
    expect(lines.slice(0, 6)).toEqual(["cat > page.csv <<'END'", "x,y", "1,4", "3,3", "4,7", "END"]);
    expect(lines[6]).toContain("steepest fit linear page.csv");
  });

  test("a name that is the end of a here-document does not end it", () => {
    const names = [column("END", [1, 2]), column("y", [1, 3])];
    expect(commandOf(exported({ features: ["END"], moved: [[0, "y", 1]] }, names))).toContain("<<'END'\nEND,y\n");
    const alone = [column("a\nEND\nb", [1, 2]), column("y", [1, 3])];
    expect(commandOf(exported({ features: ["a\nEND\nb"], moved: [[0, "y", 1]] }, alone))).toContain("<<'END_'\n");
  });

  test("a formula that begins with a minus is no option", () => {
    const command = commandOf(exported({ task: "formula", formula: "-x", start: [1] }));
    expect(command).toMatch(/^steepest minimize '0 \+ -x' --start=1 /);
  });

  test("a variable that keeps its start becomes a number", () => {
    const formula = "x**2 + exp(y)*1e3";
    const command = commandOf(exported({ task: "formula", formula, start: [1, -2], fixed: [false, true] }));
    expect(command).toMatch(/^steepest minimize 'x\*\*2 \+ exp\(\(-2\)\)\*1e3' --start=1 /);
  });

  test("every run of a race has a line and a file of its own", () => {
    const race = [{ label: "a", rate: 0.5 }, { label: "b", rule: "momentum" }];
    const lines = commandOf(exported({ race })).trimEnd().split("\n");
    expect(lines.map((line) => /--learning-rate=(\S+) --rule=(\S+).*=(run-\d.npz)$/.exec(line)?.slice(1))).toEqual([
      ["0.5", "plain", "run-1.npz"], ["0.01", "momentum", "run-2.npz"],
    ]);
  });

  test.each(HOSTILE.filter((name) => name.trim() !== ""))("the name %j is one word of the command", (name) => {
    const columns = [column(name, [1, 3, 4]), column("y", [4, 3, 7])];
    const words = shellWords(commandOf(exported({ features: [name] }, columns, `${name}.csv`)));
    expect(words).toContain(`--features=${csvField(name)}`);
    expect(words).toContain(name.startsWith("-") ? `./${name}.csv` : `${name}.csv`);
  });
});

/** The words that bash makes of a command. */
function shellWords(command: string): readonly string[] {
  const script = `steepest() { printf '%s\\0' "$@"; }\n${command}`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8" }).split("\0");
}

describe("copy Python", () => {
  test("is a program with the numbers inside", () => {
    const program = pythonOf(exported({ fixed: [false, true], start: [0, 2.6] }));
    expect(program).toContain('problem = Problem("squared_error", fixed=("intercept",))');
    expect(program).toContain("start = [0, 2.6]");
    expect(program).toContain("        1, 3, 4,");
  });
});

describe("CSV of steps", () => {
  const { scene } = exported();
  const rows = stepsCsv(scene).trimEnd().split("\n").map((line) => line.split(","));

  test("has step, parameters, cost and gradient", () => {
    const names = ["slope of x", "intercept"];
    expect(rows[0]).toEqual(["step", ...names, "cost", ...names.map((name) => `gradient of ${name}`)]);
    expect(rows.length).toBe(5);
  });

  test("gives every number to the last bit", () => {
    rows.slice(1).forEach((row, k) => {
      expect(row.slice(1, 3).map(Number)).toEqual([...scene.runs[0].path.subarray(2 * k, 2 * k + 2)]);
      expect(Number(row[3])).toBe(scene.runs[0].cost[k]);
    });
    expect(Number(rows[1][4])).toBeCloseTo(-(4 + 9 + 28) / 3, 13);
    expect(Number(rows[1][5])).toBeCloseTo(-14 / 3, 13);
  });

  test("several runs are told apart", () => {
    const lines = stepsCsv(exported({ rules: ["plain", "momentum"] }).scene).split("\n");
    expect([0, 1, 5].map((line) => lines[line].split(",")[0])).toEqual(["run", "plain", "momentum"]);
  });
});

test("a label is no formula of a spreadsheet", () => {
  const { scene } = exported({ rules: ["plain", "momentum"] });
  const runs = scene.runs.map((run) => ({ ...run, label: "=cmd|'/c calc'!A1" }));
  expect(stepsCsv({ ...scene, runs })).toContain("\n'=cmd|'/c calc'!A1,0,");
});

test("a table keeps its labels where they are classes", () => {
  const said: Column = { name: "y", values: [0, 1], classes: ["no, never", "yes"] };
  const texts = [true, false].map((labels) => tableCsv([column("x", [1, 2]), said], labels));
  expect(texts).toEqual(['x,y\n1,"no, never"\n2,yes\n', "x,y\n1,0\n2,1\n"]);
});

test.each(HOSTILE)("the payload with %j ends no script and reads back", (formula) => {
  const payload = { version: 1, home: "file", settings: { formula } } as const;
  expect(payloadText(payload)).not.toMatch(/[<>&]/);
  expect(JSON.parse(payloadText(payload))).toEqual(payload);
  const page = pageOf({ policy: "", title: formula, style: "", still: "", packed: "", unpack: "" }, payload);
  expect(page.match(/<script/g)?.length).toBe(3);
});

test("a recording is packed as it is read", () => {
  const numbers = Float64Array.of(0, -1.5, Math.PI, 1e-300);
  const recording: Recording = {
    rule: "plain", names: ["x"], reported: 3, path: numbers, step: numbers, cost: numbers,
    verdict: { status: "stopped", message: "", advice: null },
  };
  expect(readPayload(payloadText({ version: 1, home: "report", recording })).recording).toEqual(recording);
});
