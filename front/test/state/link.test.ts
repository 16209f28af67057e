// Links: 200 random settings survive the way into a link and back, and no hostile link does harm.

import { describe, expect, it } from "vitest";
import { linkOf, readLink } from "../../src/state/link";
import { DEFAULTS, KEYS, LIMITS, valid } from "../../src/state/settings";
import type { Settings, Table } from "../../src/types";

/** Numbers in [0, 1), the same at each run (mulberry32). */
function generator(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const NAMES = ["x", "temperature °C", "a,b", "x:y", "50 %", "<b>&amp;</b>", "気温", "# & = ?", "", "'\"\\"];

function randomSettings(random: () => number): Settings {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)];
  const some = <T>(make: () => T, most: number): T[] => Array.from({ length: Math.floor(random() * (most + 1)) }, make);
  const real = () => (random() - 0.5) * 10 ** (random() * 12 - 6);
  return valid({
    task: pick(["table", "formula"]),
    formula: pick(["x**2", "(x - 3)**2 + 2 & y = %", DEFAULTS.formula]),
    data: pick(NAMES),
    target: pick(NAMES),
    features: some(() => pick(NAMES), 3),
    loss: pick(["mse", "log_loss"]),
    standardize: random() < 0.5,
    rules: ["plain", ...some(() => pick(["adam", "momentum:beta=0.95"]), 2)],
    rate: 10 ** (random() * 10 - 6),
    schedule: pick(["constant", "inverse_scaling"]),
    batch: Math.floor(random() * 50),
    seed: Math.floor(random() * 2 ** 32),
    sampling: pick(["shuffle", "replacement", "sequential"]),
    steps: 1 + Math.floor(random() * 5000),
    start: some(real, 4),
    fixed: some(() => random() < 0.5, 4),
    cursor: Math.floor(random() * 200),
    moved: some(() => [Math.floor(random() * 50), pick(NAMES), real()], 3),
    view: pick(["contour", "surface"]),
    turn: real(),
    tilt: 5 + random() * 80,
    cutoff: random(),
    detail: pick(["step", "slices", "losses"]),
    secant: random() < 0.5 ? null : real(),
    race: some(() => ({ label: `rate ${real()}: a, b`, rate: 10 ** -random() }), 2),
    lesson: pick(["", "no-learning-rate", "unknown"]),
  });
}

describe("a link", () => {
  it("brings back 200 random settings exactly", () => {
    const random = generator(16);
    for (let i = 0; i < 200; i++) {
      const settings = randomSettings(random);
      expect(readLink(linkOf(settings)).settings).toEqual(settings);
    }
  });

  it("survives the browser's own reading of the address", () => {
    const settings = randomSettings(generator(3));
    expect(readLink(new URL(`file:///lab.html${linkOf(settings)}`).hash).settings).toEqual(settings);
  });

  it("says nothing of the defaults but the rate", () => {
    expect(linkOf(DEFAULTS)).toBe("#rate=0.05");
    expect(linkOf({ ...DEFAULTS, rate: 0.056 })).toBe("#rate=0.056");
  });

  it("opens a lesson by its name, and keeps what was changed in it", () => {
    const lesson = readLink("#lesson=no-learning-rate").settings!;
    expect(lesson.rate).toBe(1);
    const changed = {
      ...lesson,
      fixed: DEFAULTS.fixed,
      start: DEFAULTS.start,
      rate: DEFAULTS.rate,
      steps: DEFAULTS.steps,
    };
    expect(readLink(linkOf(changed)).settings).toEqual(changed);
  });

  it("holds the table only when asked", () => {
    const table: Table = { name: "mine", columns: [{ name: "secret", values: [12345, 2] }], rows: 2 };
    expect(linkOf({ ...DEFAULTS, data: "own" })).not.toContain("12345");
    expect(readLink(linkOf(DEFAULTS, table)).table).toEqual({ ...table, edited: true });
  });
});

const HOSTILE = [
  "#rate=NaN",
  "#rate=Infinity",
  "#rate=1e999",
  "#rate=-1",
  "#rate=0",
  "#rate=",
  "#rate=1e-400",
  "#rate",
  "#=",
  "#&&&=&",
  "#%",
  "#rate=%E0%A4",
  "#steps=1e9",
  "#steps=-5",
  "#steps=1.5",
  "#cursor=99999999",
  "#cursor=-1",
  "#seed=1e300",
  "#batch=-3",
  "#tilt=NaN",
  "#rules=",
  "#rules=,,,,,,,,,,,,",
  "#rules=" + "plain,".repeat(5000),
  "#start=NaN,Infinity",
  "#start=" + "1,".repeat(9999),
  "#__proto__=1",
  "#constructor=1",
  "#task=__proto__",
  "#moved=1:x",
  "#moved=1::2",
  "#moved=a:b:c",
  "#moved=1:x:NaN",
  "#fixed=2,3",
  "#race=:::",
  "#race=a:b:NaN:-1",
  "#secant=NaN",
  "#table=null",
  "#table=%7B%7D",
  "#table=[",
  '#table={"name":1}',
  '#table={"name":"a","rows":1,"columns":[null]}',
  '#table={"name":"a","rows":2,"columns":[{"name":"x","values":[1]}]}',
  "#sampling=<script>",
  "#cutoff=7",
  "#lesson=" + "x".repeat(5000),
];

describe("a hostile link", () => {
  it.each(HOSTILE)("%.40s gives usable settings", (hash) => {
    const { settings: read, table } = readLink(hash);
    const settings = read ?? DEFAULTS;
    expect(table).toBeNull();
    for (const key of KEYS) expect(key === "secant" ? "object" : typeof settings[key]).toBe(typeof DEFAULTS[key]);
    for (const [key, [low, high]] of Object.entries(LIMITS)) {
      if (key === "parameter") continue;
      const number = settings[key as "rate"];
      expect(number >= low && number <= high).toBe(true);
    }
    expect([...settings.start, ...settings.moved.map((m) => m[2])].every(Number.isFinite)).toBe(true);
    expect(settings.rules.length).toBeGreaterThan(0);
    expect(settings.cursor).toBeLessThanOrEqual(settings.steps);
  });

  it("is never written: half a surrogate pair", () => {
    expect(linkOf(valid({ formula: "\ud800", features: ["\udc00"] }))).toBe("#rate=0.05");
  });

  it("leaves the other fields as they are", () => {
    expect(readLink("#rate=NaN&steps=50&%").settings).toEqual({ ...DEFAULTS, steps: 50 });
    expect(readLink("#t=token").settings).toBeNull();
  });
});
