// The same as the pictures in numbers: a table of the steps, and a table of the rows whose numbers can be changed.

import { roundUp } from "../draw/extent";
import { stepCells, stepHeads } from "../state/steps";
import { number, whole } from "../text/number";
import type { Column, Scene } from "../types";
import { useLab } from "./context";
import { Disclosure } from "./controls";
import { Windowed } from "./Windowed";

const DIGITS = 8; // of a number in the table of steps

export function StepsTable() {
  return <Disclosure id="steps-details" summary="Table of steps">{() => <Steps />}</Disclosure>;
}

/** Step, parameters, cost and gradient of the leading run; each cell holds its number in full as well. */
function Steps() {
  const { scene, cursor } = useLab();
  const now = scene.value;
  if (!now?.runs.length) return null;
  const [run] = now.runs;
  const cells = (k: number) =>
    stepCells(now, run, k).map((value, i) => (
      <data value={String(value)}>{i === 0 ? whole(value) : number(value, DIGITS)}</data>
    ));
  return (
    <Windowed
      id="steps-table"
      caption="Steps of the leading run"
      heads={stepHeads(now)}
      rows={run.steps + 1}
      current={Math.min(cursor.value, run.steps)}
      cells={cells}
    />
  );
}

export function RowsTable() {
  const { scene } = useLab();
  if (!scene.value?.objective.table) return null;
  return <Disclosure id="rows-details" summary="Rows of the table">{() => <Rows />}</Disclosure>;
}

/** Rows of the table. A number that is changed moves its row. */
function Rows() {
  const { scene, change } = useLab();
  const now = scene.value;
  const shown = now?.objective.table;
  if (!now || !shown) return null;
  const columns = [...shown.features, shown.target];
  const move = (row: number, column: Column, value: number) => {
    if (Number.isFinite(value)) change({ moved: movedTo(now.settings.moved, row, column.name, value) });
  };
  const cells = (row: number) => [
    whole(row + 1),
    ...columns.map((column) => (
      <input
        type="number"
        step={stepOf(column)}
        value={column.values[row]}
        data-testid={`row-${row}-${column.name}`}
        aria-label={`${column.name} of row ${row + 1}`}
        {...(column.classes && { min: 0, max: 1 })}
        onInput={(event) => move(row, column, event.currentTarget.valueAsNumber)}
      />
    )),
  ];
  return (
    <>
      <p class="small">Arrow keys change a number. A row can be dragged in the picture too.</p>
      <Windowed
        id="rows-table"
        caption="Rows of the table"
        heads={["row", ...columns.map((column) => column.name)]}
        rows={now.objective.rows}
        cells={cells}
      />
      {now.settings.moved.length > 0 && (
        <button type="button" data-testid="restore-rows" onClick={() => change({ moved: [] })}>
          Put all rows back
        </button>
      )}
    </>
  );
}

/** The moved rows with one more, or this one at another place. */
export function movedTo(
  moved: Scene["settings"]["moved"],
  row: number,
  column: string,
  value: number,
): Scene["settings"]["moved"] {
  return [...moved.filter(([r, c]) => r !== row || c !== column), [row, column, value]];
}

/** About a hundredth of the column's range, as 1, 2 or 5 times a power of ten. */
function stepOf(column: Column): number {
  if (column.classes) return 1;
  const range =
    column.values.reduce((a, b) => Math.max(a, b), -Infinity) -
    column.values.reduce((a, b) => Math.min(a, b), Infinity);
  return Number(roundUp((range || 1) / 100).toPrecision(1));
}
