// Numbers as the page writes them: four significant digits, a true minus, groups of thousands, powers of ten, no NaN.

export const MINUS = "\u2212";
export const TIMES = "\u00d7";
const EXACT = 60; // digits that tell a tie
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const POWER = new RegExp(`^(?:(.*) ${TIMES} |${MINUS}?)10([⁻${RAISED}]+)$`);

/** A number with so many significant digits: 0.5376, −1,125, 1.569 × 10⁷. */
export function number(x: number, digits = 4): string {
  if (Number.isNaN(x)) return "unknown";
  const rounded = Number(exponential(x, digits));
  const size = Math.abs(rounded);
  if (size > Number.MAX_VALUE) return x > 0 ? "over 10³⁰⁸" : `under ${MINUS}10³⁰⁸`;
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return power(rounded, digits);
  return signed(rounded, grouped(String(size)));
}

/** A number times a power of ten: 1.2 × 10⁵, and 10⁵ for 1 × 10⁵. */
export function power(x: number, digits = 4): string {
  const [head, exponent] = exponential(x, digits).split("e") as [string, string];
  const factor = Math.abs(Number(head));
  return signed(x, `${factor === 1 ? "" : `${factor} ${TIMES} `}10${raised(Number(exponent))}`);
}

/** A number as 1.234e-5, with so many digits. A number halfway between two becomes the even one, as in Python. */
export function exponential(x: number, digits: number): string {
  const halfway = x.toExponential(digits);
  if (Number(halfway) !== x || !/5e/.test(halfway)) return x.toExponential(digits - 1);
  const [exact] = x.toExponential(EXACT).replace(/[-.]/g, "").split("e");
  const tied = /^5?0*$/.test(exact.slice(digits)) && Number(exact[digits - 1]) % 2 === 0;
  return tied ? halfway.replace(/\.?5e/, "e") : x.toExponential(digits - 1);
}

/** A whole number with groups of thousands: every digit counts. */
export function whole(n: number): string {
  if (!Number.isFinite(n)) return number(n);
  return Math.abs(n) < 1e15 ? signed(n, grouped(String(Math.abs(Math.round(n))))) : power(n);
}

/** A number of steps of which two digits are known: 12,000. */
export function about(n: number): string {
  return n >= 1e9 || !Number.isFinite(n) ? number(n, 2) : whole(Number(exponential(n, 2)));
}

/** A share as a percentage, which is 100 % only of the whole: 3 %, 86.6 %, 99.99 %. */
export function percent(share: number): string {
  const hundredths = 100 * share;
  if (!Number.isFinite(share)) return number(share);
  if (hundredths < 99.5 || hundredths >= 100) return `${number(hundredths, 3)} %`;
  const nines = Math.min(8, Math.floor(1e-6 - Math.log10(1 - share)) - 2);
  const kept = 10 ** Math.max(1, nines);
  return `${String(Math.floor(hundredths * kept + 1e-3) / kept)} %`;
}

/** A number and its noun: "1 step", "2,000 steps". */
export function counted(n: number, noun: string): string {
  return `${whole(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** A number after an operator: parentheses where it has a sign of its own, as in "0.03 × (−2)". */
export function operand(x: number, digits = 4): string {
  const written = number(x, digits);
  return written.startsWith(MINUS) ? `(${written})` : written;
}

/** Read back what `number` wrote; NaN where it wrote a word. */
export function parse(text: string): number {
  const plain = text.replace(/[(),]/g, "");
  const found = POWER.exec(plain);
  if (!found) return Number(plain.replace(MINUS, "-"));
  const factor = found[1]?.replace(MINUS, "-") ?? (plain.startsWith(MINUS) ? "-1" : "1");
  return Number(`${factor}e${lowered(found[2])}`);
}

/** A whole number as a superscript. */
export const raised = (n: number): string =>
  (n < 0 ? "⁻" : "") + [...String(Math.abs(n))].map((digit) => RAISED[Number(digit)]).join("");

const lowered = (text: string): string =>
  [...text].map((letter) => (letter === "⁻" ? "-" : String(RAISED.indexOf(letter)))).join("");

const signed = (x: number, size: string): string => (x < 0 ? MINUS + size : size);

function grouped(digits: string): string {
  const [units, rest] = digits.split(".") as [string, string?];
  const groups = units.replace(/\B(?=(\d{3})+$)/g, ",");
  return rest === undefined ? groups : `${groups}.${rest}`;
}
