// In a race of rules the colours and dashes stay with the rules, whoever leads.

import { expect, it } from "vitest";
import { palettes, panels } from "../../src/draw";
import { COMMON, ordered, placesOf } from "../../src/draw/places";
import { gallery } from "./gallery";
import { Recorder } from "./recorder";

const byRule = (rules: readonly string[]) => Object.fromEntries(placesOf(rules).map((place, i) => [rules[i], place]));

it("gives a rule the same place whoever leads", () => {
  const rules = ["plain", "lion", "adam", "momentum:beta=0.5", "momentum", "ada_delta"];
  const places = byRule(rules);
  expect(new Set(Object.values(places)).size).toBe(rules.length);
  for (const lead of rules) expect(byRule([lead, ...rules.filter((rule) => rule !== lead)])).toEqual(places);
  expect(placesOf(COMMON)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(placesOf(["adam"])).toEqual([0]);
});

it("orders colours and dashes alike, and loses none", () => {
  const scene = gallery().race();
  const runs = [...scene.runs].reverse();
  const palette = ordered(palettes.light, { ...scene, runs });
  runs.forEach(({ rule }, i) => {
    const place = palettes.light.rules.indexOf(palette.rules[i]);
    expect(place).toBe(COMMON.indexOf(rule));
    expect(palette.dashes[i]).toBe(palettes.light.dashes[place]);
  });
  expect([...palette.rules].sort()).toEqual([...palettes.light.rules].sort());
});

it("calls the line of the leading run solid only where it is", () => {
  const scene = gallery().race();
  const recorder = new Recorder();
  const words = (runs: typeof scene.runs) =>
    panels.data({ ...scene, runs }, recorder.context, 450, 330, palettes.light).subtitle;
  expect(words(scene.runs)).toMatch(/^solid: step/);
  expect(words([...scene.runs].reverse())).toMatch(/^Adam: step/);
});
