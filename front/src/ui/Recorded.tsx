// Runs that Python recorded: whether the page shows one, the way back to it, and how to ask a server for one.

import { useSignal } from "@preact/signals";
import { reasonOf } from "../refusal";
import { askServer } from "../state/source";
import { number, whole } from "../text/number";
import type { RemoteReply } from "../types";
import { useLab } from "./context";

export function Recorded() {
  const { recorded, replay, change } = useLab();
  const kept = recorded.value;
  if (!kept) return null;
  const { run, settings } = kept;
  return (
    <section class="card" data-testid="recorded" aria-label="Recorded run">
      {replay.value ? (
        <p class="small">
          This is the run that Python recorded: {run.rule}, {whole(run.step.length)} of its states. Another rate shows
          what it would have done.
        </p>
      ) : (
        <button
          type="button"
          class="mend"
          data-testid="back-to-recorded"
          onClick={() => change({ ...settings, view: "contour" })}
        >
          Back to the recorded run
        </button>
      )}
    </section>
  );
}

/** Of a page that a server on the reader's own machine sent: what the page cannot do itself. */
export function Server() {
  const lab = useLab();
  const said = useSignal("");
  const busy = useSignal(false);
  if (lab.payload.home !== "server") return null;
  const ask = async (automatic: boolean) => {
    busy.value = true;
    const settings = lab.settings.peek();
    try {
      const reply = await askServer({ settings, automatic }, lab.token);
      lab.recorded.value = { run: reply.recording, settings };
      lab.change({ cursor: reply.recording.step.length - 1 });
      said.value = wordsOf(reply);
    } catch (error) {
      said.value = reasonOf(error);
    }
    busy.value = false;
  };
  return (
    <section class="card" aria-label="Python" data-testid="server">
      <div class="chips">
        <button type="button" disabled={busy.value} data-testid="ask" onClick={() => void ask(false)}>
          Run it in Python
        </button>
        <button type="button" disabled={busy.value} data-testid="ask-automatic" onClick={() => void ask(true)}>
          Let Python choose the rate
        </button>
      </div>
      <p class="small" role="status">
        {busy.value ? "Python is at work." : said.value}
      </p>
    </section>
  );
}

/** What each kind of certificate says of the gap; see `Sense` in evidence.py. */
const gapIn: Record<string, (gap: string) => string> = {
  "duality gap": (gap) => `The cost is at most ${gap} above the minimum, which a duality gap proves.`,
  "dual estimate": (gap) => `The cost is at most about ${gap} above the minimum.`,
  decrement: (gap) => `The cost is about ${gap} above the minimum, as its second derivatives say.`,
  prediction: (gap) => `Second derivatives predict a decrease of ${gap}; far from the minimum this is no bound.`,
};

function wordsOf({ rows, seconds, certificate, exact }: RemoteReply): string {
  const gap = certificate && gapIn[certificate.kind]?.(number(certificate.gap));
  const best = exact && `The minimum is ${number(exact.cost)}.`;
  return [`Python used ${whole(rows)} rows in ${number(seconds, 2)} seconds.`, gap, best].filter(Boolean).join(" ");
}
