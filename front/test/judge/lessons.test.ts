// Every lesson: its verdict and limit are those that its figures say, and no text of its card is what is no number.

import { expect, test } from "vitest";
import { figures } from "../../../src/steepest/lab/lessons.json";
import { descend, facts } from "../../src/engine";
import { arithmetic, judge, zonesOf } from "../../src/judge";
import { LESSONS, opened } from "../../src/lessons";
import { objectiveOf } from "../../src/state/objective";
import { DEFAULTS } from "../../src/state/settings";
import { full, leading } from "../../src/state/source";
import { number } from "../../src/text/number";
import type { Settings } from "../../src/types";

interface Figure {
  readonly where: string;
  readonly value: string;
  readonly change?: Partial<Settings>;
}

/** What the page says of settings. */
function page(change: Partial<Settings>) {
  const all = { ...DEFAULTS, ...change };
  const objective = objectiveOf(all, null);
  const settings = full(leading(all), objective.size);
  const known = facts(objective, settings);
  const run = descend(objective, settings.rules[0], settings);
  const zones = zonesOf(known, settings);
  return { card: judge(run, known, objective, settings, zones), zones, lines: arithmetic(run, objective, settings, 2) };
}

test.each(LESSONS.map((lesson) => [lesson.name, lesson] as const))("%s", (name, lesson) => {
  const { card, lines } = page(opened(lesson));
  expect(JSON.stringify([card.message, card.why, card.mend, lines])).not.toMatch(/NaN|Infinity|undefined/);
  for (const { where, value, change } of (figures as unknown as Record<string, readonly Figure[]>)[name] ?? []) {
    const found = page({ ...opened(lesson), ...change });
    if (where === "verdict") expect(found.card.status).toBe(value);
    if (where === "limit") expect(number(found.zones!.limit, value.replace(/^0\.0*/, "").length)).toBe(value);
  }
});
