// Where runs come from. Local: the engine of this page. Replay: the states that a payload recorded, shown exactly as
// long as the settings are the recorded ones. Remote: a server on the reader's own machine, for what the engine does
// not offer.

import { descend } from "../engine";
import { typeset } from "../text/typeset";
import type { Judgement, Objective, Recording, RemoteReply, RemoteRequest, Run, Settings, Status } from "../types";
import { unpacked, type Packed } from "./payload";
import { OF_DESCENT, OF_OBJECTIVE, same } from "./settings";

/** Whether the reader still looks at the recorded run. */
export const isRecorded = (settings: Settings, recorded: Settings): boolean =>
  [...OF_OBJECTIVE, ...OF_DESCENT].every((key) => same(settings[key], recorded[key]));

/** One run for each rule, or for each racer. */
export function localRuns(objective: Objective, settings: Settings): readonly Run[] {
  const how = full(settings, objective.size);
  if (settings.race.length === 0) return settings.rules.map((rule) => descend(objective, rule, how));
  return settings.race.map(({ label, rule = settings.rules[0], ...change }) => ({
    ...descend(objective, rule, { ...how, ...change }),
    ...change,
    label,
  }));
}

/** The settings with as many starts, fixed or not, as there are parameters. */
export function full(settings: Settings, size: number): Settings {
  const each = Array.from({ length: size }, (_, j) => j);
  return {
    ...settings,
    start: each.map((j) => settings.start[j] ?? 0),
    fixed: each.map((j) => settings.fixed[j] ?? false),
  };
}

/** The settings of the run that leads. */
export function leading(settings: Settings): Settings {
  const [{ label: _, rule = settings.rules[0], ...change } = { label: "" }] = settings.race;
  return { ...settings, rules: [rule, ...settings.rules.filter((other) => other !== rule)], ...change };
}

/** A recorded run in the coordinates of the descent; costs that were not recorded are computed. */
export function recordedRun(recording: Recording, objective: Objective): Run {
  const size = objective.size;
  const states = recording.step.length;
  const path = new Float64Array(states * size);
  for (let k = 0; k < states; k++)
    path.set(objective.scaled(recording.path.subarray(k * size, (k + 1) * size)), k * size);
  const cost = recording.cost.map((value, k) =>
    Number.isNaN(value) ? objective.value(path.subarray(k * size, (k + 1) * size)) : value,
  );
  return {
    rule: recording.rule,
    size,
    path,
    cost,
    steps: states - 1,
    end: "steps",
    numbers: recording.step,
    rowsOf: () => null,
  };
}

/** The verdict that Python wrote. */
export function recordedJudgement({ verdict }: Recording): Judgement {
  const why = verdict.advice ? `Try ${typeset(verdict.advice)}.` : "";
  return { status: verdict.status as Status, message: typeset(verdict.message), why, mend: null };
}

/** Asks the server that the page came from. An Error says in one line what it refused. */
export async function askServer(request: RemoteRequest, token: string): Promise<RemoteReply> {
  const answer = await fetch("/fit", {
    method: "POST",
    headers: { "content-type": "application/json", "x-steepest-token": token },
    body: JSON.stringify(request),
  });
  const said = (await answer.json()) as Packed<RemoteReply> & { readonly error?: string };
  if (!answer.ok) throw new Error(said.error ?? `the server answered ${answer.status}`);
  return { ...said, recording: unpacked(said.recording) };
}
