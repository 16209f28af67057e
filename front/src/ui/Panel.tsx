// One picture: its finding as a title, the canvas, and what pointer and keys do on it.

import { effect, useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Draw, Drawn, Palette, Scene } from "../types";
import { forget, soon } from "./frame";

/** What a reader can do on a canvas. Positions are CSS pixels. */
export interface Gesture {
  /** Whether a drag begins here; it returns what each move does. */
  grab?(drawn: Drawn, x: number, y: number): ((drawn: Drawn, x: number, y: number) => void) | null;
  /** After a drag. */
  release?(): void;
  /** Whether the key did something. */
  key?(drawn: Drawn, event: KeyboardEvent): boolean;
}

interface Props {
  readonly id: string;
  readonly hint: string; // how to use it, for screen readers
  readonly draw: Draw;
  readonly scene: ReadonlySignal<Scene | null>;
  readonly palette: ReadonlySignal<Palette>;
  readonly gesture?: Gesture;
  readonly children?: preact.ComponentChildren;
}

export function Panel({ id, hint, draw, scene, palette, gesture = {}, children }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useSignal<Drawn | null>(null);
  useEffect(
    () =>
      drawing(canvas.current!, draw, scene, palette, (now) => {
        drawn.value = now;
      }),
    [draw],
  );
  useEffect(() => dragging(canvas.current!, drawn, gesture), [gesture]);
  return (
    <figure class={`panel panel-${id}`} data-testid={`panel-${id}`}>
      <figcaption>
        <strong data-testid={`title-${id}`}>{drawn.value?.title}</strong>
        <span data-testid={`subtitle-${id}`}>{drawn.value?.subtitle}</span>
        {children}
      </figcaption>
      <div class="stage">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="img"
          aria-label={drawn.value?.description ?? "picture"}
          aria-describedby={`hint-${id}`}
          data-testid={`canvas-${id}`}
          onKeyDown={(event) => {
            if (drawn.value && gesture.key?.(drawn.value, event)) {
              event.preventDefault();
              event.stopPropagation();
            }
          }}
        />
      </div>
      <span id={`hint-${id}`} class="hidden">
        {hint}
      </span>
    </figure>
  );
}

/** Draws once a frame whatever changed: scene, colours or size. Returns how to stop. */
function drawing(
  canvas: HTMLCanvasElement,
  draw: Draw,
  scene: ReadonlySignal<Scene | null>,
  palette: ReadonlySignal<Palette>,
  done: (drawn: Drawn) => void,
): () => void {
  const paint = () => {
    const [now, width, height] = [scene.peek(), canvas.clientWidth, canvas.clientHeight];
    if (now && width > 0 && height > 0) done(draw(now, fitted(canvas, width, height), width, height, palette.peek()));
  };
  const sizes = new ResizeObserver(() => soon(paint));
  sizes.observe(canvas);
  const stop = effect(() => {
    if (scene.value && palette.value) soon(paint);
  });
  return () => {
    stop();
    sizes.disconnect();
    forget(paint);
  };
}

/** The canvas's context, cleared, in CSS pixels on any screen. */
function fitted(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

function dragging(canvas: HTMLCanvasElement, drawn: ReadonlySignal<Drawn | null>, gesture: Gesture): () => void {
  let move: ReturnType<NonNullable<Gesture["grab"]>> = null;
  const place = (event: PointerEvent | Touch): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const down = (event: PointerEvent) => {
    const now = drawn.peek();
    move = (now && gesture.grab?.(now, ...place(event))) ?? null;
    if (!now || !move) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add("dragged");
    move(now, ...place(event));
  };
  const drag = (event: PointerEvent) => {
    const now = drawn.peek();
    if (move && now) move(now, ...place(event));
    else if (now) canvas.classList.toggle("grabbable", now.hit(...place(event)) !== null);
  };
  const up = () => {
    if (move) gesture.release?.();
    move = null;
    canvas.classList.remove("dragged");
  };
  /** A finger on something that can be dragged does not scroll the page; elsewhere on the picture it does. */
  const touch = (event: TouchEvent) => {
    if (drawn.peek()?.hit(...place(event.touches[0]))) event.preventDefault();
  };
  const events = { touchstart: touch, pointerdown: down, pointermove: drag, pointerup: up, pointercancel: up } as const;
  for (const [name, listener] of Object.entries(events))
    canvas.addEventListener(name, listener as EventListener, { passive: false });
  return () => {
    for (const [name, listener] of Object.entries(events)) canvas.removeEventListener(name, listener as EventListener);
  };
}
