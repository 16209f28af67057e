// The objective that the settings name: a formula, or a loss on a table, with its rows where the reader dragged them.

import { tableObjective } from "../engine";
import { formulaObjective, readFormula } from "../formula";
import { builtin, choose } from "../table";
import type { Objective, Settings, Table } from "../types";

/** An Error says in words what is wrong with the settings. */
export function objectiveOf(settings: Settings, own: Table | null): Objective {
  if (settings.task === "formula") return formulaObjective(readFormula(settings.formula));
  const table = tableOf(settings, own);
  return tableObjective(withMoved(table, settings.moved), { ...settings, ...columnsOf(settings, table) });
}

export function tableOf({ data }: Pick<Settings, "data">, own: Table | null): Table {
  const found = data === "own" ? own : Object.hasOwn(builtin, data) ? builtin[data].table : null;
  if (!found)
    throw new Error(data === "own" ? "this page holds no table: open a file" : `no table here is called "${data}"`);
  return found;
}

/** The columns in use: those that the settings name, else the usual ones. */
function columnsOf({ target, features }: Settings, table: Table): Pick<Settings, "target" | "features"> {
  if (target && features.length) return { target, features };
  const usual = choose(table, target);
  return { target: target || usual.target, features: features.length ? features : usual.features };
}

function withMoved(table: Table, moved: Settings["moved"]): Table {
  if (moved.length === 0) return table;
  const columns = table.columns.map((column) => {
    const mine = moved.filter(([row, name]) => name === column.name && row < table.rows);
    if (mine.length === 0) return column;
    const values = [...column.values];
    for (const [row, , value] of mine) values[row] = value;
    return { ...column, values };
  });
  return { ...table, columns };
}
