// Types of the two libraries that bring none, as far as they are used.

declare module "gifenc" {
  type Colours = number[][];
  interface Frame {
    readonly palette?: Colours;
    readonly delay?: number; // ms
    readonly repeat?: number; // 0: for ever
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    readonly dispose?: number; // 1: what was drawn stays
  }
  interface Encoder {
    writeFrame(index: Uint8Array, width: number, height: number, options: Frame): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  }
  export function GIFEncoder(): Encoder;
  export function quantize(rgba: Uint8ClampedArray, colours: number): Colours;
  export function applyPalette(rgba: Uint8ClampedArray, palette: Colours): Uint8Array;
}

declare module "svgcanvas" {
  export class Context {
    constructor(width: number, height: number);
    getSvg(): SVGSVGElement;
    fillText(text: string, x: number, y: number): void;
    readonly font: string;
    readonly textAlign: string;
    readonly textBaseline: string;
    protected __currentElement: SVGElement;
    protected __createElement(
      tag: string, attributes: Readonly<Record<string, string | number>>, unfilled: boolean,
    ): SVGElement;
    protected __closestGroupOrSvg(): SVGElement;
    protected __applyTransformation(element: SVGElement): void;
    protected __applyStyleToCurrentElement(kind: "fill" | "stroke"): void;
  }
}
