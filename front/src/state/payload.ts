// What the file brought along: JSON whose arrays are base64 of little-endian float64.

import type { Payload, Recording, Vec } from "../types";

/** A value as JSON holds it: its recording's arrays are texts. */
export type Packed<T> = Omit<T, "recording"> & { readonly recording: PackedRecording };

type Arrays = "path" | "step" | "cost";
type PackedRecording = Omit<Recording, Arrays> & { readonly [K in Arrays]: string };

const EMPTY: Payload = { version: 1, home: "file" };

export function readPayload(text: string | null | undefined): Payload {
  if (!text) return EMPTY;
  const payload = JSON.parse(text) as Payload & { readonly recording?: PackedRecording };
  return payload.recording ? { ...payload, recording: unpacked(payload.recording) } : payload;
}

export const unpacked = (packed: PackedRecording): Recording => ({
  ...packed,
  path: floats(packed.path),
  step: floats(packed.step),
  cost: floats(packed.cost),
});

function floats(text: string): Vec {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

/** "#t=TOKEN" or "...&t=TOKEN" of an address; "" without one. */
export const tokenOf = (hash: string): string => /[#&]t=([\w-]+)/.exec(hash)?.[1] ?? "";
