// The engine: what the rest of the page may use of the arithmetic.

export { type How, descend } from "./descend";
export {
  losses, rules, samplings, schedules, untranslatedLosses, untranslatedRules, untranslatedSchedules,
} from "./engine.gen";
export { facts } from "./minimum";
export type { Fields, Loss, Rule, Schedule, Untranslated } from "./records";
export { type Bound, parseSpec, toSpec } from "./spec";
export { type Choice, tableObjective } from "./table_objective";
