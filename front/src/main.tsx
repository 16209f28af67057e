// The page begins here: payload and address become the store, the store becomes the page.

import "./lab.css";
import "./cards.css"; // after lab.css, whose rules it refines
import { render } from "preact";
import { createLab, followSettings } from "./state/lab";
import { takeDrops } from "./state/files";
import { readPayload } from "./state/payload";
import { App } from "./ui/App";
import { timings } from "./ui/frame";
import { listenToKeys } from "./ui/keys";
import { paint, paletteOf } from "./ui/theme";

const lab = createLab(readPayload(document.getElementById("payload")?.textContent), location.hash);
const palette = paletteOf(lab.theme);
paint(palette, document.documentElement.style);
listenToKeys(lab);
takeDrops(lab, document.documentElement);
if (lab.payload.home !== "notebook") followSettings(lab, writeAddress); // a frame in a notebook has no address
render(<App lab={lab} palette={palette} />, document.getElementById("lab") ?? document.body);

function writeAddress(hash: string): void {
  history.replaceState(null, "", lab.token ? `${hash}&t=${lab.token}` : hash);
}

// For measurements: the settings and the scene as they are, and the times of the last frames in ms.
Object.assign(window, {
  steepestLab: {
    get settings() {
      return lab.settings.peek();
    },
    get scene() {
      return lab.scene.peek();
    },
    timings,
    change: lab.change,
  },
});
