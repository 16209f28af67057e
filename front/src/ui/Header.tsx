// The head of the page: what is minimised, and the few actions on the whole page.

import { counted } from "../judge/format";
import type { Theme } from "../state/lab";
import { chooseData } from "../state/choice";
import { builtin } from "../state/tables";
import { useLab } from "./context";
import { HelpButton } from "./Help";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function Header() {
  const { scene, theme } = useLab();
  const objective = scene.value?.objective;
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
  return (
    <header>
      <h1>steepest lab</h1>
      <DataChoice />
      <span class="facts">{objective?.rows ? counted(objective.rows, "row") : ""}</span>
      <span class="space" />
      <button
        type="button" data-testid="theme" aria-label={`Colours: ${theme.value}. Change to ${next}`}
        onClick={() => { theme.value = next; }}
      >
        <span aria-hidden="true">◐</span>
      </button>
      <HelpButton />
    </header>
  );
}

function DataChoice() {
  const lab = useLab();
  const { settings, table } = lab;
  const { task, data } = settings.value;
  return (
    <label class="data">
      <span>Data</span>
      <select
        value={task === "formula" ? "formula" : data} data-testid="data"
        onChange={(event) => chooseData(lab, event.currentTarget.value)}
      >
        {table.value && <option value="own">{table.value.name}</option>}
        {Object.entries(builtin).map(([name, { label }]) => <option value={name}>{label}</option>)}
        <option value="formula">a formula</option>
      </select>
    </label>
  );
}
