// The tokens of a formula. Characters that are not allowed are refused here, with their position.

import { Refusal } from "../refusal";
import * as words from "./words";

export interface Token {
  readonly kind: "number" | "name" | "mark" | "end";
  readonly text: string;
  readonly at: number;
}

const TOKEN = /((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|\*\*|[-+*/(),]/y;
const BLANK = /^[\s\x1c-\x1f\x85]*$/;

/** What is wrong at a place (from 0) of the formula. */
export function wrong(at: number, what: string): Refusal {
  return new Refusal(`formula, position ${at + 1}: ${what}`);
}

/** The tokens of a text, the last of kind "end" after its last letter. */
export function scan(typed: string): Token[] {
  const text = typed.replace(/[\t\r\n]/g, " ");
  if (BLANK.test(text)) throw new Refusal(words.EMPTY);
  const length = [...text].length;
  if (length > words.LONGEST) throw new Refusal(words.tooLong(length));
  const tokens: Token[] = [];
  const open: number[] = [];
  for (let place = 0; place < text.length; ) {
    if (text[place] === " ") {
      place += 1;
      continue;
    }
    const token = tokenAt(text, place);
    refuseBad(token, tokens.at(-1));
    count(token, open);
    tokens.push(token);
    place += token.text.length;
  }
  if (open.length) throw wrong(open[open.length - 1], words.UNCLOSED);
  return finished(tokens);
}

function tokenAt(text: string, at: number): Token {
  TOKEN.lastIndex = at;
  const found = TOKEN.exec(text);
  if (found === null) throw wrong(at, words.strange(String.fromCodePoint(text.codePointAt(at)!)));
  return { kind: found[1] !== undefined ? "number" : found[2] !== undefined ? "name" : "mark", text: found[0], at };
}

/** Refuse 2x, and names that are none. */
function refuseBad(token: Token, before: Token | undefined): void {
  const { kind, text, at } = token;
  const touches = before?.kind === "number" && before.at + before.text.length === at;
  if (touches && kind !== "mark") throw wrong(at, words.joined(text));
  if (kind === "name" && (words.KEYWORDS.has(text) || text.length > words.NAME)) throw wrong(at, words.noName(text));
}

/** Keep the positions of open parentheses. */
function count({ text, at }: Token, open: number[]): void {
  if (text === "(") open.push(at);
  if (text === ")" && open.pop() === undefined) throw wrong(at, words.UNOPENED);
  if (open.length > words.DEEPEST) throw wrong(at, words.TOO_DEEP);
}

/** The tokens with their end. As in Python, a whole number has no zero before its digits. */
function finished(tokens: readonly Token[]): Token[] {
  const zero = tokens.find(({ kind, text }) => kind === "number" && /^0\d*$/.test(text) && /[1-9]/.test(text));
  if (zero) throw wrong(zero.at, words.UNREADABLE);
  const last = tokens[tokens.length - 1];
  return [...tokens, { kind: "end", text: "", at: last.at + last.text.length }];
}
