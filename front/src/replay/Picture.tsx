// One picture: its finding as a title, and a canvas, drawn again when what it shows, its size or the colours change.

import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Palette } from "../types";
import type { Size } from "./pictures";
import type { View } from "./view";

interface Props {
  readonly id: string;
  readonly view: View;
  draw(context: CanvasRenderingContext2D, size: Size, palette: Palette): string;
}

export function Picture({ id, view: { palette }, draw }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const title = useSignal("");
  useEffect(() => {
    const size = sized(canvas.current!);
    return size.watch(() => effect(() => {
      const { clientWidth: width, clientHeight: height } = canvas.current!;
      if (width > 0 && height > 0) title.value = draw(size.cleared(width, height), { width, height }, palette.value);
    }));
  }, []);
  return (
    <figure data-testid={`panel-${id}`}>
      <figcaption data-testid={`title-${id}`}>{title}</figcaption>
      <canvas ref={canvas} role="img" aria-label={title} />
    </figure>
  );
}

/** A canvas in CSS pixels on any screen; `watch` begins an effect again with each new size. */
function sized(canvas: HTMLCanvasElement) {
  return {
    cleared(width: number, height: number): CanvasRenderingContext2D {
      const ratio = devicePixelRatio || 1;
      Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
      const context = canvas.getContext("2d")!;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      return context;
    },
    watch(begin: () => () => void): () => void {
      let stop = begin();
      const sizes = new ResizeObserver(() => {
        stop();
        stop = begin();
      });
      sizes.observe(canvas);
      return () => {
        stop();
        sizes.disconnect();
      };
    },
  };
}
