// The door of the exports: files that the page saves, and texts that it copies.

import { panels } from "../draw";
import type { Draw, Palette, Payload } from "../types";
import type { Exported } from "./choices";
import { stepsCsv } from "./csv";
import { gifOf } from "./gif";
import { pageOf, partsOf } from "./page";
import { pngOf } from "./png";
import { svgOf } from "./svg";

export { commandOf } from "./command";
export { addressOf } from "./link";
export { pythonOf } from "./python";
export { copy, save } from "./save";

/** The page at one moment. */
export interface Snapshot extends Exported {
  readonly name: string; // of the table, or the formula
  readonly palette: Palette;
  readonly payload: Payload; // with which a copy of this page opens
}

export interface FileFormat {
  readonly id: string;
  readonly label: string;
  readonly ending: string;
  /** `told` hears the share that is done. */
  make(snapshot: Snapshot, told: (share: number) => void): Blob | Promise<Blob>;
}

const ALL: readonly Draw[] = [panels.data, panels.map, panels.cost, panels.step];

const motion = (id: string, label: string, draws: readonly Draw[]): FileFormat => ({
  id, label, ending: "gif", make: ({ scene, palette }, told) => gifOf(scene, draws, palette, told),
});

const file = (id: string, label: string, make: FileFormat["make"]): FileFormat => ({ id, label, ending: id, make });

export const FILES: readonly FileFormat[] = [
  file("png", "Picture (PNG)", ({ scene, name, palette }) => pngOf(scene, name, ALL, palette)),
  file("svg", "Drawing (SVG)", ({ scene, name, palette }) => svgOf(scene, name, ALL, palette)),
  motion("gif-map", "Map in motion (GIF)", [panels.map]),
  motion("gif-data", "Data in motion (GIF)", [panels.data]),
  motion("gif", "All in motion (GIF)", ALL),
  file("csv", "Steps (CSV)", ({ scene }) => new Blob([stepsCsv(scene)], { type: "text/csv" })),
  file("html", "This page (HTML)", ({ payload }) => {
    const text = pageOf(partsOf(document), payload);
    return new Blob([text], { type: "text/html" });
  }),
];

/** A name for the file that every system takes. */
export function fileName({ name }: Pick<Snapshot, "name">, { id, ending }: FileFormat): string {
  const stem = name.replace(/\.[a-z]{1,4}$/i, "").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 40);
  return `${["lab", stem, id === ending ? "" : id.replace(`${ending}-`, "")].filter(Boolean).join("-")}.${ending}`;
}
