// Delimiter and quote of a text table: how a line is cut into fields.

export const BLANKS = " "; // white space of any length

export interface Dialect {
  readonly delimiter: string;
  readonly quote: string; // opens at the start of a field only; two within a field are one
}

/** The fields of a line, or null if a quoted field does not end where a field ends. */
export function split(line: string, dialect: Dialect): string[] | null {
  const { delimiter, quote } = dialect;
  if (!line.includes(quote)) return delimiter === BLANKS ? words(line) : line.split(delimiter);
  const fields: string[] = [];
  for (const { text } of fieldsOf(line, dialect)) {
    if (text === null) return null;
    fields.push(text);
  }
  return fields;
}

/** How many fields of a line are quoted and not empty. */
export function quotedFields(line: string, dialect: Dialect): number {
  if (!line.includes(dialect.quote)) return 0;
  return [...fieldsOf(line, dialect)].filter(({ text, inQuotes }) => inQuotes && text !== "").length;
}

/** Whether a line is blank; a tab is content if tabs are the delimiter. */
export function isBlank(line: string, { delimiter }: Dialect): boolean {
  return delimiter === "\t" ? /^ *$/.test(line) : line.trim() === "";
}

/** How often a line opens or closes a quote. */
export function quotes(line: string, { quote }: Dialect): number {
  return line.split(quote).length - 1;
}

function words(line: string): string[] {
  const text = line.trim();
  return text === "" ? [] : text.split(/\s+/);
}

/** A field; the text is null where a quote opens and does not end with the field. */
interface Field {
  readonly text: string | null;
  readonly inQuotes: boolean;
}

/** What stands within quotes, and where the field ends. */
interface Quoted {
  readonly inside: string;
  readonly end: number;
}

function fieldsOf(line: string, dialect: Dialect): Iterable<Field> {
  return dialect.delimiter === BLANKS ? betweenBlanks(line, dialect.quote) : between(line, dialect);
}

function* betweenBlanks(line: string, quote: string): Generator<Field> {
  const field = new RegExp(`${quote}([^${quote}]*(?:${quote}${quote}[^${quote}]*)*)${quote}(?=\\s|$)|(\\S+)`, "g");
  for (const [whole, inside] of line.matchAll(field)) {
    yield inside === undefined ? bare(whole, quote) : full(inside, quote);
  }
}

function* between(line: string, { delimiter, quote }: Dialect): Generator<Field> {
  for (let at = 0; at <= line.length; ) {
    const closed = quotedField(line, at, delimiter, quote);
    const end = closed?.end ?? indexOrEnd(line, delimiter, at);
    yield closed ? full(closed.inside, quote) : bare(line.slice(at, end), quote);
    at = end + 1;
  }
}

/** The quoted field that begins at a place; null if none does. */
function quotedField(line: string, at: number, delimiter: string, quote: string): Quoted | null {
  const start = afterBlanks(line, at);
  if (line[start] !== quote) return null;
  let close = line.indexOf(quote, start + 1);
  while (close >= 0 && line[close + 1] === quote) close = line.indexOf(quote, close + 2);
  const end = afterBlanks(line, close + 1);
  const ends = close >= 0 && (end === line.length || line[end] === delimiter);
  return ends ? { inside: line.slice(start + 1, close), end } : null;
}

function full(inside: string, quote: string): Field {
  return { text: inside.replaceAll(quote + quote, quote), inQuotes: true };
}

function bare(text: string, quote: string): Field {
  return { text: text.trimStart().startsWith(quote) ? null : text, inQuotes: false };
}

function afterBlanks(line: string, at: number): number {
  let place = at;
  while (line[place] === " ") place++;
  return place;
}

function indexOrEnd(line: string, delimiter: string, at: number): number {
  const found = line.indexOf(delimiter, at);
  return found < 0 ? line.length : found;
}
