// The few kinds of controls that settings are made of, each with its label.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

interface Option {
  readonly value: string;
  readonly label: string;
  readonly title?: string;
}

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChoose: (value: string) => void;
}

export function Choice({ id, label, value, options, onChoose }: ChoiceProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} data-testid={id} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map((option) => (
          <option value={option.value} title={option.title}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

interface NumberProps {
  readonly id: string;
  readonly label: ComponentChildren;
  readonly value: number;
  readonly range?: readonly [number, number];
  readonly step?: number | "any";
  readonly onChange: (value: number) => void;
}

/** A number box. What is no number changes nothing; the box then shows the last one again. */
export function NumberField({ id, label, value, range, step = "any", onChange }: NumberProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        value={value}
        min={range?.[0]}
        max={range?.[1]}
        step={step}
        data-testid={id}
        onChange={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          if (Number.isFinite(typed)) onChange(typed);
          event.currentTarget.value = String(value);
        }}
      />
    </label>
  );
}

interface CheckProps {
  readonly id: string;
  readonly label: ComponentChildren;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Check({ id, label, checked, disabled = false, onChange }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        data-testid={id}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

interface DisclosureProps {
  readonly id: string;
  readonly summary: string;
  readonly children: () => ComponentChildren;
}

/** A closed card whose inside is made when it is opened. */
export function Disclosure({ id, summary, children }: DisclosureProps) {
  const open = useSignal(false);
  return (
    <details
      class="card"
      data-testid={id}
      onToggle={(event) => {
        open.value = event.currentTarget.open;
      }}
    >
      <summary>{summary}</summary>
      {open.value && children()}
    </details>
  );
}
