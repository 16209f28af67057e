// What stands beside the rate: the limit and where it holds, or why there is none.

import { expect, test } from "vitest";
import type { Facts, Settings } from "../../src/types";
import { limitOf, noLimit } from "../../src/ui/Rate";

const facts = (eigenvalues: readonly number[], best: number | null, local = true): Facts => ({
  best: best === null ? null : Float64Array.of(best), least: NaN, eigenvalues: Float64Array.from(eigenvalues),
  eigenvectors: Float64Array.of(1), local, separable: false, constantCost: 1,
});

const words = (known: Facts) => noLimit({ facts: known, settings: { schedule: "constant" } as Settings });

test("a limit holds where its curvature was taken", () => {
  const zones = { slow: 0.1, bounce: 1, limit: 2, local: true };
  expect(limitOf(zones, facts([1], 0))).toBe("limit 2 near the minimum");
  expect(limitOf(zones, facts([1], null))).toBe("limit 2 by the curvature at the start");
  expect(limitOf({ ...zones, local: false }, facts([1], 0, false))).toBe("limit 2");
});

test("no curvature is said only of a function that has none", () => {
  expect(words(facts([0], null, false))).toBe("no curvature, no limit");
  expect(words(facts([-2], null))).toBe("no limit: the curvature is not above 0");
  expect(words(facts([NaN], 0))).toBe("no limit: the curvature is not above 0");
  expect(words(facts([0], 0))).toBe("no curvature at the minimum, no limit there");
  expect(words(facts([1], 0))).toBe("no fixed limit");
});
