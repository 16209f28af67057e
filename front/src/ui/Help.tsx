// The keys of the page, in a dialog: "?" opens it, Escape closes it.

import { signal } from "@preact/signals";
import { Dialog } from "./Dialog";

const KEYS: readonly (readonly [key: string, what: string])[] = [
  ["← →", "one step back or on"],
  ["Home, End", "first or last step"],
  ["Space", "play or pause"],
  ["S", "contour map or surface"],
  ["arrows on the map", "move the start, or turn the surface"],
  ["arrows on a slider", "change its number"],
  ["?", "this list"],
];

export const helpOpen = signal(false);

export function HelpButton() {
  return (
    <button
      type="button"
      data-testid="help"
      aria-haspopup="dialog"
      aria-label="Keys"
      onClick={() => {
        helpOpen.value = true;
      }}
    >
      ?
    </button>
  );
}

export const Help = () => (
  <Dialog id="help" title="Keys" open={helpOpen}>
    <dl>
      {KEYS.map(([key, what]) => (
        <div>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  </Dialog>
);
