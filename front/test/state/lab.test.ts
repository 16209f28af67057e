// The store: playback, the scene's memory, faults in words, and recorded runs shown exactly.

import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { createLab } from "../../src/state/lab";
import { createPlayback, pace } from "../../src/state/playback";
import { isRecorded } from "../../src/state/source";
import { DEFAULTS, valid } from "../../src/state/settings";
import type { Payload, Recording, Table } from "../../src/types";

const EMPTY: Payload = { version: 1, home: "file" };
const TABLE: Table = {
  name: "mine.csv",
  rows: 4,
  columns: [
    { name: "x", values: [1, 2, 3, 4] },
    { name: "y", values: [2, 4, 5, 9] },
  ],
};

describe("playback", () => {
  function at(cursor: number, last: number) {
    const frames: ((now: number) => void)[] = [];
    const step = signal(cursor);
    const playback = createPlayback(
      step,
      signal(last),
      (to) => {
        step.value = to;
      },
      (callback) => frames.push(callback),
    );
    const run = (now: number) => frames.shift()?.(now);
    return { step, playback, run, frames };
  }

  it("goes on by time, and ends at the last step", () => {
    const { step, playback, run } = at(0, 200);
    playback.toggle();
    run(1000);
    run(1500);
    expect(step.value).toBe(Math.floor(0.5 * pace(200)));
    run(60_000);
    expect([step.value, playback.playing.value]).toEqual([200, false]);
  });

  it("begins anew from the end", () => {
    const { step, playback, run } = at(200, 200);
    playback.toggle();
    run(0);
    expect(step.value).toBe(0);
  });

  it("is stopped by a step or a scrub", () => {
    const { step, playback, run, frames } = at(10, 200);
    playback.toggle();
    playback.by(-1);
    run(0);
    expect([step.value, playback.playing.value, frames.length]).toEqual([9, false, 0]);
    playback.go(1e9);
    expect(step.value).toBe(200);
    playback.by(-1e9);
    expect(step.value).toBe(0);
  });
});

describe("the scene", () => {
  it("computes nothing again when only the cursor moves", () => {
    const lab = createLab(EMPTY, "");
    const before = lab.scene.value!;
    lab.change({ cursor: 7, view: "surface", turn: 10 });
    const after = lab.scene.value!;
    expect([after.objective, after.facts, after.runs, after.judgement]).toEqual([
      before.objective,
      before.facts,
      before.runs,
      before.judgement,
    ]);
    expect(after.runs).toBe(before.runs);
    expect(after.judgement).toBe(before.judgement);
  });

  it("keeps the objective when the rate moves", () => {
    const lab = createLab(EMPTY, "");
    const before = lab.scene.value!;
    lab.change({ rate: 0.01 });
    expect(lab.scene.value!.objective).toBe(before.objective);
    expect(lab.scene.value!.runs).not.toBe(before.runs);
  });

  it("says faults in words, and keeps the last picture", () => {
    const lab = createLab(EMPTY, "");
    const before = lab.scene.value!.runs;
    lab.change({ data: "nowhere" });
    expect(lab.problem.value).toContain("nowhere");
    expect(lab.scene.value!.runs).toBe(before);
    lab.change({ data: "eight", rules: ["no such rule"] });
    expect(lab.problem.value).toContain("no such rule");
    lab.change({ rules: ["plain"] });
    expect(lab.problem.value).toBe("");
  });

  it.each(["#data=own", "#task=formula&formula=(", "#rules=none", "#loss=none", "#schedule=none"])(
    "of a faulty link %s is that of a new page",
    (hash) => {
      const lab = createLab(EMPTY, hash);
      expect(lab.problem.value).not.toBe("");
      expect(lab.scene.value!.runs[0].path).toEqual(createLab(EMPTY, "").scene.value!.runs[0].path);
    },
  );

  it("begins with a rate that suits the table", () => {
    const lab = createLab(
      { ...EMPTY, table: { ...TABLE, columns: [{ name: "x", values: [100, 200, 300, 400] }, TABLE.columns[1]] } },
      "",
    );
    expect(lab.scene.value!.judgement.status).not.toBe("diverged");
    expect(lab.settings.value.rate).toBeLessThan(1e-4);
  });

  it("has one run for each racer, with its own rate", () => {
    const lab = createLab(EMPTY, "");
    lab.change({
      race: [
        { label: "a", rate: 0.01 },
        { label: "b", rule: "adam" },
      ],
    });
    expect(lab.scene.value!.runs.map(({ label, rule }) => [label, rule])).toEqual([
      ["a", "plain"],
      ["b", "adam"],
    ]);
    expect(lab.scene.value!.runs[0].path).toEqual(createLab(EMPTY, "#rate=0.01").scene.value!.runs[0].path);
  });
});

describe("a recorded run", () => {
  const recording: Recording = {
    rule: "plain",
    names: ["x", "intercept"],
    reported: 900,
    path: Float64Array.of(0, 0, 1.25, 0.5, 2.123456789012345, -0.1),
    step: Float64Array.of(0, 30, 900),
    cost: Float64Array.of(15.75, NaN, 0.5),
    verdict: { status: "crawling", message: "Crawling after 900 steps: slowly.", advice: null },
  };
  const payload: Payload = {
    version: 1,
    home: "report",
    table: TABLE,
    recording,
    settings: { rate: 0.01, steps: 900, standardize: false },
  };

  it("is shown exactly, with its own verdict and the state that it reports", () => {
    const lab = createLab(payload, "");
    const [run] = lab.scene.value!.runs;
    expect(run.path).toEqual(recording.path);
    expect(run.numbers).toEqual(recording.step);
    expect(run.cost[0]).toBe(15.75);
    expect(run.cost.every(Number.isFinite)).toBe(true);
    expect(lab.scene.value!.judgement.message).toBe(recording.verdict.message);
    expect(lab.cursor.value).toBe(2);
  });

  it("gives way to the engine at another rate, and comes back", () => {
    const lab = createLab(payload, "");
    lab.change({ rate: 0.02 });
    expect(lab.replay.value).toBeNull();
    expect(lab.scene.value!.runs[0].steps).toBe(900);
    lab.change(lab.given);
    expect(lab.replay.value).toBe(recording);
  });

  it("does not depend on where the reader looks", () => {
    const looking = valid({ cursor: 5, view: "surface", turn: 3, cutoff: 0.7 });
    expect(isRecorded(looking, DEFAULTS)).toBe(true);
    expect(isRecorded(valid({ seed: 1 }), DEFAULTS)).toBe(false);
  });
});
