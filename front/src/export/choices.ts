// What was chosen, in the words of Python: shared by "copy command" and "copy Python".

import type { Column, Scene, Settings, Table } from "../types";

/** What an export is made of. */
export interface Exported {
  readonly scene: Scene;
  readonly table: Table | null; // before rows were dragged; null: a formula
}

/** One run: rule, learning rate and rows a step as Python takes them. */
export interface Choice {
  readonly rule: string;
  readonly rate: string; // a number, or a schedule such as "inverse_scaling:eta=0.1"
  readonly batch: number; // 0: all rows
}

/** The runs of the page in their order. */
export function choicesOf({ race, rules, rate, batch, schedule }: Settings): readonly Choice[] {
  const runs = race.length > 0 ? race : rules.map((rule) => ({ rule }));
  return runs.map((run) => {
    const own = { rule: rules[0], rate, batch, ...run };
    return { rule: own.rule, rate: rateText(schedule, own.rate), batch: own.batch };
  });
}

function rateText(schedule: string, rate: number): string {
  if (schedule === "constant") return String(rate);
  return `${schedule}${schedule.includes(":") ? "," : ":"}eta=${rate}`;
}

/** Where the descent begins, in the columns' own units; as many numbers as parameters. */
export function startOf({ objective, settings }: Scene): readonly number[] {
  return Array.from(objective.raw(scaledStart({ objective, settings })));
}

/** The same in the coordinates of the descent. */
export const scaledStart = ({ objective, settings }: Pick<Scene, "objective" | "settings">): Float64Array =>
  Float64Array.from({ length: objective.size }, (_, j) => settings.start[j] ?? 0);

/** The parameters that keep their start, by index. */
export const fixedOf = ({ objective, settings }: Scene): readonly number[] =>
  objective.names.flatMap((_, j) => (settings.fixed[j] ? [j] : []));

/** The formula with a number in the place of each variable that keeps its start, and the start of the others. */
export function freeFormula(scene: Scene): { readonly formula: string; readonly start: readonly number[] } {
  const start = startOf(scene);
  const held = new Map(fixedOf(scene).map((j) => [scene.objective.names[j], `(${start[j]})`]));
  const formula = scene.settings.formula.replace(/(?<![\w.])[A-Za-z_]\w*/g, (name) => held.get(name) ?? name);
  return { formula, start: start.filter((_, j) => !scene.settings.fixed[j]) };
}

/** Columns in use, the target last, with the rows where the reader dragged them. */
export function columnsOf({ objective }: Scene): readonly Column[] {
  const { features, target } = objective.table!;
  return [...features, target];
}

/** Whether no file has these numbers: rows were dragged or chosen, columns became numbers, or arrays were given. */
export function differs({ scene, table }: Exported): boolean {
  const nameless = scene.settings.data === "own" && !/\.\w+$/.test(table?.name ?? "");
  const { features, target, classes } = scene.objective.table!;
  const asNumbers = features.some((column) => column.classes) || (!classes && target.classes !== undefined);
  const own = scene.settings.data === "own" && (table?.sampledFrom !== undefined || table?.edited === true);
  return scene.settings.moved.length > 0 || own || asNumbers || nameless;
}
