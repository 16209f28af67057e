// What the page says of a run, for tests/lab/test_status.py to compare with Python.

import { descend, facts, tableObjective } from "../../src/engine";
import { arithmetic, judge, observed, zonesOf } from "../../src/judge";
import { messageOf } from "../../src/judge/message";
import { statusOf } from "../../src/judge/status";
import type { Settings, Table } from "../../src/types";
import { inPython } from "./python_spelling";

export interface Case {
  readonly table: Table;
  readonly settings: Settings;
}

/** Status and sentence with Python's spelling of numbers, and all that the page shows. */
export function verdictOf({ table, settings }: Case) {
  const objective = tableObjective(table, settings);
  const known = facts(objective, settings);
  const run = descend(objective, settings.rules[0], settings);
  const e = observed(run, known, objective, settings);
  const zones = zonesOf(known, settings);
  const status = statusOf(e);
  return {
    status, zones,
    message: messageOf(status, e, inPython),
    evidence: e,
    card: judge(run, known, objective, settings, zones),
    lines: [0, run.steps >> 1, run.steps].map((step) => arithmetic(run, objective, settings, step)),
  };
}
