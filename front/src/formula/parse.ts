// The syntax tree of a formula, with the precedence of Python: -x**2 is -(x**2), 2**-1 is 0.5, x**y**z is x**(y**z).

import * as words from "./words";
import { type Token, scan, wrong } from "./scan";

/** A node: an operation on its parts, a sign + that does nothing, or what Python reads and a formula cannot be. */
export interface Node {
  readonly kind: "number" | "name" | "operation" | "call" | "plus" | "other";
  readonly text: string; // of a number, a name or an operation
  readonly at: number;
  readonly parts: readonly Node[]; // of a call: the function, then its arguments
  readonly starred?: boolean; // a call with an argument * or **
}

/** The tree of a text that has the form of a formula. */
export function parse(text: string): Node {
  return new Parser(scan(text)).whole();
}

/** Recursive descent; the parser stands at the token `place`. */
class Parser {
  private place = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Node {
    const start = this.next.at;
    const first = this.expression();
    const parts = this.next.text === "," ? this.rest(first) : null;
    if (this.next.kind !== "end") throw wrong(this.next.at, words.UNREADABLE);
    return parts ? { kind: "other", text: ",", at: start, parts } : first;
  }

  private get next(): Token {
    return this.tokens[this.place];
  }

  private take(): Token {
    return this.tokens[this.place++];
  }

  private took(text: string): boolean {
    if (this.next.text !== text) return false;
    this.place += 1;
    return true;
  }

  /** A sum. Two operands side by side within parentheses are refused at the first, as Python does. */
  private expression(): Node {
    const found = this.sum();
    const beside = this.depth > 0 && (this.next.kind === "number" || this.next.kind === "name");
    if (beside) throw wrong(found.at, words.UNREADABLE);
    return found;
  }

  private sum(): Node {
    return this.leftToRight(["+", "-"], () => this.product());
  }

  private product(): Node {
    return this.leftToRight(["*", "/"], () => this.signed());
  }

  private leftToRight(marks: readonly string[], operand: () => Node): Node {
    const { at } = this.next;
    let left = operand();
    while (marks.includes(this.next.text)) {
      const mark = this.take();
      const whole = mark.text === "/" && this.next.text === "/" && this.next.at === mark.at + 1; // Python's //
      if (whole) this.take();
      left = { kind: whole ? "other" : "operation", text: mark.text, at, parts: [left, operand()] };
    }
    return left;
  }

  private signed(): Node {
    const { at } = this.next;
    if (this.took("+")) return { kind: "plus", text: "+", at, parts: [this.signed()] };
    if (this.took("-")) return { kind: "operation", text: "negative", at, parts: [this.signed()] };
    return this.power();
  }

  private power(): Node {
    const { at } = this.next;
    const base = this.called();
    return this.took("**") ? { kind: "operation", text: "**", at, parts: [base, this.signed()] } : base;
  }

  /** An operand, perhaps with arguments after it. */
  private called(): Node {
    const { at } = this.next;
    let found = this.operand();
    while (this.took("(")) {
      this.depth += 1;
      found = { kind: "call", text: "", at, ...this.argumentsOf(found) };
    }
    return found;
  }

  private argumentsOf(called: Node): Pick<Node, "parts" | "starred"> {
    const parts = [called];
    let starred = false;
    while (!this.closed()) {
      if (parts.length > 1) this.comma();
      if (parts.length > 1 && this.closed()) break;
      const star = this.took("*") || this.took("**");
      starred ||= star;
      parts.push(this.expression());
    }
    return { parts, starred };
  }

  private closed(): boolean {
    if (!this.took(")")) return false;
    this.depth -= 1;
    return true;
  }

  private comma(): void {
    if (!this.took(",")) throw wrong(this.next.at, words.UNREADABLE);
  }

  private operand(): Node {
    const { kind, text, at } = this.next;
    if (text === "(") return this.group();
    if (kind === "mark" || kind === "end") throw wrong(at, words.UNREADABLE);
    this.take();
    return { kind, text, at, parts: [] };
  }

  /** What stands in parentheses: an expression, or Python's tuple, which is no formula. */
  private group(): Node {
    const { at } = this.take();
    this.depth += 1;
    if (this.closed()) return { kind: "other", text: ",", at, parts: [] };
    const star = this.next.text === "*" ? this.take() : null;
    const first = this.expression();
    const parts = this.next.text === "," ? this.rest(first) : null;
    if (!parts && star) throw wrong(star.at, words.UNREADABLE);
    if (!this.closed()) throw wrong(this.next.at, words.UNREADABLE);
    return parts ? { kind: "other", text: ",", at, parts } : first;
  }

  /** The members of a tuple after the first. */
  private rest(first: Node): Node[] {
    const parts = [first];
    while (this.took(",")) {
      if (this.next.text === ")" || this.next.kind === "end") break;
      if (this.depth > 0) this.took("*");
      parts.push(this.expression());
    }
    return parts;
  }
}
