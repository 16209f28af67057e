// The engine: what the rest of the page may use of the arithmetic.

export { type How, descend } from "./descend";
export { losses, rules, samplings, schedules, untranslatedRules } from "./engine.gen";
export { facts } from "./minimum";
export type { Rule } from "./records";
export { type Bound, nameIn, parseSpec, toSpec } from "./spec";
export { type Choice, tableObjective } from "./table_objective";
