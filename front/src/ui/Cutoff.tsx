// Two classes: the probability from which a row is called the second class, and how many rows that calls rightly.

import { LIMITS } from "../state/settings";
import { number, percent } from "../text/number";
import type { Scene } from "../types";
import { useLab } from "./context";

interface Counts {
  readonly hits: number; // of the second class, called so
  readonly misses: number;
  readonly alarms: number; // of the first class, called the second
  readonly passes: number;
}

/** Rows by their class and by what the leading run calls them at its state k. */
export function confusion(scene: Scene, k: number): Counts | null {
  const { table, rows } = scene.objective;
  const [run] = scene.runs;
  if (!table?.classes || !run) return null;
  const at = Math.min(k, run.steps);
  const w = run.path.subarray(at * run.size, (at + 1) * run.size);
  const counts = { hits: 0, misses: 0, alarms: 0, passes: 0 };
  for (let row = 0; row < rows; row++) {
    const called = table.predict(table.linear(w, row)) >= scene.settings.cutoff;
    const second = table.target.values[row] > 0.5;
    counts[second ? (called ? "hits" : "misses") : called ? "alarms" : "passes"] += 1;
  }
  return counts;
}

export function Cutoff() {
  const { scene, cursor, settings, change } = useLab();
  const now = scene.value;
  const counts = now && confusion(now, cursor.value);
  if (!now || !counts) return null;
  const [first, second] = now.objective.table!.target.classes ?? ["0", "1"];
  const { cutoff } = settings.value;
  const right = (counts.hits + counts.passes) / now.objective.rows;
  return (
    <section class="card" aria-labelledby="cutoff-title">
      <div class="line">
        <h2 id="cutoff-title">Cut-off</h2>
        <output class="big">{number(cutoff, 3)}</output>
        <span class="limit" data-testid="accuracy">
          {percent(right)} of the rows are right
        </span>
      </div>
      <input
        type="range"
        min={LIMITS.cutoff[0]}
        max={LIMITS.cutoff[1]}
        step={0.01}
        value={cutoff}
        data-testid="cutoff"
        aria-label={`Probability from which a row is called ${second}`}
        onInput={(event) => change({ cutoff: event.currentTarget.valueAsNumber })}
      />
      <table class="counts" data-testid="confusion">
        <caption class="hidden">Rows by class and by prediction</caption>
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col">called {first}</th>
            <th scope="col">called {second}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{first}</th>
            <td>{counts.passes}</td>
            <td>{counts.alarms}</td>
          </tr>
          <tr>
            <th scope="row">{second}</th>
            <td>{counts.misses}</td>
            <td>{counts.hits}</td>
          </tr>
        </tbody>
      </table>
    </section>
  );
}
