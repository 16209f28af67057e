// The arithmetic of one step of the leading rule, in numbers: gradient, what the rule makes of it, and the update.

import { losses, rules } from "../engine/engine.gen";
import { stateOf, unitVector } from "../engine/parameters";
import { parseSpec } from "../engine/spec";
import { counted, MINUS, number, TIMES, whole } from "../text/number";
import type { Objective, Run, Settings, TableObjective, Vec } from "../types";
import { digitsOf, equation, term, words, type Line } from "./equation";
import { paceOf } from "./pace";
import { memoryBefore } from "./replay";
import { storyOf } from "./stories";

export type { Line } from "./equation";

const FEW = 3; // rows of a batch whose errors are written out
const NAMED = 8; // rows of a batch whose numbers are given

/** The lines of the step from state `step` to the next one; of the last step at the end of the run. */
export function arithmetic(run: Run, objective: Objective, settings: Settings, step: number): readonly Line[] {
  const t = Math.min(Math.max(0, step), run.steps - 1);
  if (run.steps < 1) return [words("step", "no step was taken")];
  const symbols = symbolsOf(objective);
  const rows = run.rowsOf(t);
  const g = new Float64Array(run.size);
  objective.gradient(stateOf(run, t), g, rows, 0, rows?.length ?? objective.rows);
  const lines = symbols.flatMap((symbol, j) =>
    settings.fixed[j]
      ? [words(symbol, `stays at ${number(run.path[t * run.size + j])}`)]
      : linesOf({ run, objective, settings, t, rows, g, j, symbol }),
  );
  return rows && objective.table ? [drawn(rows), ...lines] : lines;
}

/** One parameter in one step. */
interface Place {
  readonly run: Run;
  readonly objective: Objective;
  readonly settings: Settings;
  readonly t: number;
  readonly rows: Int32Array | null;
  readonly g: Vec;
  readonly j: number;
  readonly symbol: string;
}

function linesOf(place: Place): readonly Line[] {
  const { run, objective, settings, t, g, j, symbol } = place;
  const { record, self } = parseSpec(run.rule, rules, "rule");
  const [old, fresh] = [run.path[t * run.size + j], run.path[(t + 1) * run.size + j]];
  if (record.elementwise && record.answer) return [words(symbol, `${number(old)} → ${number(fresh)}`)];
  const rate = paceOf(settings)(t + 1);
  const story = storyOf(record.name, {
    self, symbol, g: g[j], t: t + 1,
    direction: (old - fresh) / rate,
    memory: memoryBefore(run, objective, settings, t)?.[j] ?? null,
  });
  const terms = [term(old, "old"), ` ${MINUS} `, term(rate, "rate"), ` ${TIMES} `, story.direction];
  const update = equation(`${symbol} ←`, terms, "new", ([w, eta, p]) => w - eta * p);
  const written = [...story.lines, update];
  const shown = written.flatMap((line) => line.parts).find((part) => part.role === "gradient")?.text ?? number(g[j]);
  return [gradientLine(place, shown.replace(/[()]/g, "")), ...written];
}

/** The component of the gradient with its formula, and the digits of the next lines; of a few rows their errors. */
function gradientLine(place: Place, shown: string): Line {
  const { objective, rows, j, symbol } = place;
  const label = `∂cost/∂${symbol} =`;
  if (!objective.table) return slopeLine(`${objective.size > 1 ? "∂f/∂" : "df/d"}${symbol} =`, "", shown);
  const error = errorOf(objective.table);
  const column = columnOf(objective, place.settings, j);
  if (rows?.length === 1 && column === "") return slopeLine(label, `${error} = `, shown);
  if (rows && rows.length <= FEW) return fewRows(label, [error, column], place, rows, digitsOf(place.g[j], shown));
  const over = rows ? ` over ${counted(rows.length, "row")}` : "";
  return slopeLine(label, `mean ${error}${column}${over} = `, shown);
}

const slopeLine = (label: string, formula: string, shown: string): Line => ({
  label,
  parts: [...(formula ? [{ text: formula, role: "text" } as const] : []), { text: shown, role: "gradient" }],
});

/** The mean over one, two or three rows, written out. */
function fewRows(
  label: string, [error, column]: readonly string[], { run, objective, t, j }: Place, rows: Int32Array, digits: number,
): Line {
  const table = objective.table!;
  const w = stateOf(run, t);
  const { record: loss, self } = parseSpec(table.loss, losses, "loss");
  const unit = unitVector(j, w.length);
  const several = rows.length > 1;
  const pairs = [...rows].flatMap((row, i) => {
    const slope = term(loss.slope(self, table.linear(w, row), table.target.values[row]), "old");
    const plus = i > 0 ? [" + "] : [];
    return column === "" ? [...plus, slope] : [...plus, slope, ` ${TIMES} `, term(table.linear(unit, row), "old")];
  });
  const width = column === "" ? 1 : 2;
  const mean = (terms: readonly number[]): number => {
    let sum = 0;
    for (let i = 0; i < terms.length; i += width) sum += width === 1 ? terms[i] : terms[i] * terms[i + 1];
    return sum / rows.length;
  };
  const head = `${several ? "mean " : ""}${error}${column} = ${several ? "(" : ""}`;
  const line = equation(label, several ? [...pairs, `) / ${rows.length}`] : pairs, "gradient", mean, digits);
  return { label, parts: [{ text: head, role: "text" }, ...line.parts] };
}

const drawn = (rows: Int32Array): Line => {
  const first = [...rows.subarray(0, NAMED)].map((row) => whole(row + 1)).join(", ");
  const more = rows.length > NAMED ? ` and ${whole(rows.length - NAMED)} more` : "";
  return words(rows.length === 1 ? "row drawn:" : "rows drawn:", first + more);
};

/** m and b of one column; m₁, m₂ ... of several; the variables of a formula. */
function symbolsOf(objective: Objective): readonly string[] {
  if (!objective.table) return objective.names;
  const slopes = objective.size - 1;
  return [...Array.from({ length: slopes }, (_, j) => (slopes === 1 ? "m" : `m${lowered(j + 1)}`)), "b"];
}

/** The derivative of a row's loss by its prediction. */
function errorOf({ loss }: TableObjective): string {
  const name = parseSpec(loss, losses, "loss").record.name;
  const known: Readonly<Record<string, string>> = {
    squared_error: `(z ${MINUS} y)`, mse: `2 (z ${MINUS} y)`, log_loss: `(P ${MINUS} y)`, poisson: `(exp z ${MINUS} y)`,
  };
  return known[name] ?? "(slope of the loss)";
}

/** The column that multiplies the error; none of the intercept. */
function columnOf(objective: Objective, settings: Settings, j: number): string {
  if (j === objective.size - 1) return "";
  const x = objective.size === 2 ? "x" : `x${lowered(j + 1)}`;
  return settings.standardize ? ` ${x} standardized` : ` ${x}`;
}

const lowered = (n: number): string => [...String(n)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
