// The context of svgcanvas with text of its own: there a font goes through a style attribute, which the policy forbids.

import { Context } from "svgcanvas";

type Names = Readonly<Record<string, string>>;

const ANCHORS: Names = { left: "start", start: "start", center: "middle", right: "end", end: "end" };
const BASELINES: Names = {
  alphabetic: "alphabetic", middle: "central", top: "text-before-edge", bottom: "text-after-edge",
};

export class SvgContext extends Context {
  override fillText(text: string, x: number, y: number): void {
    const { style } = document.createElement("span");
    style.font = this.font;
    const element = this.__createElement("text", {
      "font-family": style.fontFamily, "font-size": style.fontSize,
      "font-style": style.fontStyle, "font-weight": style.fontWeight,
      x, y, "text-anchor": ANCHORS[this.textAlign], "dominant-baseline": BASELINES[this.textBaseline],
    }, true);
    element.textContent = text;
    const parent = this.__closestGroupOrSvg();
    this.__currentElement = element;
    this.__applyTransformation(element);
    this.__applyStyleToCurrentElement("fill");
    parent.append(element);
  }
}
