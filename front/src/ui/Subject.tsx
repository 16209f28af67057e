// What is minimised: a table that the page brings along, the reader's own file, or a formula.

import { chooseData } from "../state/choice";
import { openFile } from "../state/files";
import { builtin } from "../table";
import { useLab } from "./context";

export function Subject() {
  const lab = useLab();
  const { task, data } = lab.settings.value;
  const own = lab.table.value;
  return (
    <div class="subject">
      <label>
        <span>Data</span>
        <select
          value={task === "formula" ? "formula" : data}
          data-testid="data"
          onChange={(event) => chooseData(lab, event.currentTarget.value)}
        >
          {own && <option value="own">{own.name}</option>}
          {Object.entries(builtin).map(([name, { label }]) => (
            <option value={name}>{label}</option>
          ))}
          <option value="formula">a formula</option>
        </select>
      </label>
      {task === "formula" && <FormulaField />}
      <FileButton />
    </div>
  );
}

function FormulaField() {
  const { settings, problem, change } = useLab();
  return (
    <label>
      <span>f =</span>
      <input
        type="text"
        class="formula"
        value={settings.value.formula}
        spellcheck={false}
        autocomplete="off"
        data-testid="formula"
        aria-invalid={problem.value !== ""}
        aria-describedby="problem"
        onInput={(event) => change({ formula: event.currentTarget.value })}
      />
    </label>
  );
}

/** A button that opens the file dialog; the page takes a dropped file too. */
function FileButton() {
  const lab = useLab();
  return (
    <label class="file">
      <span>Open a file</span>
      <input
        type="file"
        accept=".csv,.tsv,.txt,.dat,text/*"
        class="hidden"
        data-testid="file"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) void openFile(lab, file);
        }}
      />
    </label>
  );
}
