// The verdict in words, its reason, and one button that mends it.

import { effect, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Judgement, Status } from "../types";
import { useLab } from "./context";

const PAUSE = 1000; // ms between two announcements

type Tone = "good" | "warn" | "bad";
const TONES: Readonly<Record<Status, Tone>> = {
  converged: "good",
  stationary: "good",
  separable: "warn",
  cycling: "warn",
  oscillating: "warn",
  "noise floor": "warn",
  crawling: "warn",
  stopped: "warn",
  unbounded: "bad",
  diverged: "bad",
};
const MARKS: Readonly<Record<Tone, string>> = { good: "✓", warn: "!", bad: "✕" };

/** No line breaks within a power of ten: 1 × 10⁻⁶. */
const unbroken = (text: string): string => text.replace(/ × (?=10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])/g, "\u00a0×\u00a0");

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "Crawling after 200 steps: the cost ..." as a headline and the rest. */
function parted({ status, message }: Judgement): readonly [headline: string, rest: string] {
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
      <h2>
        <span class="mark" aria-hidden="true">
          {MARKS[tone]}
        </span>{" "}
        <span data-testid="headline">{headline}</span>
      </h2>
      <p data-testid="verdict-message">{unbroken(rest)}</p>
      {judgement.why && (
        <p class="why" data-testid="verdict-why">
          {judgement.why}
        </p>
      )}
      {mend && (
        <button type="button" class="mend" data-testid="mend" onClick={() => change(mend.change)}>
          {mend.label}
        </button>
      )}
    </section>
  );
}

/** The verdict for screen readers, said at most once a second. */
export function Announcement() {
  const { scene } = useLab();
  const said = useSignal("");
  useEffect(() => {
    let waiting = 0;
    const say = () => {
      waiting = 0;
      said.value = scene.peek()?.judgement.message ?? "";
    };
    const stop = effect(() => {
      const message = scene.value?.judgement.message;
      if (message !== said.peek() && !waiting) waiting = window.setTimeout(say, PAUSE);
    });
    return () => {
      stop();
      clearTimeout(waiting);
    };
  }, []);
  return (
    <p class="hidden" role="status" aria-live="polite" data-testid="announcement">
      {said}
    </p>
  );
}
