// The door of formulas.

export { readFormula } from "./formula";
export { formulaObjective } from "./formula_objective";
