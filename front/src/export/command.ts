// "Copy command": lines for a shell that repeat the runs of the page with `steepest`.

import { type Choice, choicesOf, columnsOf, differs, type Exported, fixedOf, freeFormula, startOf } from "./choices";
import { tableCsv } from "./csv";
import { csvField, shellWord } from "./quote";

const SAMPLES: readonly string[] = ["park", "eight", "eight-labels"]; // `steepest sample NAME` prints them

/** One command for each run, after the one that writes the table where the reader has no such file. */
export function commandOf(exported: Exported): string {
  const choices = choicesOf(exported.scene.settings);
  const table = exported.scene.settings.task === "table" ? tableLines(exported) : { file: "", before: [] };
  const runs = choices.map((choice, i) => {
    const kept = `--trajectory=${choices.length > 1 ? `run-${i + 1}.npz` : "run.npz"}`;
    return table.file ? [...fitWords(exported, choice, table.file), kept] : [...minimizeWords(exported, choice), kept];
  });
  return [...table.before, ...runs.map((words) => ["steepest", ...words].map(shellWord).join(" "))].join("\n") + "\n";
}

/** The file of the table, and the lines that write it. */
function tableLines(exported: Exported): { readonly file: string; readonly before: readonly string[] } {
  const { scene, table } = exported;
  const { data } = scene.settings;
  if (!written(exported)) {
    if (data !== "own") return { file: `${data}.csv`, before: [`steepest sample ${data} > ${data}.csv`] };
    return { file: table!.name.startsWith("-") ? `./${table!.name}` : table!.name, before: [] };
  }
  const text = tableCsv(columnsOf(scene), scene.objective.table!.classes);
  return { file: "page.csv", before: [`cat > page.csv <<'${unused(text)}'`, text + unused(text)] };
}

/** Whether the rows stand in the command, since no file or sample has them. */
const written = (exported: Exported): boolean =>
  differs(exported) || !["own", ...SAMPLES].includes(exported.scene.settings.data);

/** A word that is no line of the text, to end it. */
function unused(text: string): string {
  const lines = new Set(text.split("\n"));
  let word = "END";
  while (lines.has(word)) word += "_";
  return word;
}

function fitWords(exported: Exported, { rule, rate, batch }: Choice, file: string): readonly string[] {
  const { scene } = exported;
  const { settings, objective } = scene;
  const { features, target, classes, loss } = objective.table!;
  const names = [...features.map((column) => column.name), "intercept"];
  const start = startOf(scene);
  const fixed = fixedOf(scene).map((j) => csvField(`${names[j]}=${start[j]}`));
  return [
    "fit", classes ? "logistic" : "linear", file,
    `--target=${target.name.includes(",") ? csvField(target.name) : target.name}`,
    `--features=${features.map((column) => csvField(column.name)).join(",")}`,
    ...(written(exported) ? ["--header"] : []),
    ...(target.classes && classes ? [`--positive=${target.classes[1]}`] : []),
    ...(loss === (classes ? "log_loss" : "squared_error") ? [] : [`--loss=${loss}`]),
    `--learning-rate=${rate}`, `--rule=${rule}`, `--steps=${settings.steps}`, `--start=${start.join(",")}`,
    ...(fixed.length > 0 ? [`--fix=${fixed.join(",")}`] : []),
    ...(batch > 0 ? [`--batch-size=${batch}`, `--sampling=${settings.sampling}`, `--seed=${settings.seed}`] : []),
    ...(settings.standardize ? ["--standardize"] : []),
  ];
}

function minimizeWords({ scene }: Exported, { rule, rate }: Choice): readonly string[] {
  const { formula, start } = freeFormula(scene);
  const plus = formula.trimStart().startsWith("-") ? `0 + ${formula}` : formula; // else it reads as an option
  return [
    "minimize", plus, `--start=${start.join(",")}`, `--learning-rate=${rate}`, `--rule=${rule}`,
    `--steps=${scene.settings.steps}`,
  ];
}
