// The colour scheme: the system's or the reader's choice, as a palette for pictures and as CSS variables for the page.

import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { palettes } from "../draw/palette";
import type { Theme } from "../state/lab";
import type { Palette } from "../types";

export function paletteOf(theme: ReadonlySignal<Theme>): ReadonlySignal<Palette> {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const system = signal(query.matches);
  query.addEventListener("change", (event) => {
    system.value = event.matches;
  });
  return computed(() => {
    const dark = theme.value === "system" ? system.value : theme.value === "dark";
    return dark ? palettes.dark : palettes.light;
  });
}

/** Sets --ink, --card, --rule-1, --good-back and so on, through CSSOM: the page allows no inline styles. */
export function paint(palette: ReadonlySignal<Palette>, style: CSSStyleDeclaration): void {
  effect(() => {
    style.colorScheme = palette.value.dark ? "dark" : "light";
    for (const [name, colour] of variables(palette.value)) style.setProperty(`--${name}`, colour);
  });
}

function variables(palette: Palette): readonly (readonly [string, string])[] {
  return Object.entries(palette).flatMap(([key, value]): readonly (readonly [string, string])[] => {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (typeof value === "string") return [[name, value]];
    if (Array.isArray(value)) return value.map((colour, i) => [`${name}-${i + 1}`, String(colour)] as const);
    if (typeof value === "object")
      return Object.entries(value as object).map(([k, c]) => [`${name}-${k}`, String(c)] as const);
    return [];
  });
}
