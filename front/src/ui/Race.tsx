// The rules that race: toggle buttons, who leads, and why some rules of the package are not offered here.

import { nameOf } from "../draw/runs";
import { nameIn, parseSpec, rules, toSpec, untranslatedRules, type Bound, type Rule } from "../engine";
import { LIMITS } from "../state/settings";
import { useLab } from "./context";
import { NumberField } from "./controls";

const COMMON = ["plain", "momentum", "nesterov", "adam", "rmsprop", "ada_grad"];
const MOST = 6;

export function Race() {
  const { settings, change } = useLab();
  const chosen = settings.value.rules;
  const others = Object.keys(rules).filter((name) => !COMMON.includes(name));
  const open = chosen.some((rule) => !COMMON.includes(headOf(rule)));
  return (
    <section class="card" aria-labelledby="race-title">
      <h2 id="race-title">Rules in the race</h2>
      {settings.value.race.length > 0 && <Racers />}
      <div class="chips" role="group" aria-labelledby="race-title">
        {COMMON.map((name) => (
          <Chip name={name} />
        ))}
      </div>
      {chosen.length > 1 && (
        <label class="line leader">
          Verdict and zones of
          <select
            value={chosen[0]}
            data-testid="leader"
            onChange={(event) => change({ rules: leading(chosen, event.currentTarget.value) })}
          >
            {chosen.map((rule) => (
              <option value={rule}>{nameOf(rule)}</option>
            ))}
          </select>
        </label>
      )}
      <details open={open} data-testid="more-rules">
        <summary>More rules</summary>
        <div class="chips">
          {others.map((name) => (
            <Chip name={name} />
          ))}
        </div>
        <h3>Not on this page</h3>
        <ul class="small">
          {untranslatedRules.map(({ label, reason }) => (
            <li>
              <b>{label}</b>: {reason}
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}

/** Runs of a lesson that differ in more than the rule. */
function Racers() {
  const { settings, change } = useLab();
  return (
    <>
      <ul class="racers" data-testid="racers">
        {settings.value.race.map(({ label }, place) => (
          <li>
            <Key place={place} /> {label}
          </li>
        ))}
      </ul>
      <p class="small">
        <button type="button" data-testid="end-race" onClick={() => change({ race: [] })}>
          One run for each rule instead
        </button>
      </p>
    </>
  );
}

const headOf = (spec: string): string => nameIn(rules, spec);

const leading = (chosen: readonly string[], first: string): readonly string[] => [
  first,
  ...chosen.filter((rule) => rule !== first),
];

/** One rule. Pressed: it races, in the colour and dash of its place. */
function Chip({ name }: { readonly name: string }) {
  const { settings, change } = useLab();
  const chosen = settings.value.race.length ? [] : settings.value.rules;
  const place = chosen.findIndex((rule) => headOf(rule) === name);
  const toggle = () => {
    const left = chosen.filter((rule) => headOf(rule) !== name);
    const next = place >= 0 ? left : [...left, name];
    change({ rules: next.length ? next : [name], race: [] });
  };
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={place >= 0}
      data-testid={`rule-${name}`}
      title={rules[name].about}
      disabled={place < 0 && chosen.length >= MOST}
      onClick={toggle}
    >
      {place >= 0 && <Key place={place} />}
      {rules[name].label}
    </button>
  );
}

/** The line of a run as pictures draw it: a colour and a dash. */
function Key({ place }: { readonly place: number }) {
  return (
    <svg class="key" width="24" height="6" aria-hidden="true">
      <line x1="1" x2="23" y1="3" y2="3" class={`run-${place + 1}`} />
    </svg>
  );
}

/** The rule that a text such as "momentum:beta=0.95" names. The scene says what is wrong with one that names none. */
function ruleOf(spec: string): Bound<Rule> | null {
  try {
    return parseSpec(spec, rules, "rule");
  } catch {
    return null;
  }
}

/** The settings of the leading rule, such as beta. */
export function RuleSettings() {
  const { settings, change } = useLab();
  const [lead, ...others] = settings.value.rules;
  const bound = ruleOf(lead);
  const fields = Object.entries(bound?.self ?? {});
  if (!bound || fields.length === 0) return null;
  const set = (key: string, value: number) =>
    change({ rules: [toSpec(bound.record, { ...bound.self, [key]: value }), ...others] });
  return (
    <details class="card" data-testid="rule-settings">
      <summary>Settings of {bound.record.label}</summary>
      <p class="small">{bound.record.about}</p>
      {fields.map(([key, value]) => (
        <NumberField id={`rule-${key}`} label={key} value={value} onChange={(typed) => set(key, typed)} />
      ))}
    </details>
  );
}

/** Rows of each step: all, or so many. */
export function Batch() {
  const { settings, scene, change } = useLab();
  const rows = scene.value?.objective.rows ?? 0;
  if (!rows) return null;
  const { batch } = settings.value;
  return (
    <section class="card line" aria-labelledby="batch-title">
      <h2 id="batch-title">Rows a step</h2>
      <div class="chips" role="group" aria-labelledby="batch-title">
        {[0, 3, 1].map((count) => (
          <button
            type="button"
            class="chip"
            aria-pressed={batch === count}
            data-testid={`batch-${count}`}
            onClick={() => change({ batch: count })}
          >
            {count || "all"}
          </button>
        ))}
      </div>
      <input
        type="number"
        class="small-box"
        min={LIMITS.batch[0]}
        max={rows}
        step={1}
        value={batch || rows}
        data-testid="batch-box"
        aria-label="Rows a step, as a number"
        onChange={(event) =>
          change({ batch: event.currentTarget.valueAsNumber >= rows ? 0 : event.currentTarget.valueAsNumber })
        }
      />
    </section>
  );
}
