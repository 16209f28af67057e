// The store of the page: what the reader chose, what follows from it, and the few ways to change it.

import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Payload, Recording, Scene, Settings, Table } from "../types";
import { linkOf, readLink, settingsOf } from "./link";
import { tokenOf } from "./payload";
import { createPlayback, type Playback } from "./playback";
import { createScene, type Recorded } from "./scene";
import { valid } from "./settings";
import { suitRate, usualSteps } from "./usual";

export type Theme = "system" | "light" | "dark";

export interface Lab {
  readonly payload: Payload;
  /** The settings that the file came with. */
  readonly given: Settings;
  readonly settings: ReadonlySignal<Settings>;
  readonly scene: ReadonlySignal<Scene | null>;
  readonly problem: ReadonlySignal<string>;
  /** A run that Python recorded: of a report, or the last answer of a server. */
  readonly recorded: Signal<Recorded | null>;
  /** The recorded run, as long as it is the one that is shown. */
  readonly replay: ReadonlySignal<Recording | null>;
  /** Opens the server that the page came from; "" without one. */
  readonly token: string;
  /** The state that all panels show, within the run. */
  readonly cursor: ReadonlySignal<number>;
  /** The last state of the longest run. */
  readonly last: ReadonlySignal<number>;
  readonly playback: Playback;
  /** The reader's own table. */
  readonly table: Signal<Table | null>;
  /** What went wrong with the last file or export, in words. */
  readonly notice: Signal<string>;
  readonly theme: Signal<Theme>;
  change(changes: Partial<Settings>): void;
}

export function createLab(payload: Payload, hash: string): Lab {
  const link = readLink(hash);
  const table = signal(link.table ?? payload.table ?? null);
  const own = payload.table && { data: "own", steps: usualSteps(payload.table) };
  const answer = payload.recording && { cursor: reportedState(payload.recording) };
  const given = valid({ ...own, ...answer, ...payload.settings }, settingsOf(payload.settings?.lesson));
  const settings = signal(link.settings ?? given);
  const change = (changes: Partial<Settings>) => {
    settings.value = valid(changes, settings.peek());
  };
  const recorded = signal<Recorded | null>(payload.recording ? { run: payload.recording, settings: given } : null);
  const made = createScene(settings, { table, recorded });
  const last = computed(() => Math.max(0, ...(made.scene.value?.runs.map((run) => run.steps) ?? [])));
  const cursor = computed(() => Math.min(settings.value.cursor, last.value));
  const playback = createPlayback(cursor, last, (step) => change({ cursor: step }));
  if (payload.table && !link.settings && payload.settings?.rate === undefined) suitRate({ ...made, change });
  return {
    payload,
    given,
    settings,
    ...made,
    cursor,
    last,
    playback,
    table,
    recorded,
    token: tokenOf(hash),
    notice: signal(""),
    theme: signal<Theme>("system"),
    change,
  };
}

/** The state that the recorded run reports as its answer. */
const reportedState = ({ step, reported }: Recording): number => Math.max(0, step.indexOf(reported));

/** Keeps the address in step with the settings, at most a few times a second: browsers allow no more. */
export function followSettings(lab: Lab, write: (hash: string) => void, pause = 250): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return effect(() => {
    const hash = linkOf(lab.settings.value);
    clearTimeout(timer);
    timer = setTimeout(() => write(hash), pause);
  });
}
