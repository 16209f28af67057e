// SVG: the same pictures drawn on svgcanvas, one `svg` element a panel inside of one file; titles and labels are text.

import type { Draw, Palette, Scene } from "../types";
import { caption, head, paper, sheetOf } from "./sheet";
import { SvgContext } from "./svg_context";

const PANEL = [600, 330] as const;
const SVG = "http://www.w3.org/2000/svg";

export function svgOf(scene: Scene, name: string, draws: readonly Draw[], palette: Palette): Blob {
  const sheet = sheetOf(draws.length, ...PANEL, true);
  const [root, context] = sheetOn(sheet.width, sheet.height);
  root.setAttribute("viewBox", `0 0 ${sheet.width} ${sheet.height}`);
  paper(context, sheet, palette);
  head(context, sheet, scene, name, palette);
  const descriptions = draws.map((draw, i) => {
    const place = sheet.places[i];
    const [panel, own] = sheetOn(place.width, place.height);
    const drawn = draw({ ...scene, still: true }, own, place.width, place.height, palette);
    caption(context, place, drawn, palette);
    for (const [key, value] of Object.entries({ x: place.x, y: place.y })) panel.setAttribute(key, String(value));
    root.append(panel);
    return drawn.description;
  });
  describe(root, name, descriptions);
  const text = clean(new XMLSerializer().serializeToString(root));
  return new Blob([`<?xml version="1.0" encoding="UTF-8"?>\n${text}`], { type: "image/svg+xml" });
}

/** svgcanvas implements what the pictures use of a canvas's context. */
function sheetOn(width: number, height: number): readonly [SVGSVGElement, CanvasRenderingContext2D] {
  const context = new SvgContext(width, height);
  return [context.getSvg(), context as unknown as CanvasRenderingContext2D];
}

function describe(root: SVGSVGElement, name: string, descriptions: readonly string[]): void {
  const add = (tag: string, text: string): void => {
    const element = document.createElementNS(SVG, tag);
    element.textContent = text;
    root.prepend(element);
  };
  add("desc", descriptions.join(" "));
  add("title", `steepest lab: ${name}`);
}

/** Without the characters that no XML file may hold. */
const clean = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
