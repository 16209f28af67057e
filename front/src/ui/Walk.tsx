// The steps of the walk: play, one step back or on, and a slider over all of them.

import { whole } from "../text/number";
import { useLab } from "./context";

export function Walk() {
  const { cursor, last, playback, scene } = useLab();
  const numbers = scene.value?.runs[0]?.numbers; // of a recorded run that was thinned
  const at = whole(numbers?.[cursor.value] ?? cursor.value);
  const end = whole(numbers?.[last.value] ?? last.value);
  const playing = playback.playing.value;
  return (
    <section class="card walk" aria-label="Steps of the run">
      <button type="button" aria-label="one step back" data-testid="back" onClick={() => playback.by(-1)}>
        ◀
      </button>
      <button type="button" class="primary" data-testid="play" aria-keyshortcuts="Space" onClick={playback.toggle}>
        {playing ? "Pause" : "Play"}
      </button>
      <button type="button" aria-label="one step on" data-testid="forward" onClick={() => playback.by(1)}>
        ▶
      </button>
      <input
        type="range"
        min={0}
        max={last.value}
        step={1}
        value={cursor.value}
        aria-label="Step"
        data-testid="step"
        aria-valuetext={`step ${at} of ${end}`}
        onInput={(event) => playback.go(event.currentTarget.valueAsNumber)}
      />
      <span class="count">
        step{" "}
        <output class="big" data-testid="cursor">
          {at}
        </output>{" "}
        of {end}
      </span>
    </section>
  );
}
