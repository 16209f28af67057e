// Captions of a saved picture: whole words in the lines that there are, and no words about dragging.

import { expect, test } from "vitest";
import { panels, palettes } from "../../src/draw";
import { linesOf } from "../../src/export/sheet";
import { gallery } from "../draw/gallery";
import { Recorder } from "../draw/recorder";

const letters = { font: "", measureText: (text: string) => ({ width: text.length }) as TextMetrics };

test("a caption is broken between words, and no word is lost", () => {
  const text = "solid: step 0 · dashed: the minimum · a line is outside";
  expect(linesOf(letters, "", text, 100, 3)).toEqual([text]);
  for (const [room, most] of [[30, 2], [20, 3], [8, 4]] as const) {
    const lines = linesOf(letters, "", text, room, most);
    expect(lines.join(" ")).toBe(text);
    expect(lines.length).toBeLessThanOrEqual(most);
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(room);
  }
  expect(linesOf(letters, "", "x".repeat(50), 10, 3)).toEqual(["x".repeat(50)]);
});

test("a saved picture does not ask to be dragged", () => {
  const all = gallery();
  for (const make of [all["eight 0.02"], all["f(x)"], all.rosenbrock, all.logistic])
    for (const view of ["contour", "surface"] as const)
      for (const draw of Object.values(panels)) {
        const recorder = new Recorder();
        const scene = make();
        const now = { ...scene, still: true, settings: { ...scene.settings, view } };
        const { title, subtitle } = draw(now, recorder.context, 600, 360, palettes.light);
        expect([title, subtitle, ...recorder.texts.map(({ text }) => text)].join(" ")).not.toMatch(/drag/);
      }
});
