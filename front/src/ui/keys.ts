// Keys of the whole page. A control that has the focus keeps its own keys.

import type { Lab } from "../state/lab";
import { helpOpen } from "./Help";

const TAKEN = "input:not([type=checkbox]), select, textarea, dialog";
const PRESSED = "button, summary, a, input"; // space presses these

export function listenToKeys(lab: Lab): void {
  addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(TAKEN)) return;
    if (event.key === " " && target.closest(PRESSED)) return;
    const act = actions(lab)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function actions({ playback, last, settings, change }: Lab): Readonly<Record<string, () => void>> {
  const turned = () => change({ view: settings.peek().view === "contour" ? "surface" : "contour" });
  return {
    ArrowRight: () => playback.by(1),
    ArrowLeft: () => playback.by(-1),
    Home: () => playback.go(0),
    End: () => playback.go(last.peek()),
    " ": playback.toggle,
    s: turned,
    S: turned,
    "?": () => {
      helpOpen.value = true;
    },
  };
}
