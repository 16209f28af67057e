// Limits against the published figures of the eight points, and against descents a hundredth below and above them.

import { expect, test } from "vitest";
import { shrink } from "../../src/judge/recursion";
import { linear } from "../../src/judge/rules";
import { table as eight, judged } from "./eight";

const LIMITS = [["plain", 0.0522], ["momentum", 0.0992], ["nesterov", 0.0354]] as const;

test.each(LIMITS)("limit of %s on the eight points", (rule, limit) => {
  expect(judged({ rules: [rule] }).zones!.limit).toBeCloseTo(limit, 4);
});

test("one free parameter: 2 / 37.5", () => {
  expect(judged({ fixed: [false, true], start: [0, 2.6] }).zones!.limit).toBeCloseTo(2 / 37.5, 12);
});

test("a rule that scales its steps, and a rate that changes, have no limit", () => {
  const rules = ["adam", "rmsprop", "ada_grad"].map((rule) => ({ rules: [rule] }));
  for (const change of [...rules, { schedule: "inverse_scaling" }]) {
    expect(judged(change).zones).toBeNull();
  }
});

test("the limit of a loss that is not quadratic is local", () => {
  expect(judged({ loss: "log_loss", target: "mixed" }).zones!.local).toBe(true);
  expect(judged().zones!.local).toBe(false);
});

test("zones follow each other", () => {
  for (const rules of [["plain"], ["momentum"], ["nesterov"], ["momentum:beta=0.5"]]) {
    for (const steps of [1, 20, 200, 5000]) {
      const { slow, bounce, limit } = judged({ rules, steps }).zones!;
      expect(0 < slow && slow <= bounce && bounce < limit).toBe(true);
    }
  }
});

test("at the end of slow a hundredth of the distance is left along the flattest direction", () => {
  for (const rules of [["plain"], ["momentum"], ["nesterov"]]) {
    const { zones, facts } = judged({ rules, steps: 2000 });
    expect(shrink(linear(rules[0])!, zones!.slow * facts.eigenvalues[0]) ** 2000).toBeCloseTo(0.01, 6);
  }
});

test("plain steps and Nesterov's bounce from 1 / L on, the heavy ball from half of its limit on", () => {
  const L = judged().facts.eigenvalues[1];
  expect(judged().zones!.bounce).toBeCloseTo(1 / L, 12);
  expect(judged({ rules: ["nesterov"] }).zones!.bounce).toBeCloseTo(1 / L, 12);
  expect(judged({ rules: ["momentum"] }).zones!.bounce).toBeCloseTo(1.9 / L, 12);
});

test("0.99 of the limit settles and 1.01 diverges, on 50 tables and three rules", () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let k = 0; k < 50; k++) {
    const x = Array.from({ length: 8 }, () => 4 * random());
    const data = { ...eight, columns: [{ name: "x", values: x }, { name: "y", values: x.map((v) => v + random()) }] };
    for (const rule of ["plain", "momentum", "nesterov"]) {
      const { zones } = judged({ rules: [rule] }, data);
      const end = (share: number): number => {
        const { run, facts } = judged({ rules: [rule], rate: share * zones!.limit, steps: 3000 }, data);
        return (run.cost[run.steps] - facts.least) / (run.cost[0] - facts.least);
      };
      expect(end(0.99)).toBeLessThan(1);
      expect(end(1.01)).toBeGreaterThan(1);
    }
  }
});
