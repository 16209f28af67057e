// The rules that are linear in gradient and memory, and the same at every step: those with a stability limit.

import { rules } from "../engine/engine.gen";
import { parseSpec } from "../engine/spec";

export interface Linear {
  readonly slots: number;
  readonly stability: number; // rate times curvature below which a constant rate converges
  direction(g: number, memory: Float64Array): number;
}

/** The rule of this name, such as "momentum:beta=0.5", if it has a stability limit. */
export function linear(spec: string): Linear | null {
  const { record, self } = parseSpec(spec, rules, "rule");
  if (!record.stability || !record.elementwise) return null;
  const { slots, direction } = record;
  return { slots, stability: record.stability(self), direction: (g, memory) => direction(self, g, memory, 1) };
}

/** The share of the last direction that a rule of momentum keeps. */
export const memoryShare = (spec: string): number => parseSpec(spec, rules, "rule").self["beta"] ?? 0;
