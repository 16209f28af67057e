// The small page of a recorded run without its table: cells of notebooks, and reports that were given no table. It
// knows the states and nothing of the cost between them, so it has no engine: costs, path and numbers, step by step.

import "./replay.css";
import { computed, signal } from "@preact/signals";
import { render } from "preact";
import { createPlayback } from "../state/playback";
import { readPayload } from "../state/payload";
import { paint, paletteOf } from "../ui/theme";
import { Replay } from "./Replay";

const { recording } = readPayload(document.getElementById("payload")?.textContent);
const palette = paletteOf(signal("system"));
paint(palette, document.documentElement.style);
if (recording) {
  const last = computed(() => recording.step.length - 1);
  const cursor = signal(Math.max(0, recording.step.indexOf(recording.reported)));
  const playback = createPlayback(cursor, last, (state) => { cursor.value = state; });
  const view = { recording, palette, cursor, last, playback, axes: signal(movedMost(recording)) };
  render(<Replay view={view} />, document.getElementById("lab") ?? document.body);
}

/** The two parameters that moved farthest, for the picture of the path. */
function movedMost({ names, path }: NonNullable<typeof recording>): readonly [number, number] {
  const p = names.length;
  const moved = names.map((_, j) => {
    const values = path.filter((_, i) => i % p === j);
    return Math.max(...values) - Math.min(...values);
  });
  const order = names.map((_, j) => j).sort((a, b) => moved[b] - moved[a]);
  return [order[0], order[1] ?? order[0]];
}
