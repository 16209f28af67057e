// The head of the page: what is minimised, and the few actions on the whole page.

import type { Theme } from "../state/lab";
import { counted } from "../text/number";
import { useLab } from "./context";
import { ExportButton } from "./Export";
import { HelpButton } from "./Help";
import { LessonChoice } from "./LessonBar";
import { Subject } from "./Subject";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function Header() {
  const { scene, table, theme } = useLab();
  const objective = scene.value?.objective;
  const sampledFrom = scene.value?.settings.data === "own" ? table.value?.sampledFrom : undefined;
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
  return (
    <header>
      <div class="brand">
        <h1>steepest lab</h1>
        <p>drag the rate, see why</p>
      </div>
      <Subject />
      <span class="facts" data-testid="rows">{objective?.rows ? rowsOf(objective.rows, sampledFrom) : ""}</span>
      <span class="space" />
      <LessonChoice />
      <ExportButton />
      <button
        type="button"
        data-testid="theme"
        aria-label={`Colours: ${theme.value}. Change to ${next}`}
        onClick={() => {
          theme.value = next;
        }}
      >
        <span aria-hidden="true">◐</span>
      </button>
      <HelpButton />
      <Problem />
    </header>
  );
}

/** "50 rows", or "5,000 of 10,000,000 rows" of a sample. */
const rowsOf = (rows: number, whole?: number): string =>
  whole === undefined ? counted(rows, "row") : `${counted(rows, "row").split(" ")[0]} of ${counted(whole, "row")}`;

/** What is wrong with the formula, the table or a file. */
function Problem() {
  const { problem, notice } = useLab();
  const words = [problem.value, notice.value].filter(Boolean).join(" ");
  return (
    <p id="problem" class="problem" role="alert" data-testid="problem" hidden={!words}>
      {words}
    </p>
  );
}
