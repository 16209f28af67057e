// The scene: from settings and table to objective, facts, runs, zones and judgement, each computed again only if what
// it depends on has changed. A cursor that moves computes nothing but the scene's outer record.

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { facts as factsOf } from "../engine";
import { judge, zonesOf } from "../judge";
import { reasonOf } from "../refusal";
import type { Recording, Scene, Settings, Table } from "../types";
import { objectiveOf } from "./objective";
import { DEFAULTS, OF_DESCENT, OF_OBJECTIVE, same } from "./settings";
import { full, isRecorded, leading, localRuns, recordedJudgement, recordedRun } from "./source";

interface SceneState {
  readonly scene: ReadonlySignal<Scene | null>;
  /** Why the settings cannot be drawn, in words; "" where they can. The scene then stays the last good one. */
  readonly problem: ReadonlySignal<string>;
  /** The recorded run, as long as it is the one that is shown. */
  readonly replay: ReadonlySignal<Recording | null>;
}

export interface Recorded {
  readonly run: Recording;
  readonly settings: Settings;
}

/** What the page was given besides the settings. */
interface Given {
  readonly table: ReadonlySignal<Table | null>;
  /** A run that Python recorded, and the settings that it had. */
  readonly recorded: ReadonlySignal<Recorded | null>;
}

/** The settings, renewed only if one of these keys changed. */
function part(settings: ReadonlySignal<Settings>, keys: readonly (keyof Settings)[]): ReadonlySignal<Settings> {
  let last: Settings | null = null;
  return computed(() => {
    const now = settings.value;
    const before = last;
    return before && keys.every((key) => same(now[key], before[key])) ? before : (last = now);
  });
}

/** Words in place of a value that cannot be had. */
interface Fault {
  readonly fault: string;
}

type Maybe<T> = T | Fault;

export function createScene(settings: ReadonlySignal<Settings>, given: Given): SceneState {
  const shape = part(settings, OF_OBJECTIVE);
  const descent = part(settings, OF_DESCENT);
  const placed = part(settings, ["start", "fixed"]);
  const replay = computed(() => {
    const recorded = given.recorded.value;
    return recorded && isRecorded(settings.value, recorded.settings) ? recorded.run : null;
  });

  const objective = computed(() => attempt(() => objectiveOf(shape.value, given.table.value)));
  const facts = computed(() => attempt(() => factsOf(sound(objective), full(placed.value, sound(objective).size))));
  const zones = computed(() => attempt(() => zonesOf(sound(facts), leading(descent.value))));
  const runs = computed(() =>
    attempt(() =>
      replay.value ? [recordedRun(replay.value, sound(objective))] : localRuns(sound(objective), descent.value),
    ),
  );
  const judgement = computed(() =>
    attempt(() =>
      replay.value
        ? recordedJudgement(replay.value)
        : judge(
            sound(runs)[0],
            sound(facts),
            sound(objective),
            full(leading(descent.value), sound(objective).size),
            sound(zones),
          ),
    ),
  );

  const current = computed(() =>
    attempt((): Scene => ({
      settings: settings.value,
      objective: sound(objective),
      facts: sound(facts),
      runs: sound(runs),
      zones: sound(zones),
      judgement: sound(judgement),
    })),
  );
  return {
    scene: lastGood(current, () => simpler(settings.peek(), given)),
    problem: computed(() => faultOf(current.value)),
    replay,
  };
}

/** The scene of simpler settings, where the first ones have a fault: on the same data plain steps, else a new page. */
function simpler(settings: Settings, { table }: Given): Scene | null {
  if (same(settings, DEFAULTS)) return null;
  const data = Object.fromEntries(OF_OBJECTIVE.map((key) => [key, settings[key]]));
  const plain: Settings = { ...DEFAULTS, ...data, rate: settings.rate };
  const next = same(settings, plain) ? DEFAULTS : plain;
  return createScene(signal(next), { table, recorded: signal(null) }).scene.peek();
}

function attempt<T>(make: () => T): Maybe<T> {
  try {
    return make();
  } catch (error) {
    return { fault: reasonOf(error) };
  }
}

const faultOf = (value: Maybe<unknown>): string =>
  typeof value === "object" && value !== null && "fault" in value ? (value as Fault).fault : "";

/** The value, or its fault thrown on to whoever needs it. */
function sound<T>(value: ReadonlySignal<Maybe<T>>): T {
  const fault = faultOf(value.value);
  if (fault) throw new Error(fault);
  return value.value as T;
}

/** The scene, or where it has a fault the one before, or else the scene of a new page. */
function lastGood(current: ReadonlySignal<Maybe<Scene>>, first: () => Scene | null): ReadonlySignal<Scene | null> {
  let last: Scene | null = null;
  return computed(() => {
    const now = current.value;
    last = faultOf(now) ? (last ?? first()) : (now as Scene);
    return last;
  });
}
