// The reader's own table: chosen in a dialog or dropped on the page. It is read here and sent nowhere.

import { reasonOf } from "../refusal";
import { readFile } from "../table";
import { chooseData } from "./choice";
import type { Lab } from "./lab";

/** Descends on the table in a file; what is wrong with it stands in `lab.notice`. */
export async function openFile(lab: Lab, file: File): Promise<void> {
  try {
    const { table, notes } = await readFile(file);
    lab.table.value = table;
    lab.notice.value = notes.join(" ");
    chooseData(lab, "own");
  } catch (error) {
    lab.notice.value = reasonOf(error);
  }
}

export function takeDrops(lab: Lab, target: HTMLElement): void {
  target.addEventListener("dragover", (event) => event.preventDefault());
  target.addEventListener("drop", (event) => {
    const file = event.dataTransfer?.files[0];
    event.preventDefault();
    if (file) void openFile(lab, file);
  });
}
