// The verdict card on the eight points of the tutorials.

import { expect, test } from "vitest";
import { arithmetic, format } from "../../src/judge";
import { judged } from "./eight";

test("zones of the three rules with a limit", () => {
  expect(judged().zones!.limit).toBeCloseTo(0.0522, 4);
  expect(judged({ rules: ["momentum"] }).zones!.limit).toBeCloseTo(0.0992, 4);
  expect(judged({ rules: ["nesterov"] }).zones!.limit).toBeCloseTo(0.0354, 4);
  expect(judged({ rules: ["adam"] }).zones).toBeNull();
  expect(judged({ schedule: "inverse_scaling" }).zones).toBeNull();
});

test("a rate above the limit diverges, and the mend does not", () => {
  const { judgement } = judged({ rate: 0.056 });
  expect(judgement.status).toBe("diverged");
  expect(judgement.message).toContain("from step 1 on");
  expect(judgement.mend!.label).toBe("Set the rate to half of the limit, 0.0261");
  expect(judged({ rate: 0.056, ...judgement.mend!.change }).judgement.status).not.toBe("diverged");
  console.log(judgement, judged({ rate: 0.056, ...judgement.mend!.change }).judgement);
});

for (const change of [
  {}, { rate: 0.001 }, { rate: 0.0515 }, { rules: ["momentum"], rate: 0.05 }, { rules: ["nesterov"], rate: 0.02 }, { rules: ["adam"], rate: 0.1 },
  { batch: 1 }, { batch: 3, steps: 2000 }, { loss: "log_loss", target: "c" }, { loss: "log_loss", target: "mixed" }, { loss: "log_loss", target: "mixed", rate: 3, steps: 1000 },
  { loss: "huber" }, { steps: 4000, rate: 0.01 }, { steps: 4000, rate: 0.026 }, { loss: "quantile" }, { loss: "poisson", rate: 0.1 },
] as const) {
  test(JSON.stringify(change), () => {
    const { judgement, run, objective, settings, zones } = judged(change as never);
    console.log(JSON.stringify(change), zones, judgement);
    console.log(arithmetic(run, objective, settings, 3).map((line) => `${line.label} ${line.parts.map((p) => p.text).join("")}`).join("\n"));
  });
}
test("numbers", () => {
  expect([0, -0.05814, 1234.4, 1e-5, 123456789, NaN, Infinity].map((x) => format.number(x))).toEqual(
    ["0", "−0.05814", "1,234", "1 × 10⁻⁵", "1.235 × 10⁸", "unknown", "too large a number"],
  );
});
