// The door of tables.

export { Refusal } from "../refusal";
export { type Builtin, builtin } from "./builtin";
export { choose, lossFor, type Parts } from "./choose";
export { type Reading, readFile, readText } from "./read_table";
