// The states of a run.

import type { Run, Vec } from "../types";

/** The parameters after step t. */
export const stateOf = (run: Run, t: number): Vec => run.path.slice(t * run.size, (t + 1) * run.size);
