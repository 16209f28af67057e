// The sentences of the verdict card: the words are Python's (words.gen.ts), the numbers look as elsewhere on the page.

import type { Status } from "../types";
import type { Evidence } from "./evidence";
import { onPage, type Spelling } from "./spelling";
import { sentences } from "./words.gen";

/** What happened, in one or two sentences; the first begins with the status. */
export function messageOf(status: Status, e: Evidence, show: Spelling = onPage): string {
  const say = sentences(show);
  return (status === "noise floor" ? say.noiseFloor : say[status])(e);
}
