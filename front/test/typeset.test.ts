// Python's sentences as the page writes them.

import { expect, test } from "vitest";
import { typeset } from "../src/text/typeset";

test("numbers get a true minus and a power of ten, words stay", () => {
  expect(typeset("the cost, -7, has no minimum")).toBe("the cost, \u22127, has no minimum");
  expect(typeset("is within 8.2e-12 of it.")).toBe("is within 8.2 \u00d7 10\u207b\u00b9\u00b2 of it.");
  expect(typeset("1.5e+07 after 12,000 steps")).toBe("1.5 \u00d7 10\u2077 after 12,000 steps");
  expect(typeset("a slope of -1.25e-3.")).toBe("a slope of \u22121.25 \u00d7 10\u207b\u00b3.");
  for (const same of ["--learning-rate 0.05", "--rule momentum:beta=0.9", "mini-batch of 3 rows", "x1e5 and col-2"])
    expect(typeset(same)).toBe(same);
});
