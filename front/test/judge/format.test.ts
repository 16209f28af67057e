import { expect, test } from "vitest";
import { format } from "../../src/judge";

const { about, counted, number, operand, parse, percent, whole } = format;

test.each([
  [0, "0"], [-0, "0"], [-0.058141, "−0.05814"], [0.0001, "0.0001"], [0.00009999, "9.999 × 10⁻⁵"], [1234.4, "1,234"],
  [999_949, "999,900"], [1e6, "1 × 10⁶"], [-123456789, "−1.235 × 10⁸"], [5e-324, "4.941 × 10⁻³²⁴"],
  [NaN, "unknown"], [Infinity, "too large a number"], [-Infinity, "too large a negative number"],
])("number(%d)", (x, text) => expect(number(x)).toBe(text));

test("a whole number keeps every digit, a number of steps two", () => {
  expect([whole(2000), whole(-1_234_567), whole(Infinity)]).toEqual(["2,000", "−1,234,567", "too large a number"]);
  expect([about(12_345), about(3e12), about(7)]).toEqual(["12,000", "3 × 10¹²", "7"]);
  expect([counted(1, "step"), counted(2000, "step"), counted(0, "row")]).toEqual(["1 step", "2,000 steps", "0 rows"]);
});

test("a number halfway between two becomes the even one, as in Python", () => {
  expect([number(1234.5), number(1235.5), number(0.5, 1), number(-2.5, 1), number(0.12345)]).toEqual(
    ["1,234", "1,236", "0.5", "−2", "0.1235"],
  );
  expect([about(545), about(555)]).toEqual(["540", "560"]);
});

test("a share is a percentage, and no number a word", () => {
  expect([percent(0.01234), percent(-0.5), percent(NaN)]).toEqual(["1.23 %", "−50 %", "unknown"]);
});

test("an operand has its sign in parentheses", () => {
  expect([operand(2), operand(-2)]).toEqual(["2", "(−2)"]);
});

test("parse reads what number wrote", () => {
  for (let k = -300; k < 300; k += 7) {
    for (const sign of [1, -1]) {
      const x = sign * 1.234 * 10 ** k;
      expect(Math.abs(parse(number(x)) / x - 1)).toBeLessThan(1e-12);
      expect(number(parse(number(x)))).toBe(number(x));
    }
  }
  expect(parse("(−1,234.5)")).toBe(-1234.5);
});
