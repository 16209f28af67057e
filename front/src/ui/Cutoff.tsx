// Two classes: the probability from which a row is called the second class, and how many rows that calls rightly.

import { stateOf } from "../engine/parameters";
import { confusionAt } from "../judge/confusion";
import { LIMITS } from "../state/settings";
import { number, percent } from "../text/number";
import { useLab } from "./context";

export function Cutoff() {
  const { scene, cursor, settings, change } = useLab();
  const now = scene.value;
  const run = now?.runs[0];
  if (!run || !now.objective.table?.classes) return null;
  const [first, second] = now.objective.table.target.classes ?? ["0", "1"];
  const { cutoff } = settings.value;
  const { tp, fp, tn, fn } = confusionAt(now.objective, stateOf(run, Math.min(cursor.value, run.steps)), cutoff);
  return (
    <section class="card" aria-labelledby="cutoff-title">
      <div class="line">
        <h2 id="cutoff-title">Cut-off</h2>
        <output class="big">{number(cutoff, 3)}</output>
        <span class="limit" data-testid="accuracy">
          {percent((tp + tn) / now.objective.rows)} of the rows are right
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
            <td>{tn}</td>
            <td>{fp}</td>
          </tr>
          <tr>
            <th scope="row">{second}</th>
            <td>{fn}</td>
            <td>{tp}</td>
          </tr>
        </tbody>
      </table>
    </section>
  );
}
