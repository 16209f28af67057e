// What is minimised: target, features and loss of a table; and how the descent goes on it.

import { losses, nameIn, samplings, schedules } from "../engine";
import { LIMITS } from "../state/settings";
import { lossFor } from "../table";
import type { Settings } from "../types";
import { useLab } from "./context";
import { Check, Choice, NumberField } from "./controls";

const SAMPLING_WORDS: Readonly<Record<Settings["sampling"], string>> = {
  shuffle: "shuffled each epoch",
  replacement: "drawn with replacement",
  sequential: "in their order",
};

export function Model() {
  const { settings, scene, table, change } = useLab();
  const now = settings.value;
  if (now.task === "formula") return null;
  const shown = scene.value?.objective.table;
  const columns = (now.data === "own" ? table.value?.columns : undefined) ?? [];
  const target = shown?.target.name ?? now.target;
  const used = shown?.features.map((column) => column.name) ?? [];
  const aim = (name: string) =>
    change({
      target: name,
      features: used.filter((feature) => feature !== name),
      loss: lossFor(columns.find((column) => column.name === name)!),
      moved: [],
    });
  const toggle = (name: string, on: boolean) =>
    change({ features: on ? [...used, name] : used.filter((feature) => feature !== name), moved: [] });
  return (
    <details class="card" data-testid="model">
      <summary>Table and loss</summary>
      {columns.length > 0 && (
        <>
          <Choice
            id="target"
            label="Target"
            value={target}
            options={columns.map(({ name }) => ({ value: name, label: name }))}
            onChoose={aim}
          />
          <fieldset>
            <legend>Features</legend>
            {columns
              .filter(({ name }) => name !== target)
              .map(({ name }) => (
                <Check
                  id={`feature-${name}`}
                  label={name}
                  checked={used.includes(name)}
                  disabled={used.length === 1 && used.includes(name)}
                  onChange={(on) => toggle(name, on)}
                />
              ))}
          </fieldset>
        </>
      )}
      <Choice
        id="loss"
        label="Loss"
        value={nameIn(losses, now.loss)}
        onChoose={(loss) => change({ loss })}
        options={Object.values(losses).map(({ name, label, about }) => ({ value: name, label, title: about }))}
      />
      <Check
        id="standardize"
        label="Standardize the features"
        checked={now.standardize}
        onChange={(standardize) => change({ standardize })}
      />
    </details>
  );
}

export function Descent() {
  const { settings, scene, change } = useLab();
  const now = settings.value;
  const objective = scene.value?.objective;
  const names = objective?.names ?? [];
  const at = <T,>(list: readonly T[], j: number, value: T, other: T): readonly T[] =>
    names.map((_, i) => (i === j ? value : (list[i] ?? other)));
  return (
    <details class="card" data-testid="descent">
      <summary>Steps, start, seed and schedule</summary>
      <NumberField
        id="steps"
        label="Steps"
        value={now.steps}
        range={LIMITS.steps}
        step={1}
        onChange={(steps) => change({ steps })}
      />
      <Choice
        id="schedule"
        label="Schedule"
        value={nameIn(schedules, now.schedule)}
        onChoose={(schedule) => change({ schedule })}
        options={Object.values(schedules).map(({ name, label, about }) => ({ value: name, label, title: about }))}
      />
      {objective?.table && (
        <>
          <Choice
            id="sampling"
            label="Rows"
            value={now.sampling}
            options={samplings.map((value) => ({ value, label: SAMPLING_WORDS[value] }))}
            onChoose={(sampling) => change({ sampling: sampling as Settings["sampling"] })}
          />
          <NumberField
            id="seed"
            label="Seed"
            value={now.seed}
            range={LIMITS.seed}
            step={1}
            onChange={(seed) => change({ seed })}
          />
        </>
      )}
      {names.map((name, j) => (
        <div class="pair">
          <NumberField
            id={`start-${j}`}
            label={`Start of ${name}`}
            value={now.start[j] ?? 0}
            onChange={(value) => change({ start: at(now.start, j, value, 0) })}
          />
          <Check
            id={`fixed-${j}`}
            label="fixed"
            checked={now.fixed[j] ?? false}
            onChange={(fixed) => change({ fixed: at(now.fixed, j, fixed, false) })}
          />
        </div>
      ))}
    </details>
  );
}
