// A canvas context that records: it knows only what svgcanvas knows, and refuses numbers that are not finite.

export interface Written {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The members of a context that pictures may use: all of them are svgcanvas' too. */
export const METHODS = [
  "save",
  "restore",
  "beginPath",
  "closePath",
  "moveTo",
  "lineTo",
  "rect",
  "arc",
  "fill",
  "stroke",
  "clip",
  "fillRect",
  "strokeRect",
  "fillText",
  "measureText",
  "setLineDash",
  "translate",
  "rotate",
] as const;

const WIDTH = 0.56; // of a letter, in sizes of the font

export class Recorder {
  readonly texts: Written[] = [];
  readonly calls: Record<string, number> = {};
  readonly faults: string[] = [];
  private matrix: [number, number, number, number] = [0, 0, 1, 0]; // x, y, cosine, sine
  private readonly stack: (typeof this.matrix)[] = [];
  top = Infinity; // of all lines
  bottom = -Infinity;
  private dash: readonly number[] = [];
  font = "10px sans-serif";
  textAlign = "start";
  textBaseline = "alphabetic";
  globalAlpha = 1;
  lineWidth = 1;
  lineJoin = "miter";
  fillStyle = "#000000";
  strokeStyle = "#000000";

  /** The recorder as the context that pictures expect. */
  get context(): CanvasRenderingContext2D {
    const known = new Set<string>([...METHODS, ...Object.keys(this)]);
    return new Proxy(this, {
      get: (target, key: string) => {
        if (!known.has(key)) throw new Error(`a picture uses ${key}, which svgcanvas or the recorder does not know`);
        const value: unknown = Reflect.get(target, key);
        return typeof value !== "function" ? value : (...args: unknown[]) => {
          this.calls[key] = (this.calls[key] ?? 0) + 1;
          if (args.some((a) => typeof a === "number" && !(Math.abs(a) < 1e9)))
            this.faults.push(`${key}(${args.join(", ")})`);
          return (value as (...all: unknown[]) => unknown).apply(target, args);
        };
      },
      set: (target, key: string, value: unknown) => {
        if (!known.has(key)) throw new Error(`a picture sets ${key}`);
        if (/Style$/.test(key) && !/^#[0-9a-f]{6}$/.test(String(value))) this.faults.push(`${key} = ${String(value)}`);
        return Reflect.set(target, key, value);
      },
    }) as unknown as CanvasRenderingContext2D;
  }

  /** Whether nothing is left over for the next picture. */
  get clean(): boolean {
    return this.stack.length === 0 && this.dash.length === 0 && this.globalAlpha === 1;
  }

  save(): void { this.stack.push([...this.matrix]); }
  restore(): void { this.matrix = this.stack.pop()!; }
  beginPath(): void {}
  closePath(): void {}
  moveTo(_x: number, _y: number): void {}
  lineTo(_x: number, y: number): void {
    [this.top, this.bottom] = [Math.min(this.top, y), Math.max(this.bottom, y)];
  }
  rect(_x: number, _y: number, _width: number, _height: number): void {}
  arc(_x: number, _y: number, _radius: number, _from: number, _to: number): void {}
  fill(): void {}
  stroke(): void {}
  clip(): void {}
  fillRect(_x: number, _y: number, _width: number, _height: number): void {}
  strokeRect(_x: number, _y: number, _width: number, _height: number): void {}
  setLineDash(dash: readonly number[]): void { this.dash = dash; }
  translate(x: number, y: number): void {
    const [ox, oy, c, s] = this.matrix;
    this.matrix = [ox + c * x - s * y, oy + s * x + c * y, c, s];
  }
  rotate(angle: number): void {
    const [x, y, c, s] = this.matrix;
    const [a, b] = [Math.cos(angle), Math.sin(angle)];
    this.matrix = [x, y, c * a - s * b, s * a + c * b];
  }
  measureText(text: string): { width: number } { return { width: WIDTH * parseFloat(this.font) * [...text].length }; }

  fillText(text: string, x: number, y: number): void {
    const [width, half] = [this.measureText(text).width, parseFloat(this.font) / 2];
    const left = this.textAlign === "right" ? x - width : this.textAlign === "center" ? x - width / 2 : x;
    const [ox, oy, c, s] = this.matrix;
    const corners = [
      [left, y - half],
      [left + width, y + half],
    ].map(([px, py]) => [ox + c * px - s * py, oy + s * px + c * py]);
    const [xs, ys] = [corners.map((p) => p[0]), corners.map((p) => p[1])];
    this.texts.push({
      text,
      left: Math.min(...xs),
      right: Math.max(...xs),
      top: Math.min(...ys),
      bottom: Math.max(...ys),
    });
  }
}
