// A long table of which only the rows in view are in the document. Screen readers learn its true size.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

const HEIGHT = 28; // px of a row
const VIEW = 10; // rows in view
const MARGIN = 5; // rows more on both sides

interface Props {
  readonly id: string;
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: number;
  /** The row to keep in view, if any. */
  readonly current?: number;
  readonly cells: (row: number) => readonly ComponentChildren[];
}

export function Windowed({ id, caption, heads, rows, current, cells }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const first = useSignal(0);
  useEffect(() => {
    if (current !== undefined) show(box.current!, current);
  }, [current]);
  const from = Math.min(Math.max(0, first.value - MARGIN), Math.max(0, rows - 1));
  const to = Math.min(rows, first.value + VIEW + MARGIN);
  return (
    <div
      ref={box}
      class="windowed"
      tabIndex={0}
      role="region"
      aria-label={caption}
      onScroll={(event) => {
        first.value = Math.floor(event.currentTarget.scrollTop / HEIGHT);
      }}
    >
      <table aria-rowcount={rows + 1} data-testid={id}>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr aria-rowindex={1}>
            {heads.map((head) => (
              <th scope="col">{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {from > 0 && <tr aria-hidden="true" style={{ height: `${from * HEIGHT}px` }} />}
          {Array.from({ length: to - from }, (_, i) => from + i).map((row) => (
            <tr key={row} aria-rowindex={row + 2} aria-current={row === current ? "step" : undefined}>
              {cells(row).map((cell, column) => (column ? <td>{cell}</td> : <th scope="row">{cell}</th>))}
            </tr>
          ))}
          {to < rows && <tr aria-hidden="true" style={{ height: `${(rows - to) * HEIGHT}px` }} />}
        </tbody>
      </table>
    </div>
  );
}

/** Scrolls the box, not the page, so that the row is in view. */
function show(box: HTMLDivElement, row: number): void {
  const top = row * HEIGHT;
  const inside = top >= box.scrollTop && top + 2 * HEIGHT <= box.scrollTop + box.clientHeight;
  if (!inside) box.scrollTop = Math.max(0, top - box.clientHeight / 2);
}
