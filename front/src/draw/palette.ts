// The colours of the page, defined once: pictures take them as an argument, the page sets its CSS variables from them.

import type { Palette } from "../types";

const light: Palette = {
  dark: false,
  page: "#fbfbf9",
  card: "#ffffff",
  ink: "#1d2330",
  mute: "#5d6675",
  line: "#dfe2e8",
  edge: "#868e9b",
  accent: "#0067a6",
  onAccent: "#ffffff",
  rules: ["#c2410c", "#0067a6", "#127361", "#9d3a85", "#7f6400", "#4a4f58"],
  low: "#cddff0",
  high: "#fdfdfc",
  contour: "#7d93a8",
  classes: ["#0067a6", "#b3471d"],
  good: { ink: "#17704b", back: "#e4f3ec" },
  warn: { ink: "#855600", back: "#fdf1d6" },
  bad: { ink: "#a8201a", back: "#fbe4e2" },
  zones: ["#c3cad6", "#7fc6a4", "#f0c568", "#e08a83"],
};

const dark: Palette = {
  dark: true,
  page: "#14171c",
  card: "#1c2027",
  ink: "#e9ebef",
  mute: "#a3abb8",
  line: "#343a45",
  edge: "#7c8594",
  accent: "#6ab7ea",
  onAccent: "#10141a",
  rules: ["#ff9a57", "#6ab7ea", "#45cfa9", "#e592d2", "#dbb83f", "#b9c0cc"],
  low: "#24405f",
  high: "#1d2229",
  contour: "#5c7692",
  classes: ["#6ab7ea", "#ff9a57"],
  good: { ink: "#6fd3a8", back: "#17352a" },
  warn: { ink: "#f2c14e", back: "#3a2f12" },
  bad: { ink: "#ff8f87", back: "#41201e" },
  zones: ["#566072", "#2f8a63", "#b58a24", "#b9524b"],
};

export const palettes = { light, dark } as const;

/** Dashes of the runs, in the order of `Palette.rules`: a race can be read without colours. */
export const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [12, 4, 2, 3, 2, 4]];

export const colourOf = (palette: Palette, run: number): string => palette.rules[run % palette.rules.length];
export const dashOf = (run: number): number[] => [...dashes[run % dashes.length]];

type Rgb = readonly [number, number, number];

export function rgbOf(colour: string): Rgb {
  const bits = parseInt(colour.slice(1), 16);
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}

/** The colour between two, `share` of the way from the first to the second. */
export function mix(from: string, to: string, share: number): string {
  const [a, b] = [rgbOf(from), rgbOf(to)];
  const hex = a.map((v, i) => Math.round(v + (b[i] - v) * share).toString(16).padStart(2, "0"));
  return `#${hex.join("")}`;
}
