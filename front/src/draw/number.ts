// Numbers as the pictures write them: a true minus, thousands apart, powers of ten as superscripts.

const RAISED: Readonly<Record<string, string>> = {
  "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
};

export const raised = (power: number): string => [...String(power)].map((digit) => RAISED[digit]).join("");

/** A number with at most `digits` significant digits: 0.5376, −1,125, 1.569 × 10⁷. */
export function number(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "unknown";
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size > Number.MAX_VALUE) return value > 0 ? "over 10³⁰⁸" : "under −10³⁰⁸";
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) return scientific(value, digits);
  const [whole, part] = String(Math.abs(rounded)).split(".");
  return sign(rounded) + grouped(whole) + (part ? `.${part}` : "");
}

/** Whole numbers, never rounded: 2,000. */
export const count = (value: number): string => sign(value) + grouped(String(Math.abs(Math.round(value))));

/** "1 step", "2,000 steps". */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/** A share as percent that is 100 % only if it is whole: 99.99 %, 3 %. */
export function percent(share: number): string {
  const hundredths = 100 * share;
  if (hundredths < 99.5 || hundredths >= 100) return `${number(hundredths, hundredths < 10 ? 2 : 3)} %`;
  const nines = Math.min(8, Math.floor(1e-6 - Math.log10(1 - share)) - 2);
  const kept = 10 ** Math.max(1, nines);
  return `${String(Math.floor(hundredths * kept + 1e-3) / kept)} %`;
}

function scientific(value: number, digits: number): string {
  const [mantissa, power] = value.toExponential(Math.max(0, digits - 1)).split("e");
  const short = String(Number(mantissa)).replace("-", "−");
  const ten = `10${raised(Number(power))}`;
  return short === "1" ? ten : short === "−1" ? `−${ten}` : `${short} × ${ten}`;
}

const sign = (value: number): string => (value < 0 ? "−" : "");
const grouped = (whole: string): string => whole.replace(/\B(?=(\d{3})+$)/g, ",");
