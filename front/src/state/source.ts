// Where runs come from. Local: the engine of this page. Replay: the states that a payload recorded, shown exactly as long as
// the settings are the recorded ones. Remote: a server on the reader's own machine, for what the engine does not offer.

import { descend } from "../engine";
import type { Judgement, Objective, Recording, Run, Settings } from "../types";
import { same } from "./link";

/** Settings that a recorded run fixes: any other value of these is another run. */
const FIXES = [
  "task", "formula", "data", "target", "features", "loss", "standardize", "moved", "rules", "race", "rate", "schedule",
  "batch", "sampling", "seed", "steps", "start", "fixed",
] as const;

/** Whether the reader still looks at the recorded run. */
export const isRecorded = (settings: Settings, recorded: Settings): boolean =>
  FIXES.every((key) => same(settings[key], recorded[key]));

/** One run for each rule, or for each racer. */
export function localRuns(objective: Objective, settings: Settings): readonly Run[] {
  const how = full(settings, objective.size);
  if (settings.race.length === 0) return settings.rules.map((rule) => descend(objective, rule, how));
  return settings.race.map(({ label, rule = settings.rules[0], ...change }) => ({
    ...descend(objective, rule, { ...how, ...change }), ...change, label,
  }));
}

/** The settings with as many starts, fixed or not, as there are parameters. */
export function full(settings: Settings, size: number): Settings {
  const each = Array.from({ length: size }, (_, j) => j);
  return { ...settings, start: each.map((j) => settings.start[j] ?? 0), fixed: each.map((j) => settings.fixed[j] ?? false) };
}

/** A recorded run in the coordinates of the descent; costs that were not recorded are computed. */
export function recordedRun(recording: Recording, objective: Objective): Run {
  const size = objective.size;
  const states = recording.step.length;
  const path = new Float64Array(states * size);
  for (let k = 0; k < states; k++) path.set(objective.scaled(recording.path.subarray(k * size, (k + 1) * size)), k * size);
  const cost = recording.cost.map((value, k) =>
    Number.isNaN(value) ? objective.value(path.subarray(k * size, (k + 1) * size)) : value,
  );
  return { rule: recording.rule, size, path, cost, steps: states - 1, end: "steps", numbers: recording.step, rowsOf: () => null };
}

/** What a server answers. `src/steepest/lab` has the other end. */
export interface Remote {
  /** The verdict of Python, with its certificate; null where the server has none for these settings. */
  judge(settings: Settings): Promise<Judgement | null>;
}

/** A server at the page's own address; its token is the page's own, never part of a link. */
export function remote(address: string, token: string): Remote {
  return {
    async judge(settings) {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify(settings),
      });
      return answer.ok ? ((await answer.json()) as Judgement) : null;
    },
  };
}
