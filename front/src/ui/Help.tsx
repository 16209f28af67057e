// The keys of the page, in a dialog: "?" opens it, Escape closes it.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

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

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="help-title"
      data-testid="help-dialog"
      onClose={() => {
        helpOpen.value = false;
      }}
    >
      <h2 id="help-title">Keys</h2>
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
      <button
        type="button"
        onClick={() => {
          helpOpen.value = false;
        }}
      >
        Close
      </button>
    </dialog>
  );
}
