// Each line, computed again from the digits that it shows, gives the number that it shows.

import { expect, test } from "vitest";
import { arithmetic, type Line } from "../../src/judge";
import { number, parse } from "../../src/text/number";
import { judged } from "./eight";

const text = ({ label, parts }: Line): string => `${label} ${parts.map((part) => part.text).join("")}`;

const lines = (change: Parameters<typeof judged>[0], step = 3): readonly Line[] => {
  const { run, objective, settings } = judged(change);
  return arithmetic(run, objective, settings, step);
};

const lowered = (power: string): string => [...power].map((c) => "-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)]).join("");

/** What the formula of a line gives, computed from its text. */
function again(formula: string): number {
  const plain = formula
    .replace(/(?: × |(?<![\d.]))10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (all, power) => `${all[0] === " " ? "" : 1}e${lowered(power)}`)
    .replaceAll("−", "-").replaceAll("×", "*").replace(/(?<=\d),(?=\d{3})/g, "")
    .replace(/√([\d.e-]+)/g, "Math.sqrt($1)").replaceAll("²", " ** 2").replace(/([\d.]+)\^(\d+)/g, "$1 ** $2");
  return new Function(`return ${plain}`)() as number;
}

test("the four lines of a plain step", () => {
  const { run } = judged({ rate: 0.03 });
  expect(lines({ rate: 0.03 }, 0).map(text)).toEqual([
    "∂cost/∂m = mean (z − y) x = −46",
    "m ← 0 − 0.03 × (−46) = 1.38",
    "∂cost/∂b = mean (z − y) = −7.25",
    "b ← 0 − 0.03 × (−7.25) = 0.2175",
  ]);
  expect(run.path[2]).toBeCloseTo(1.38, 12);
});

test.each([
  [{ batch: 1 }], [{ batch: 3 }], [{ batch: 2, sampling: "replacement" as const }], [{ rules: ["momentum"] }],
  [{ rules: ["nesterov"] }],
  [{ rules: ["adam"], rate: 0.1 }], [{ rules: ["ada_grad"], rate: 1 }], [{ rules: ["rmsprop"], rate: 0.1 }],
  [{ rules: ["lion"] }], [{ rules: ["accelerated"] }], [{ loss: "log_loss", target: "c", rate: 0.7, batch: 3 }],
  [{ schedule: "inverse_scaling", rate: 0.0137 }],
  [{ rate: 0.0261234567, standardize: true }], [{ start: [1e5, -1e-5], rate: 0.05 }], [{ rate: 0.3, steps: 300 }],
])("every formula of %j", (change) => {
  const { run, objective, settings } = judged(change);
  for (const step of [0, 1, 7, 100]) {
    const written = arithmetic(run, objective, settings, step);
    const updates = written.filter((line) => line.label === "m ←" || line.label === "b ←");
    const arrived = updates.map((line) => line.parts.at(-1)!.text);
    expect(arrived).toEqual([...run.path.subarray(2 * step + 2, 2 * step + 4)].map((w) => number(w)));
    for (const line of written) {
      const [result, ...rest] = text(line).split(/(?:=|←) /).reverse();
      const formula = rest[0];
      if (!formula || !/\d/.test(formula) || /stays|mean|row/.test(formula.replace(/^.*: /, ""))) continue;
      const written = [4, 5, 6, 7, 8, 9, 10, 11, 12].map((digits) => number(again(formula), digits));
      expect([text(line), written.find((one) => one === result)]).toEqual([text(line), result]);
    }
  }
});

test("rows of a batch are named as the table numbers them, with their own errors", () => {
  const { run } = judged({ batch: 3 });
  const [rows, slope] = lines({ batch: 3 }).map(text);
  expect(rows).toBe(`rows drawn: ${[...run.rowsOf(3)!].map((row) => row + 1).join(", ")}`);
  expect(slope).toMatch(/^∂cost\/∂m = mean \(z − y\) x = \(.* × .* \+ .* × .* \+ .* × .*\) \/ 3 = /);
});

test("a gradient has the same digits in its own line and in the update", () => {
  for (const batch of [0, 1, 3]) {
    const written = lines({ batch, rate: 0.0261 }, 12);
    const gradients = written.flatMap((line) => line.parts).filter((part) => part.role === "gradient");
    const digits = gradients.map((part) => part.text.replace(/[()]/g, ""));
    expect(digits[0]).toBe(digits[1]);
    expect(digits[2]).toBe(digits[3]);
  }
});

test("a fixed parameter stays, and a run without a step has no arithmetic", () => {
  expect(lines({ fixed: [false, true], start: [0, 2.6] }).map(text)).toContain("b stays at 2.6");
  expect(lines({ steps: 0 }).map(text)).toEqual(["step no step was taken"]);
});

test.each([
  ["momentum", "v of m ←"], ["nesterov", "p of m ="], ["adam", "p of m ="], ["ada_grad", "p of m ="],
  ["rmsprop", "p of m ="],
])(
  "the direction of %s is the one that was taken, forth and back along a run",
  (rule, label) => {
    const { run, objective, settings } = judged({ rules: [rule], rate: 0.01 });
    for (const step of [50, 3, 120, 0]) {
      const direction = arithmetic(run, objective, settings, step).find((line) => line.label === label)!;
      const moved = (run.path[2 * step] - run.path[2 * step + 2]) / settings.rate;
      expect(parse(direction.parts.at(-1)!.text) / moved).toBeCloseTo(1, 3);
    }
  },
);
