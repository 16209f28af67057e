// The verdict in words, its reason, and one button that mends it.

import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Judgement, Status } from "../types";
import { useLab } from "./context";

const PAUSE = 1000; // ms between two announcements

type Tone = "good" | "warn" | "bad";
const TONES: Readonly<Record<Status, Tone>> = {
  converged: "good", stationary: "good", separable: "warn", cycling: "warn", oscillating: "warn", "noise floor": "warn",
  crawling: "warn", stopped: "warn", unbounded: "bad", diverged: "bad",
};
const MARKS: Readonly<Record<Tone, string>> = { good: "✓", warn: "!", bad: "✕" };

export const headline = (status: Status): string => status[0].toUpperCase() + status.slice(1);

export function Verdict() {
  const { scene, change } = useLab();
  const judgement = scene.value?.judgement;
  if (!judgement) return null;
  const tone = TONES[judgement.status];
  const { mend } = judgement;
  return (
    <section class={`card verdict ${tone}`} data-testid="verdict" aria-label="Verdict">
      <h2><span class="mark" aria-hidden="true">{MARKS[tone]}</span> <span data-testid="status-word">{headline(judgement.status)}</span></h2>
      <p data-testid="verdict-message">{judgement.message}</p>
      {judgement.why && <p class="why" data-testid="verdict-why">{judgement.why}</p>}
      {mend && (
        <button type="button" class="mend" data-testid="mend" onClick={() => change(mend.change)}>{mend.label}</button>
      )}
      <Announcement judgement={judgement} />
    </section>
  );
}

/** The same for screen readers, said at most once a second. */
function Announcement({ judgement }: { readonly judgement: Judgement }) {
  const said = useSignal("");
  const words = useSignal("");
  const waiting = useRef(0);
  words.value = `${headline(judgement.status)}. ${judgement.message}`;
  useSignalEffect(() => {
    if (words.value === said.peek() || waiting.current) return;
    waiting.current = window.setTimeout(() => {
      waiting.current = 0;
      said.value = words.peek();
    }, PAUSE);
  });
  return <p class="hidden" role="status" aria-live="polite" data-testid="announcement">{said}</p>;
}
