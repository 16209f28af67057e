// How the numbers of a sentence are spelled: the words are Python's, the digits look as elsewhere on the page.

import { about, MINUS, number, power, TIMES, whole } from "../text/number";

export interface Spelling {
  general(x: number, digits: number): string; // significant digits
  power(x: number, decimals: number): string; // times a power of ten, with digits after the point
  whole(n: number): string;
  about(n: number): string; // two digits
  signs(template: string): string; // minus and times of a template
}

export const onPage: Spelling = {
  general: number,
  power: (x, decimals) => (x === 0 || !Number.isFinite(x) ? number(x) : power(x, decimals + 1)),
  whole,
  about,
  signs: (template) => template.replaceAll(" - ", ` ${MINUS} `).replaceAll(" x ", ` ${TIMES} `),
};
