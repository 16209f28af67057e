// A dialog over the page: it is shown as long as its signal holds, and Escape or its button closes it.

import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  readonly id: string;
  readonly title: string;
  readonly open: Signal<boolean>;
  readonly children: ComponentChildren;
}

export function Dialog({ id, title, open, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = open.value;
  const close = () => {
    open.value = false;
  };
  useEffect(() => {
    if (shown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [shown]);
  return (
    <dialog ref={dialog} class={id} aria-labelledby={`${id}-title`} data-testid={`${id}-dialog`} onClose={close}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
      <button type="button" data-testid={`${id}-close`} onClick={close}>
        Close
      </button>
    </dialog>
  );
}
