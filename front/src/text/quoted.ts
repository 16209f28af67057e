// Text of the reader as messages show it, on one line: as in Python, what a screen hides or obeys is an escape.

const HIDDEN = /[\p{C}\p{Z}]/u;

/** The text in quotes, as Python's repr shows it. */
export function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const letters = [...text].map((letter) => (letter === mark || letter === "\\" ? `\\${letter}` : escaped(letter)));
  return mark + letters.join("") + mark;
}

/** The text with escapes for control and bidirectional characters; the joiners of Persian and Indian spelling stay. */
export function visible(text: string): string {
  return [...text].map((letter) => (/[\p{Zs}\u200c\u200d]/u.test(letter) ? letter : escaped(letter))).join("");
}

function escaped(letter: string): string {
  if (letter === " " || !HIDDEN.test(letter)) return letter;
  const named = "\t\n\r".indexOf(letter);
  if (named >= 0) return ["\\t", "\\n", "\\r"][named];
  const code = letter.codePointAt(0)!;
  const [mark, digits] = code < 256 ? ["x", 2] : code < 65536 ? ["u", 4] : ["U", 8];
  return `\\${mark}${code.toString(16).padStart(digits as number, "0")}`;
}
