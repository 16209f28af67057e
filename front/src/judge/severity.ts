// How good or bad a status is: it gives the card of a verdict its colour.

import type { Status } from "../types";

export type Severity = "good" | "warn" | "bad";

const SEVERITIES: Readonly<Record<Status, Severity>> = {
  converged: "good",
  stationary: "good",
  separable: "warn",
  cycling: "warn",
  oscillating: "warn",
  "noise floor": "warn",
  crawling: "warn",
  stopped: "warn",
  unbounded: "bad",
  diverged: "bad",
};

/** Of a status of the page, or of one that Python recorded. */
export const severityOf = (status: string): Severity =>
  Object.hasOwn(SEVERITIES, status) ? SEVERITIES[status as Status] : "warn";
