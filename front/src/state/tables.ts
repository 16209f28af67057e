// The tables that the page brings along.

export { builtin } from "../table";
