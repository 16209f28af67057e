// What pictures are drawn on: the context of the page's canvas, or svgcanvas' context of the same shape.

export type Canvas = CanvasRenderingContext2D;
