// The steps of the walk: play, one step back or on, and a slider over all of them.

import { counted, whole } from "../judge/format";
import { useLab } from "./context";

export function Walk() {
  const { cursor, last, playback } = useLab();
  const playing = playback.playing.value;
  return (
    <section class="card walk" aria-labelledby="walk-title">
      <div class="line">
        <h2 id="walk-title">Step</h2>
        <output class="big" data-testid="cursor">{whole(cursor.value)}</output>
        <span class="limit">of {whole(last.value)}</span>
        <span class="buttons">
          <button type="button" aria-label="one step back" data-testid="back" onClick={() => playback.by(-1)}>◀</button>
          <button type="button" class="play primary" data-testid="play" aria-keyshortcuts="Space" onClick={playback.toggle}>
            {playing ? "Pause" : "Play"}
          </button>
          <button type="button" aria-label="one step on" data-testid="forward" onClick={() => playback.by(1)}>▶</button>
        </span>
      </div>
      <input
        type="range" min={0} max={last.value} step={1} value={cursor.value} aria-label="Step" data-testid="step"
        aria-valuetext={`step ${whole(cursor.value)} of ${counted(last.value, "step")}`}
        onInput={(event) => playback.go(event.currentTarget.valueAsNumber)}
      />
    </section>
  );
}
