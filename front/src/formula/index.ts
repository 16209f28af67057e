// The door of formulas.

export { Refusal } from "../refusal";
export { derivative, type Secant, secants } from "./derivative";
export { type Formula, readFormula } from "./formula";
export { formulaObjective } from "./formula_objective";
