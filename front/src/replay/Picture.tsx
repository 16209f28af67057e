// One picture: its finding as a title, and a canvas, drawn again when what it shows, its size or the colours change.

import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Palette } from "../types";
import { fitted } from "../ui/canvas";
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
    const target = canvas.current!;
    const paint = () => {
      const { clientWidth: width, clientHeight: height } = target;
      if (width > 0 && height > 0) title.value = draw(fitted(target, width, height), { width, height }, palette.value);
    };
    let stop = effect(paint);
    const sizes = new ResizeObserver(() => {
      stop();
      stop = effect(paint);
    });
    sizes.observe(target);
    return () => {
      stop();
      sizes.disconnect();
    };
  }, []);
  return (
    <figure data-testid={`panel-${id}`}>
      <figcaption data-testid={`title-${id}`}>{title}</figcaption>
      <canvas ref={canvas} role="img" aria-label={title} />
    </figure>
  );
}
