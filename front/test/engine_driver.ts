// Answers questions about the engine on standard input, for the comparisons with Python in tests/lab.

/// <reference types="node" />
import { readFileSync } from "node:fs";
import { type Choice, descend, facts, type How, parseSpec, rules, tableObjective } from "../src/engine";
import type { Objective, Table, Vec } from "../src/types";

interface Question {
  readonly table: Table;
  readonly choice: Choice;
  readonly how: How;
  readonly rule: string;
  readonly w: readonly number[];
}

const base64 = (numbers: Vec): string => Buffer.from(numbers.slice().buffer).toString("base64");
const objective = ({ table, choice }: Question): Objective => tableObjective(table, choice);

/** Rate times curvature at the limit of a rule. */
function stability(spec: string): number | null {
  const { record, self } = parseSpec(spec, rules, "rule");
  return record.stability && record.stability(self);
}

const answers = {
  descend: (asked: Question) => {
    const run = descend(objective(asked), asked.rule, asked.how);
    return { path: base64(run.path), cost: base64(run.cost), end: run.end };
  },
  rows: (asked: Question) => {
    const run = descend(objective(asked), "plain", asked.how);
    return Array.from({ length: run.steps }, (_, t) => Array.from(run.rowsOf(t) ?? []));
  },
  facts: (asked: Question) => {
    const o = objective(asked);
    const { best, eigenvalues, ...rest } = facts(o, asked.how);
    return { ...rest, best: best && Array.from(o.raw(best)), eigenvalues: Array.from(eigenvalues) };
  },
  stability: (asked: readonly string[]) => asked.map(stability),
  raw: (asked: Question) => {
    const o = objective(asked);
    const raw = o.raw(Float64Array.from(asked.w));
    return [Array.from(raw), Array.from(o.scaled(raw))];
  },
};

const given = JSON.parse(readFileSync(0, "utf8")) as { what: keyof typeof answers; asked: (Question & string[])[] };
process.stdout.write(JSON.stringify(given.asked.map((each) => answers[given.what](each))));
