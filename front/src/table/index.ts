// The door of tables.

export { builtin } from "./builtin";
export { choose, lossFor } from "./choose";
export { readFile, readText } from "./read_table";
