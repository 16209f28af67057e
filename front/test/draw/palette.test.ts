// The colours of both schemes: contrasts by WCAG 2, and runs told apart by readers with deuteranopia.

import { describe, expect, it } from "vitest";
import { dashes, mix, palettes, rgbOf } from "../../src/draw/palette";

/** Red, green and blue light, from 0 to 1. */
const lightOf = (colour: string): number[] =>
  rgbOf(colour).map((v) => (v <= 10.31475 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));

/** Contrast of two colours by WCAG 2: from 1 to 21. */
function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)].sort((p, q) => q - p);
  return (a + 0.05) / (b + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = lightOf(colour);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Viénot, Brettel and Mollon's (1999) simulation of deuteranopia, then CIE L*a*b*. */
function seenByDeuteranope(colour: string): number[] {
  const [r, g, b] = lightOf(colour);
  const yellow = 0.29275 * r + 0.70725 * g;
  const seen = [yellow, yellow, b - 0.02234 * r + 0.02234 * g];
  const x = 0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2];
  const y = 0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2];
  const z = 0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2];
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [fx, fy, fz] = [f(x / 0.9505), f(y), f(z / 1.089)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

const distance = (a: number[], b: number[]) => Math.hypot(...a.map((v, i) => v - b[i]));

describe.each(Object.entries(palettes))("%s", (_name, palette) => {
  const maps = [0, 0.25, 0.5, 0.75, 1].map((t) => mix(palette.low, palette.high, t));

  it("knows the contrast of black and white", () => expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 10));

  it("writes with a contrast of 4.5 or more", () => {
    for (const text of [palette.ink, palette.mute, palette.accent])
      for (const ground of [palette.card, palette.page]) expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
    for (const ground of maps) expect(contrast(palette.ink, ground)).toBeGreaterThanOrEqual(4.5);
    for (const tone of [palette.good, palette.warn, palette.bad]) {
      expect(contrast(tone.ink, tone.back)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(palette.ink, tone.back)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(palette.onAccent, palette.accent)).toBeGreaterThanOrEqual(4.5);
    for (const colour of palette.rules) expect(contrast(colour, palette.card)).toBeGreaterThanOrEqual(4.5);
  });

  it("draws marks with a contrast of 3 or more, on the map too", () => {
    for (const colour of [...palette.rules, ...palette.classes, palette.edge])
      expect(contrast(colour, palette.card)).toBeGreaterThanOrEqual(3);
    for (const ground of maps)
      for (const colour of palette.rules) expect(contrast(colour, ground)).toBeGreaterThanOrEqual(3);
  });

  it("tells the runs apart without colours, or by them", () => {
    const patterns = palette.rules.map((_, i) => dashes[i].join());
    for (let i = 0; i < palette.rules.length; i++)
      for (let j = 0; j < i; j++) {
        const apart = distance(seenByDeuteranope(palette.rules[i]), seenByDeuteranope(palette.rules[j]));
        expect(apart >= 15 || patterns[i] !== patterns[j]).toBe(true);
      }
    expect(new Set(patterns).size).toBe(6);
  });

  it("tells the two classes apart", () => {
    expect(distance(...(palette.classes.map(seenByDeuteranope) as [number[], number[]]))).toBeGreaterThanOrEqual(15);
  });
});
