// The verdict card on the eight points of the tutorials: status, reason and mend.

import { expect, test } from "vitest";
import { shown } from "./eight_card";
import { judged, judgedFormula } from "./eight";

test("a rate of 0.056 diverges from step 1 on, at 1.07 times the limit; one click mends it", () => {
  const { judgement } = judged({ rate: 0.056 });
  expect(judgement.status).toBe("diverged");
  expect(judgement.message).toContain("above its initial value from step 1 on");
  expect(judgement.message).toContain("The learning rate, 0.056, is above the stability limit, 0.0522.");
  expect(judgement.why).toBe(
    "Along the steepest direction, each step multiplies the distance to the minimum by 1 − 38.31 × 0.056 = −1.145. " +
    "The rate is 1.07 times the limit: the distance grows.",
  );
  expect(judgement.mend).toEqual({ label: "Set the rate to half of the limit, 0.0261", change: { rate: 0.0261 } });
  expect(judged({ rate: 0.056, ...judgement.mend!.change }).judgement.status).not.toBe("diverged");
});

test("a rate of 0.05 overshoots below the limit, and says so; a rate of 0.02 does not overshoot", () => {
  expect(judged({ rate: 0.05 }).judgement.why).toMatch(/ The rate is 0\.958 times the limit: the distance shrinks\.$/);
  expect(judged({ rate: 0.02 }).judgement.why).not.toContain("limit");
});

test("no learning rate, b fixed: the lesson of the factor -36.5", () => {
  const { judgement } = judged({ rate: 1, fixed: [false, true], start: [0, 2.6], steps: 4 });
  expect(judgement.status).toBe("diverged");
  expect(judgement.why).toBe(
    "Each step multiplies the distance to the minimum by 1 − 37.5 × 1 = −36.5. " +
    "The rate is 18.8 times the limit: the distance grows.",
  );
});

test.each([
  [{ rate: 0.001 }, "crawling", "Set the rate to half of the limit, 0.0261"],
  [{ rate: 0.02 }, "crawling", "Standardize the columns"],
  [{ rate: 1, standardize: true, steps: 2 }, "converged", null],
  [{ rate: 0.0515 }, "oscillating", "Set the rate to half of the limit, 0.0261"],
  [{ rate: 0.01, steps: 4000 }, "stopped", "Take 5,700 steps"],
  [{ rate: 0.026, steps: 4000 }, "converged", null],
  [{ batch: 3, steps: 2000 }, "noise floor", "Let the rate fall: inverse scaling"],
  [{ loss: "log_loss", target: "c" }, "separable", null],
  [{ loss: "log_loss", target: "mixed", rate: 3, steps: 1000 }, "cycling", "Set the rate to 0.104"],
  [{ fixed: [true, true] }, "converged", "Let the parameters move"],
] as const)("%j: %s", (change, status, label) => {
  const { judgement } = judged(change);
  expect([judgement.status, judgement.mend?.label ?? null]).toEqual([status, label]);
});

test("standardized columns converge at once, from the same start", () => {
  const { judgement, objective, settings } = judged({ rate: 0.02, start: [1, -2] });
  const after = judged({ ...judgement.mend!.change });
  expect(after.judgement.status).toBe("converged");
  const before = objective.raw(Float64Array.from(settings.start));
  const begin = after.objective.raw(after.run.path.slice(0, 2));
  before.forEach((w, j) => expect(begin[j]).toBeCloseTo(w, 10));
});

test("a loss that is not quadratic has one limit that holds everywhere, and one near the minimum", () => {
  const { judgement, zones } = judged({ loss: "log_loss", target: "mixed", rate: 3, steps: 1000 });
  expect(judgement.message).toContain("The learning rate, 3, is above the stability limit, 0.2088.");
  expect(judgement.why).toBe("Near the minimum the limit is 0.4208.");
  expect(zones!.limit).toBeGreaterThan(0.2088);
});

test("a mend of steps takes the run to the minimum", () => {
  const { judgement } = judged({ rate: 0.01, steps: 4000 });
  expect(judged({ rate: 0.01, ...judgement.mend!.change }).judgement.status).toBe("converged");
});

test("a mend in a race changes its leader", () => {
  const race = [{ label: "rate 0.056", rate: 0.056 }, { label: "rate 0.02", rate: 0.02 }];
  const { mend } = judged({ race, rate: 0.056 }).judgement;
  expect(mend!.change).toEqual({ race: [{ label: "rate 0.0261", rate: 0.0261 }, race[1]] });
  const yours = [{ label: "your rate" }, race[1]];
  expect(judged({ race: yours, rate: 0.056 }).judgement.mend!.change).toEqual({ rate: 0.0261 });
});

test("a start whose cost is too large for a number", () => {
  const { judgement } = judged({ start: [1e200, 0], rate: 10 });
  expect(judgement.message).toBe("Diverged: the cost at the start is too large for a number.");
  expect(judged({ rate: 10, ...judgement.mend!.change }).judgement.status).not.toBe("diverged");
});

test("a noise floor says how large the gradient of a batch is at the minimum", () => {
  const { judgement, objective, facts } = judged({ batch: 1, steps: 2000 });
  const g = new Float64Array(2);
  let squares = 0;
  for (let i = 0; i < 8; i++) {
    objective.gradient(facts.best!, g, Int32Array.of(i), 0, 1);
    squares += (g[0] ** 2 + g[1] ** 2) / 8;
  }
  expect(judgement.status).toBe("noise floor");
  const noise = Number(Math.sqrt(squares).toPrecision(4));
  expect(judgement.why).toContain(`that of one row has a root mean square of ${noise}.`);
});

test("no word of a card is a NaN, an infinity or undefined", () => {
  for (const rate of [1e-300, 1e-9, 0.05, 1, 1e9, 1e300]) {
    for (const rules of [["plain"], ["nesterov"], ["adam"]]) {
      for (const loss of ["squared_error", "huber", "poisson", "quantile"]) {
        expect(shown({ rate, rules, loss })).not.toMatch(/NaN|Infinity|undefined/);
      }
    }
  }
});

test("a formula whose variables are all fixed: the card has words, no number that is none", () => {
  const card = judgedFormula("log(x)", { start: [3], fixed: [true] });
  expect(card.message).toContain("a point at which every parameter is fixed");
  expect(card.mend?.label).toBe("Let the parameters move");
});
