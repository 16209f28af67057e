// The arithmetic of this step of the leading rule, in numbers.

import { arithmetic } from "../judge";
import { leading, full } from "../state/source";
import { whole } from "../text/number";
import { useLab } from "./context";

export function Arithmetic() {
  const { scene, cursor } = useLab();
  const now = scene.value;
  if (!now?.runs.length || now.runs[0].numbers) return null; // of a recorded run states are known, not steps
  const settings = full(leading(now.settings), now.objective.size);
  const [run] = now.runs;
  const step = Math.min(cursor.value, Math.max(0, run.steps - 1));
  return (
    <section class="card arithmetic" aria-labelledby="arithmetic-title" data-testid="arithmetic" data-step={step}>
      <h2 id="arithmetic-title">
        From step {whole(step)} to {whole(step + 1)}
      </h2>
      {arithmetic(run, now.objective, settings, step).map(({ label, parts }) => (
        <p data-testid="arithmetic-line">
          <span class="label">{label}</span>{" "}
          {parts.map(({ text, role }) => (
            <span class={`role-${role}`}>{text}</span>
          ))}
        </p>
      ))}
    </section>
  );
}
