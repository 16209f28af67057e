// The learning rate: a slider on a logarithmic scale, with the zones of the leading rule on this data behind it.

import { number } from "../text/number";
import type { Facts, Scene, Zones } from "../types";
import { LIMITS } from "../state/settings";
import { useLab } from "./context";

const STEP = 0.0025; // of the slider's length
const WORDS = ["slow", "smooth", "overshoots", "diverges"] as const;

interface Scale {
  readonly low: number;
  readonly high: number;
}

/** From far below the zones to above the limit; without a limit, around the curvature's own. */
function scaleOf(zones: Zones | null, facts: Facts): Scale {
  const steepest = facts.eigenvalues[facts.eigenvalues.length - 1];
  const limit = zones?.limit ?? (steepest > 0 ? 2 / steepest : 1);
  return zones ? { low: limit / 60, high: limit * 2.5 } : { low: limit / 1000, high: limit * 50 };
}

const rateAt = ({ low, high }: Scale, share: number): number => Number((low * (high / low) ** share).toPrecision(3));

const shareOf = ({ low, high }: Scale, rate: number): number =>
  Math.min(Math.max(Math.log(rate / low) / Math.log(high / low), 0), 1);

/** Where the zones end on the slider, from 0 to 1. */
const ends = (scale: Scale, zones: Zones): readonly number[] =>
  [zones.slow, zones.bounce, zones.limit].map((rate) => shareOf(scale, rate)).concat(1);

function zoneOf(zones: Zones, rate: number): string {
  return WORDS[[zones.slow, zones.bounce, zones.limit].filter((end) => rate >= end).length];
}

/** Why there are no zones. */
export function noLimit({ settings, facts }: Pick<Scene, "settings" | "facts">): string {
  const { eigenvalues, best, local } = facts;
  if (settings.schedule !== "constant") return "the schedule changes it";
  if (eigenvalues.some((curvature) => curvature > 0)) return "no fixed limit";
  if (!eigenvalues.every((curvature) => curvature === 0)) return "no limit: the curvature is not above 0";
  return local && best ? "no curvature at the minimum, no limit there" : "no curvature, no limit";
}

/** The limit, and where it holds. */
export function limitOf({ limit, local }: Zones, { best }: Facts): string {
  const words = `limit ${number(limit, 3)}`;
  return local ? `${words} ${best ? "near the minimum" : "by the curvature at the start"}` : words;
}

export function Rate() {
  const { scene, settings, change } = useLab();
  const now = scene.value;
  if (!now) return null;
  const scale = scaleOf(now.zones, now.facts);
  const rate = settings.value.rate;
  const limit = now.zones ? limitOf(now.zones, now.facts) : noLimit(now);
  const spoken = now.zones ? `${number(rate)}, ${zoneOf(now.zones, rate)}, ${limit}` : `${number(rate)}, ${limit}`;
  return (
    <section class="card rate" aria-labelledby="rate-title">
      <div class="line">
        <h2 id="rate-title">
          <label for="rate-box">Learning rate</label>
        </h2>
        <input
          id="rate-box"
          class="big"
          type="number"
          step="any"
          min={LIMITS.rate[0]}
          value={rate}
          data-testid="rate-box"
          onChange={(event) => change({ rate: event.currentTarget.valueAsNumber })}
        />
        <span class="limit" data-testid="limit">
          {limit}
        </span>
      </div>
      <div class="slider">
        <ZoneBar zones={now.zones} scale={scale} />
        <input
          type="range"
          min={0}
          max={1}
          step={STEP}
          value={shareOf(scale, rate)}
          data-testid="rate"
          aria-label="Learning rate"
          aria-valuetext={spoken}
          onInput={(event) => change({ rate: rateAt(scale, event.currentTarget.valueAsNumber) })}
        />
        <ZoneWords zones={now.zones} rate={rate} />
      </div>
    </section>
  );
}

function ZoneBar({ zones, scale }: { readonly zones: Zones | null; readonly scale: Scale }) {
  const bounds = zones ? ends(scale, zones) : [1];
  return (
    <div class="zones" aria-hidden="true">
      {bounds.map((end, i) => (
        <i class={zones ? `zone-${i + 1}` : "zone-none"} style={{ width: `${100 * (end - (bounds[i - 1] ?? 0))}%` }} />
      ))}
    </div>
  );
}

/** The zones in words, with their colours; the one in use is bold. */
function ZoneWords({ zones, rate }: { readonly zones: Zones | null; readonly rate: number }) {
  if (!zones) return null;
  const here = zoneOf(zones, rate);
  return (
    <div class="words" aria-hidden="true">
      {WORDS.map((word, i) => (
        <span class={word === here ? "here" : ""}>
          <i class={`zone-${i + 1}`} />
          {word}
        </span>
      ))}
    </div>
  );
}
