// The page itself as one file with its present state: the same scripts and style, another payload.

import type { Payload } from "../types";

/** What ends a script element, begins an entity or a comment, or ends a line of JavaScript: as in lab/payload.py. */
const UNSAFE = /[<>&\u2028\u2029\ud800-\udfff]/gu;

/** JSON without a character that means something in HTML. */
export function payloadText(payload: Payload): string {
  const packed = (_: string, value: unknown): unknown => (value instanceof Float64Array ? base64(value) : value);
  const spelled = JSON.stringify(payload, packed);
  return spelled.replace(UNSAFE, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Little-endian float64, as state/payload.ts reads them. */
function base64(numbers: Float64Array): string {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return btoa(Array.from(new Uint8Array(view.buffer), (byte) => String.fromCharCode(byte)).join(""));
}

/** The parts of a page that stay as they are. */
interface Parts {
  readonly policy: string;
  readonly title: string;
  readonly style: string;
  readonly still: string; // what stands in for the page where no script runs
  readonly packed: string; // the page's script, deflated
  readonly unpack: string; // the script that puts it in place
}

/** The parts of the page that is open. A page on disk calls no server. */
export function partsOf(page: Document): Parts {
  const text = (selector: string): string => page.querySelector(selector)?.textContent ?? "";
  const policy = page.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute("content") ?? "";
  return {
    policy: policy.replace(/;\s*connect-src [^;]*/, ""),
    title: page.title,
    style: text("head style"),
    still: text("noscript"),
    packed: text("#packed"),
    unpack: text("script:not([type])"),
  };
}

export function pageOf(parts: Parts, payload: Payload): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(parts.policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${attribute(parts.title)}</title>
<style>${parts.style}</style>
</head>
<body>
<div id="lab"></div>
<noscript>${parts.still}</noscript>
<script type="application/json" id="payload">${payloadText(payload)}</script>
<script type="application/octet-stream" id="packed">${parts.packed}</script>
<script>${parts.unpack}</script>
</body>
</html>
`;
}

const attribute = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
