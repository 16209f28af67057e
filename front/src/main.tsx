import "./lab.css";
// The page begins here: payload and address become the store, the store becomes the page.

import { render } from "preact";
import { createLab, followSettings } from "./state/lab";
import type { Payload } from "./types";
import { App } from "./ui/App";
import { timings } from "./ui/frame";
import { listenToKeys } from "./ui/keys";
import { paint, paletteOf } from "./ui/theme";

const EMPTY: Payload = { version: 1, home: "file" };

function payloadOf(element: HTMLElement | null): Payload {
  return element?.textContent ? (JSON.parse(element.textContent) as Payload) : EMPTY;
}

const lab = createLab(payloadOf(document.getElementById("payload")), location.hash);
const palette = paletteOf(lab.theme);
paint(palette, document.documentElement.style);
listenToKeys(lab);
followSettings(lab, (hash) => history.replaceState(null, "", hash || location.pathname + location.search));
render(<App lab={lab} palette={palette} />, document.getElementById("lab") ?? document.body);

// For measurements: the settings and the scene as they are, and the times of the last frames in ms.
Object.assign(window, {
  steepestLab: {
    get settings() { return lab.settings.peek(); },
    get scene() { return lab.scene.peek(); },
    timings,
    change: lab.change,
  },
});
