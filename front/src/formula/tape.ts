// A formula as a tape: its operations in the order of evaluation. What Python reads and a formula cannot be is refused.

import { FUNCTIONS } from "./rules";
import type { Node } from "./parse";
import { wrong } from "./scan";
import * as words from "./words";

/** One entry: an operation on the last `takes` results, a number, or a variable. */
export interface Operation {
  readonly name: string;
  readonly takes: number;
  readonly value: number; // of a number
  readonly variable: string; // of a variable
}

const ARGUMENTS: Readonly<Record<string, readonly [number, number]>> = { atan2: [2, 2], min: [2, 99], max: [2, 99] };

/** The operations of a tree, the parts of each before itself. */
export function tapeOf(node: Node, tape: Operation[] = []): Operation[] {
  if (node.kind === "plus") return tapeOf(node.parts[0], tape);
  const own = operation(node);
  const parts = node.kind === "call" ? node.parts.slice(1) : node.parts;
  for (const part of parts) tapeOf(part, tape);
  tape.push(own);
  return tape;
}

function operation(node: Node): Operation {
  if (node.kind === "number") return number(Number(node.text), node.at);
  if (node.kind === "name") return named(node.text, node.at);
  if (node.kind === "call") return called(node);
  if (node.kind === "other") throw wrong(node.at, words.UNREADABLE);
  return { name: node.text, takes: node.parts.length, value: 0, variable: "" };
}

function number(value: number, at: number): Operation {
  if (!Number.isFinite(value)) throw wrong(at, words.TOO_LARGE);
  return { name: "number", takes: 0, value, variable: "" };
}

function named(name: string, at: number): Operation {
  if (FUNCTIONS.includes(name)) throw wrong(at, words.bare(name));
  if (Object.hasOwn(words.CONSTANTS, name)) return number(words.CONSTANTS[name], at);
  return { name: "variable", takes: 0, value: 0, variable: name };
}

function called({ parts: [called, ...given], at, starred }: Node): Operation {
  const name = called.kind === "name" ? called.text : null;
  if (name === null || !FUNCTIONS.includes(name)) throw wrong(at, words.noFunction(name, FUNCTIONS));
  const [low, high] = ARGUMENTS[name] ?? [1, 1];
  if (starred || given.length < low || given.length > high) throw wrong(at, words.takes(name, low, high));
  return { name, takes: given.length, value: 0, variable: "" };
}
