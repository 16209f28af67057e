// The small page: verdict, steps, two pictures, and the state in numbers.

import { severityOf } from "../judge/severity";
import { counted, number, whole } from "../text/number";
import { typeset } from "../text/typeset";
import { Picture } from "./Picture";
import { costs, path } from "./pictures";
import { costUpTo, parameter, type View } from "./view";

export function Replay({ view }: { readonly view: View }) {
  const { recording, cursor, last, axes } = view;
  const { status, message, advice } = recording.verdict;
  return (
    <main>
      <h1>
        Recorded run of {recording.rule}: {counted(recording.step[last.value], "step")}
        {last.value < recording.step[last.value] && `, of which ${counted(last.value + 1, "state")} are kept`}
      </h1>
      <section class={`verdict ${severityOf(status)}`} data-testid="verdict" data-status={status} aria-label="Verdict">
        <p><strong>{typeset(message)}</strong> {advice && `Try ${typeset(advice)}.`}</p>
      </section>
      <Steps view={view} />
      <Picture
        id="cost" view={view}
        draw={(context, size, palette) => costs(context, size, palette, recording, cursor.value)}
      />
      <div>
        <Picture
          id="path" view={view}
          draw={(context, size, palette) => path(context, size, palette, recording, cursor.value, axes.value)}
        />
        {recording.names.length > 2 && <Axes view={view} />}
      </div>
      <Numbers view={view} />
    </main>
  );
}

function Steps({ view: { recording, cursor, last, playback } }: { readonly view: View }) {
  const shown = whole(recording.step[cursor.value]);
  return (
    <section class="steps" aria-label="Steps of the run">
      <button type="button" aria-label="one state back" onClick={() => playback.by(-1)}>◀</button>
      <button type="button" data-testid="play" onClick={playback.toggle}>
        {playback.playing.value ? "Pause" : "Play"}
      </button>
      <button type="button" aria-label="one state forward" onClick={() => playback.by(1)}>▶</button>
      <input
        type="range" min={0} max={last.value} step={1} value={cursor.value} aria-label="Step" data-testid="step"
        aria-valuetext={`step ${shown} of ${counted(recording.step[last.value], "step")}`}
        onInput={(event) => playback.go(event.currentTarget.valueAsNumber)}
      />
      <output data-testid="cursor">{shown}</output>
    </section>
  );
}

function Axes({ view: { recording, axes } }: { readonly view: View }) {
  return (
    <p class="axes">
      {(["across", "up"] as const).map((label, i) => (
        <label key={label}>{label}{" "}
          <select
            value={String(axes.value[i])}
            onChange={(event) => {
              const chosen = Number(event.currentTarget.value);
              axes.value = i === 0 ? [chosen, axes.value[1]] : [axes.value[0], chosen];
            }}
          >
            {recording.names.map((name, j) => <option key={j} value={String(j)}>{name}</option>)}
          </select>
        </label>
      ))}
    </p>
  );
}

function Numbers({ view: { recording, cursor } }: { readonly view: View }) {
  const state = cursor.value;
  const known = costUpTo(recording, state);
  return (
    <table data-testid="numbers">
      <caption>Step {whole(recording.step[state])}</caption>
      <tbody>
        {recording.names.map((name, j) => (
          <tr key={j}><th scope="row">{name}</th><td>{number(parameter(recording, state, j), 10)}</td></tr>
        ))}
        <tr>
          <th scope="row">cost</th>
          <td>{known === state ? number(recording.cost[state], 10) : "not evaluated"}</td>
        </tr>
      </tbody>
    </table>
  );
}
