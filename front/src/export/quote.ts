// Names as the reader typed them, quoted for a shell, for Python and for CSV, so that nothing in them is ever executed.

/** One word of a shell. Single quotes keep all as it is; what a terminal obeys even there is spelled. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return text.split(/([\u0000-\u0009\u000b-\u001f\u007f-\u009f])/).map(piece).join("") || "''";
}

function piece(text: string, index: number): string {
  if (text === "") return "";
  if (index % 2 === 1) return `$'\\x${text.charCodeAt(0).toString(16).padStart(2, "0")}'`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A string literal of Python; whatever is not seen, or turns the direction of writing, is escaped. */
export function pythonText(text: string): string {
  return JSON.stringify(text).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
}

function escaped(letter: string): string {
  const code = letter.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
}

/** A field of a CSV file, and an item of an option such as `--features`. */
export function csvField(text: string): string {
  return /[",\r\n]|^\s|\s$|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
