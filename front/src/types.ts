// The nouns of the page. Data flows one way:
// Payload and Settings -> Objective -> Facts and Runs -> Judgement -> pictures.

export type Vec = Float64Array;

/** A column of the reader's table. Text columns keep their labels; numbers are finite. */
export interface Column {
  readonly name: string;
  readonly values: readonly number[];
  /** Labels of a column of two classes: values are 0 and 1. */
  readonly classes?: readonly [string, string];
}

export interface Table {
  readonly name: string; // shown in the head of the page, and the file of "copy command"
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Rows of the whole table, if these are a sample of it. */
  readonly sampledFrom?: number;
}

/**
 * A recorded run: states as `Trajectory` holds them, in raw units, intercept last. In JSON its arrays are texts: base64
 * of little-endian float64.
 */
export interface Recording {
  readonly rule: string; // as in Python: "momentum:beta=0.95"
  readonly names: readonly string[]; // p parameters: columns, then "intercept"; variables of a formula
  readonly path: Vec; // m x p
  readonly step: Vec; // m
  readonly cost: Vec; // m, NaN where it was not evaluated
  readonly reported: number; // the step whose state is the answer
  readonly minimum?: number; // of the cost, if Python knows it
  readonly verdict: { readonly status: string; readonly message: string; readonly advice: string | null };
}

/** What the file brings along: `<script type="application/json" id="payload">`, written by steepest/lab/payload.py. */
export interface Payload {
  readonly version: 1;
  readonly home: "file" | "notebook" | "report" | "server";
  readonly table?: Table;
  readonly settings?: Partial<Settings>;
  readonly recording?: Recording;
}

/** One run of a race whose runs differ in more than the rule. What is left out is as in the settings. */
export interface Racer {
  readonly label: string; // shown in legends: "rate 0.05", "3 rows a step"
  readonly rule?: string; // else the first of `rules`
  readonly rate?: number;
  readonly batch?: number;
}

/**
 * What panel D shows. step: the cost along the step's own direction. slices: the cost along each free parameter (of a
 * formula, each variable) through the cursor's point, with its tangent; along a single free parameter with every state.
 * losses: of two classes, the squared error of the probability and the cross-entropy along the first free parameter.
 */
type Detail = "step" | "slices" | "losses";

/**
 * POST /fit of `steepest lab --serve`, with the token of the address's fragment (#t=TOKEN) in the header
 * "x-steepest-token". Python descends on all rows of the table; what the page does not offer itself is possible there:
 * any rule, rate "auto".
 */
export interface RemoteRequest {
  readonly settings: Partial<Settings>;
  /** Python chooses rule and rate ("auto" of `steepest fit`); settings.rules and settings.rate are not used. */
  readonly automatic: boolean;
}

/** What the server answers with status 200. Any other status has `{ error: string }`, one line for the reader. */
export interface RemoteReply {
  readonly rows: number; // that Python used
  readonly recording: Recording; // of at most 600 states; its arrays as base64, as in the payload
  /** A bound or an estimate of the cost minus its minimum; null where there is none. */
  readonly certificate: { readonly gap: number; readonly kind: string } | null;
  /** The minimum that Python knows, in raw units; null where it knows none. */
  readonly exact: { readonly parameters: readonly number[]; readonly cost: number } | null;
  readonly seconds: number;
}

/** All that the reader chose: what a link holds. Every number is finite. */
export interface Settings {
  /** "table" descends the mean loss of a table's rows, "formula" a function that the reader typed. */
  readonly task: "table" | "formula";
  readonly formula: string; // such as "(x - 3)**2 + 2"
  readonly data: string; // "own" (the payload's or dropped table) or the name of a built-in table
  readonly target: string; // column names
  readonly features: readonly string[];
  readonly loss: string; // a name as in Python: squared_error, mse, log_loss, huber ...
  readonly standardize: boolean; // descend on scaled columns
  readonly rules: readonly string[]; // names as in Python; the first leads: zones, verdict, arithmetic are its own
  /** Not empty: these runs, the first of which leads, instead of one run for each of `rules`. */
  readonly race: readonly Racer[];
  readonly rate: number;
  readonly schedule: string; // constant, inverse_scaling ...
  readonly batch: number; // rows a step; 0: all
  readonly sampling: "shuffle" | "replacement" | "sequential";
  readonly seed: number;
  readonly steps: number;
  readonly start: readonly number[]; // p numbers, in the coordinates of the descent
  readonly fixed: readonly boolean[]; // p: parameters that keep their start
  readonly moved: readonly (readonly [row: number, column: string, value: number])[]; // rows that were dragged
  readonly cursor: number; // the step that all panels show
  readonly view: "contour" | "surface";
  readonly turn: number; // degrees, of the surface
  readonly tilt: number;
  readonly cutoff: number; // probability from which a row is called the second class
  readonly detail: Detail;
  readonly secant: number | null; // of f(x): the second point of a secant from the cursor's point, drawn in panel A
  readonly lesson: string; // name of the lesson, "" for none
}

/** What is minimised, in the coordinates of the descent: p parameters, of a table the intercept last. */
export interface Objective {
  readonly task: "table" | "formula";
  readonly names: readonly string[]; // p: "slope of x" and "intercept"; variables of a formula
  readonly size: number; // p
  readonly rows: number; // 0 of a formula
  readonly quadratic: boolean;
  readonly convex: boolean; // known to be
  /** The cost: the mean loss over all rows, or the function. */
  value(w: Vec): number;
  /** Its gradient into `out`; over the rows order[from] .. order[to - 1] only, if `order` is given. */
  gradient(w: Vec, out: Vec, order?: Int32Array | null, from?: number, to?: number): void;
  /** Second derivatives, p x p. */
  hessian(w: Vec): Vec;
  /** The same point in raw units of the columns. */
  raw(w: Vec): Vec;
  /** The point of the descent's coordinates that has these raw parameters. */
  scaled(raw: Vec): Vec;
  /** Of a table, the same cost of columns of mean 0 and standard deviation 1: minima are found there. */
  readonly standard?: Objective;
  /** Of a table: predictions z = x . w + b of row i, and the rows as the page draws them. */
  readonly table?: TableObjective;
}

export interface TableObjective {
  readonly features: readonly Column[]; // raw columns that are used
  readonly target: Column;
  readonly loss: string;
  readonly classes: boolean; // a loss of two classes: the prediction is a probability
  linear(w: Vec, row: number): number; // z
  predict(z: number): number; // inverse link
}

/** The descent of one rule. */
export interface Run {
  readonly rule: string;
  readonly label?: string; // of a race: shown instead of the rule's name
  readonly size: number; // p
  readonly path: Vec; // (steps + 1) x p: the answers
  readonly cost: Vec; // steps + 1
  readonly steps: number; // taken: the last state
  readonly numbers?: Vec; // of a recorded run that was thinned: the step number of each state
  readonly end: "steps" | "overflow";
  readonly rate?: number; // where runs of one scene differ by it
  readonly batch?: number;
  /** Rows of the step from state t to t + 1; null: all of them. */
  rowsOf(t: number): Int32Array | null;
}

/** What is known of the objective before any step. */
export interface Facts {
  readonly best: Vec | null; // the minimum that Newton's method found; null: none is finite
  readonly least: number; // cost there, or the infimum that is known (0 of a separable logistic table), NaN if unknown
  readonly eigenvalues: Vec; // of the Hessian of the free parameters at `best` (or the start), ascending
  readonly eigenvectors: Vec; // rows are vectors of p numbers, in the same order
  readonly local: boolean; // the loss is not quadratic: the limit holds near the minimum only
  readonly separable: boolean; // two classes, and a line that separates them was found
  readonly constantCost: number; // cost of the constant model: the unit in which `tol` is measured
}

/** Ends of the zones of the rate slider for one rule; null: this rule has no fixed limit. */
export interface Zones {
  readonly slow: number; // below: crawls
  readonly bounce: number; // above: overshoots
  readonly limit: number; // above: diverges
  readonly local: boolean;
}

export type Status =
  | "separable" | "unbounded" | "diverged" | "converged" | "stationary" | "cycling" | "oscillating" | "noise floor"
  | "crawling" | "stopped";

/** The verdict card: the words of Python's verdict, and one mend. */
export interface Judgement {
  readonly status: Status;
  readonly message: string; // one or two sentences with the numbers
  readonly why: string; // the reason: "each step multiplies the distance to the minimum by 1 - 37.5 x 1 = -36.5"
  readonly mend: { readonly label: string; readonly change: Partial<Settings> } | null;
}

/** Everything that a picture may show. Made by state.ts, read by draw/ and ui/. */
export interface Scene {
  readonly settings: Settings;
  readonly objective: Objective;
  readonly facts: Facts;
  readonly runs: readonly Run[]; // in the order of settings.race or settings.rules
  readonly zones: Zones | null;
  readonly judgement: Judgement;
  /** A picture that is saved: its words do not speak of dragging. */
  readonly still?: boolean;
  /** Windows that are to stay as they are while a row or the start is dragged. */
  readonly windows?: { readonly data?: Window; readonly map?: Window };
}

/** Ink and background of words that judge: good, warn, bad. */
interface Tone {
  readonly ink: string;
  readonly back: string;
}

/** One colour scheme, of draw/palette.ts; the page sets its CSS variables from it. Colours are "#rrggbb". */
export interface Palette {
  readonly dark: boolean;
  readonly page: string; // behind the cards
  readonly card: string; // behind the pictures
  readonly ink: string;
  readonly mute: string;
  readonly line: string; // grid lines
  readonly edge: string; // borders of controls
  readonly accent: string;
  readonly onAccent: string; // text on the accent
  readonly rules: readonly string[]; // colours of the runs, in the order of the race; dashes go with them
  readonly low: string; // the map at the minimum
  readonly high: string; // the map at its highest
  readonly contour: string;
  readonly classes: readonly [string, string]; // rows of the first and the second class
  readonly good: Tone;
  readonly warn: Tone;
  readonly bad: Tone;
  readonly zones: readonly [slow: string, smooth: string, bounces: string, diverges: string];
}

/** The part of the data that a picture shows. */
export interface Window {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** A picture that was drawn: its finding, and how pixels become data. */
export interface Drawn {
  readonly title: string; // a finding, such as "The step lands higher than it began: too long"
  readonly subtitle: string;
  readonly description: string; // the sentence of `aria-label`
  /** The data at a pixel, for dragging; null outside. */
  toData(x: number, y: number): { readonly x: number; readonly y: number } | null;
  /** The row of the table, or "start", within reach of a pixel. */
  hit(x: number, y: number): { readonly kind: "row" | "start"; readonly index: number } | null;
  /** What it shows: handed back as `Scene.windows` while something is dragged, so that the picture holds still. */
  readonly window?: Window;
  /** The columns that toData's x and y are values of; null: not a column. */
  readonly columns?: readonly [string | null, string | null];
  /** The start (p numbers) at a pixel, outside of the frame too. */
  startAt?(x: number, y: number): readonly number[];
}

/** Draws a panel on a canvas context or on svgcanvas, in CSS pixels. */
export type Draw = (
  scene: Scene, context: CanvasRenderingContext2D, width: number, height: number, palette: Palette,
) => Drawn;
