// Numbers as Python's format spells them, so that sentences can be compared with Python's, letter by letter.

import { exponential } from "../../src/text/number";
import type { Spelling } from "../../src/judge/spelling";

export const inPython: Spelling = {
  general(x, digits) {
    if (x === 0) return "0";
    const [head, exponent] = exponential(x, digits).split("e") as [string, string];
    const power = Number(exponent);
    if (power < -4 || power >= digits) return `${trimmed(head)}e${twoDigits(power)}`;
    return trimmed(Number(`${head}e${exponent}`).toFixed(Math.max(0, digits - 1 - power)));
  },
  power(x, decimals) {
    const [head, exponent] = exponential(x, decimals + 1).split("e") as [string, string];
    return `${head}e${twoDigits(Number(exponent))}`;
  },
  whole: String,
  about: (n) => (n >= 1e9 ? inPython.power(n, 1) : Number(exponential(n, 2)).toLocaleString("en-US")),
  signs: (template) => template,
};

const trimmed = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

const twoDigits = (power: number): string => `${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
