// The zones of the rate slider: where the leading rule crawls, settles, bounces and diverges on this data.
//
// limit   The largest constant rate that converges: the rule's stability over the largest curvature.
// bounce  Above it a step carries past the minimum along the steepest direction: 1 / L for plain steps, where
//         1 - rate L becomes negative; for momentum the rate at which the eigenvalues of its recursion add up to 0.
// slow    Below it the flattest direction keeps more than 1 % of its distance after all the steps chosen. Where no rate
//         below `bounce` is faster than that, the whole zone up to `bounce` is slow.

import type { Facts, Settings, Zones } from "../types";
import { curvatures } from "./curvatures";
import { shrink, turning } from "./recursion";
import { linear, type Linear } from "./rules";

const LEFT = 0.01; // share of the distance that counts as arrived
const HALVINGS = 60;

/** The zones of the leading rule; null where no constant rate is a limit, or nothing is curved. */
export function zonesOf(facts: Facts, settings: Pick<Settings, "rules" | "steps" | "schedule">): Zones | null {
  const rule = linear(settings.rules[0] ?? "");
  const curved = curvatures(facts);
  const [flattest, steepest] = [curved[0], curved[curved.length - 1]];
  if (!rule || settings.schedule !== "constant" || flattest === undefined || steepest === undefined) return null;
  const bounce = turning(rule) / steepest;
  const slow = fastEnough(rule, flattest, bounce, settings.steps);
  return { slow, bounce, limit: rule.stability / steepest, local: facts.local };
}

/** The lowest rate up to `most` that leaves 1 % of the distance after the steps; `most` where none does. */
function fastEnough(rule: Linear, flattest: number, most: number, steps: number): number {
  const arrives = (rate: number): boolean => shrink(rule, rate * flattest) ** steps <= LEFT;
  if (!arrives(most)) return most;
  let [low, high] = [0, most];
  for (let i = 0; i < HALVINGS; i++) {
    const rate = 0.5 * (low + high);
    if (arrives(rate)) high = rate;
    else low = rate;
  }
  return high;
}
