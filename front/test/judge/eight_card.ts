// All text that the page shows of some settings on the eight points.

import type { Settings } from "../../src/types";
import { arithmetic } from "../../src/judge";
import { judged } from "./eight";

export function shown(change: Partial<Settings>): string {
  const { judgement, run, objective, settings } = judged(change);
  const { message, why, mend } = judgement;
  const lines = [0, 1, run.steps].flatMap((step) => arithmetic(run, objective, settings, step));
  const written = lines.flatMap(({ label, parts }) => [label, ...parts.map((part) => part.text)]);
  return [message, why, mend?.label ?? "", ...written].join("\n");
}
