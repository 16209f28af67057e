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

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "Crawling after 200 steps: the cost ..." as a headline and the rest. */
export function parted({ status, message }: Judgement): readonly [headline: string, rest: string] {
  const at = message.indexOf(": ");
  return message.toLowerCase().startsWith(status) && at > 0
    ? [message.slice(0, at), upper(message.slice(at + 2))]
    : [upper(status), message];
}

export function Verdict() {
  const { scene, change } = useLab();
  const judgement = scene.value?.judgement;
  if (!judgement) return null;
  const tone = TONES[judgement.status];
  const [headline, rest] = parted(judgement);
  const { mend } = judgement;
  return (
    <section class={`card verdict ${tone}`} data-testid="verdict" data-status={judgement.status} aria-label="Verdict">
      <h2><span class="mark" aria-hidden="true">{MARKS[tone]}</span> <span data-testid="headline">{headline}</span></h2>
      <p data-testid="verdict-message">{rest}</p>
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
  words.value = judgement.message;
  useSignalEffect(() => {
    if (words.value === said.peek() || waiting.current) return;
    waiting.current = window.setTimeout(() => {
      waiting.current = 0;
      said.value = words.peek();
    }, PAUSE);
  });
  return <p class="hidden" role="status" aria-live="polite" data-testid="announcement">{said}</p>;
}
