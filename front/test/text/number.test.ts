// Numbers as the page writes them.

import { expect, test } from "vitest";
import { about, counted, number, operand, parse, percent, whole } from "../../src/text/number";

test.each([
  [0, "0"], [-0, "0"], [-0.058141, "−0.05814"], [0.0001, "0.0001"], [0.00009999, "9.999 × 10⁻⁵"], [1234.4, "1,234"],
  [0.1 + 0.2, "0.3"], [999_949, "999,900"], [999_999, "10⁶"], [1e6, "10⁶"], [-1e9, "−10⁹"],
  [-123456789, "−1.235 × 10⁸"], [5e-324, "4.941 × 10⁻³²⁴"], [Number.MAX_VALUE, "over 10³⁰⁸"], [NaN, "unknown"],
  [Infinity, "over 10³⁰⁸"], [-Infinity, "under −10³⁰⁸"],
])("number(%d)", (x, text) => expect(number(x)).toBe(text));

test("a whole number keeps every digit, a number of steps two", () => {
  expect([whole(2000), whole(-1_234_567), whole(Infinity)]).toEqual(["2,000", "−1,234,567", "over 10³⁰⁸"]);
  expect([about(12_345), about(3e12), about(7)]).toEqual(["12,000", "3 × 10¹²", "7"]);
  expect([counted(1, "step"), counted(2000, "step"), counted(0, "row")]).toEqual(["1 step", "2,000 steps", "0 rows"]);
});

test("a number halfway between two becomes the even one, as in Python", () => {
  expect([number(1234.5), number(1235.5), number(0.5, 1), number(-2.5, 1), number(0.12345)]).toEqual(
    ["1,234", "1,236", "0.5", "−2", "0.1235"],
  );
  expect([about(545), about(555)]).toEqual(["540", "560"]);
});

test.each([
  [0.031, "3.1 %"], [0.01234, "1.23 %"], [0.866, "86.6 %"], [-0.5, "−50 %"], [1, "100 %"], [NaN, "unknown"],
  [0.996, "99.6 %"], [0.9999, "99.99 %"], [0.99999999, "99.999999 %"], [-Infinity, "under −10³⁰⁸"],
])("percent(%d) is 100 % only of the whole", (share, text) => expect(percent(share)).toBe(text));

test("an operand has its sign in parentheses", () => {
  expect([operand(2), operand(-2)]).toEqual(["2", "(−2)"]);
});

test("parse reads what number wrote", () => {
  for (let k = -300; k < 300; k += 7) {
    for (const x of [1.234, -1.234, 1, -1].map((head) => Number(`${head}e${k}`))) {
      expect(Math.abs(parse(number(x)) / x - 1)).toBeLessThan(1e-12);
      expect(number(parse(number(x)))).toBe(number(x));
    }
  }
  expect([parse("(−1,234.5)"), parse("(−10⁹)")]).toEqual([-1234.5, -1e9]);
  expect([parse("unknown"), parse("under −10³⁰⁸")]).toEqual([NaN, NaN]);
});
