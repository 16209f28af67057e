// The page: head, lesson, and three parts: rate and verdict, the four pictures with their steps, all other settings.

import { computed, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { panels } from "../draw";
import { freeOf } from "../engine/parameters";
import type { Lab } from "../state/lab";
import type { Palette, Scene } from "../types";
import { Arithmetic } from "./Arithmetic";
import { LabContext } from "./context";
import { Cutoff } from "./Cutoff";
import { Export } from "./Export";
import { gesturesOf } from "./gestures";
import { Header } from "./Header";
import { Help } from "./Help";
import { LessonBar } from "./LessonBar";
import { Descent, Model } from "./Model";
import { Panel } from "./Panel";
import { Batch, Race, RuleSettings } from "./Race";
import { Rate } from "./Rate";
import { Recorded, Server } from "./Recorded";
import { RowsTable, StepsTable } from "./Tables";
import { Announcement, Verdict } from "./Verdict";
import { Walk } from "./Walk";

interface Props {
  readonly lab: Lab;
  readonly palette: ReadonlySignal<Palette>;
}

export function App({ lab, palette }: Props) {
  return (
    <LabContext.Provider value={lab}>
      <Top />
      <main>
        <div class="lead">
          <Rate />
          <Verdict />
          <Recorded />
          <Server />
        </div>
        <Pictures lab={lab} palette={palette} />
        <div class="settings">
          <Race />
          <Batch />
          <Cutoff />
          <Arithmetic />
          <Model />
          <RuleSettings />
          <Descent />
          <RowsTable />
          <StepsTable />
        </div>
      </main>
      <Help />
      <Export palette={palette} />
      <Announcement />
    </LabContext.Provider>
  );
}

/** Head and lesson. The pictures take what is left of the window below them. */
function Top() {
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { style } = document.documentElement;
    const sizes = new ResizeObserver(([{ target }]) => style.setProperty("--above", `${target.clientHeight}px`));
    sizes.observe(top.current!);
    return () => sizes.disconnect();
  }, []);
  return (
    <div ref={top}>
      <Header />
      <LessonBar />
    </div>
  );
}

function Pictures({ lab, palette }: Props) {
  const gestures = useMemo(() => gesturesOf(lab), [lab]);
  const scene = useMemo(
    () =>
      computed((): Scene | null => {
        const now = lab.scene.value;
        return (
          now && { ...now, settings: { ...now.settings, cursor: lab.cursor.value }, windows: gestures.windows.value }
        );
      }),
    [lab],
  );
  const shared = { scene, palette };
  const surface = lab.settings.value.view === "surface";
  const now = lab.scene.value;
  const plane = now !== null && freeOf(now.settings.fixed, now.objective.size).length > 1;
  return (
    <section class="pictures" aria-label="Pictures of the descent">
      <Panel
        id="map"
        hint={surface ? "Arrow keys turn the surface." : "Arrow keys move the start."}
        draw={panels.map}
        gesture={gestures.map}
        {...shared}
      >
        {plane && <ViewToggle lab={lab} />}
      </Panel>
      <Panel
        id="data"
        hint="The rows are in the table of rows, where arrow keys change them."
        draw={panels.data}
        gesture={gestures.data}
        {...shared}
      />
      <Panel
        id="cost"
        hint="Left and right arrow keys go one step back or on."
        draw={panels.cost}
        gesture={gestures.cost}
        {...shared}
      />
      <Panel
        id="step"
        hint="Left and right arrow keys go one step back or on."
        draw={panels.step}
        {...shared}
      />
      <Walk />
    </section>
  );
}

function ViewToggle({ lab }: { readonly lab: Lab }) {
  const surface = lab.settings.value.view === "surface";
  return (
    <button
      type="button"
      class="view"
      data-testid="view"
      aria-pressed={surface}
      aria-keyshortcuts="S"
      onClick={() => lab.change({ view: surface ? "contour" : "surface" })}
    >
      surface
    </button>
  );
}
