// The place of each run in the colours and dashes. In a race of rules it belongs to the rule, whoever leads: the common
// rules have places of their own, others take the free ones. A single run, and the runs of a lesson, go by their order.

import type { Palette, Scene } from "../types";
import { labelsOf } from "./runs";

/** The rules that the page offers first, in the order of their places. */
export const COMMON = ["plain", "momentum", "nesterov", "adam", "rmsprop", "ada_grad"];

/** The places of rules that race, such as "momentum:beta=0.95"; no two are the same. */
export function placesOf(rules: readonly string[]): readonly number[] {
  if (rules.length === 1) return [0];
  const taken = new Map<number, string>();
  const ordered = [...rules].sort();
  for (const rule of ordered) {
    const own = COMMON.indexOf(rule.split(":")[0]);
    if (own >= 0 && !taken.has(own)) taken.set(own, rule);
  }
  const placed = new Set(taken.values());
  const free = COMMON.map((_, place) => place).filter((place) => !taken.has(place));
  for (const rule of ordered) if (!placed.has(rule)) taken.set(free.shift()!, rule);
  const places = new Map([...taken].map(([place, rule]) => [rule, place]));
  return rules.map((rule) => places.get(rule)!);
}

/** The palette in the order of the runs of a scene. */
export function ordered(palette: Palette, { runs, settings }: Scene): Palette {
  if (settings.race.length > 0 || new Set(runs.map(({ rule }) => rule)).size < runs.length) return palette;
  const first = placesOf(runs.map(({ rule }) => rule));
  const order = [...first, ...palette.rules.map((_, place) => place).filter((place) => !first.includes(place))];
  return { ...palette, rules: order.map((i) => palette.rules[i]), dashes: order.map((i) => palette.dashes[i]) };
}

/** The line of the leading run in words: "solid", or its label where it is dashed. */
export const lineOf = (scene: Scene, { dashes }: Palette): string =>
  dashes[0].length === 0 ? "solid" : labelsOf(scene)[0];
