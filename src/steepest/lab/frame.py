"""A page inside of another: a frame that holds it compressed, and may run its scripts and nothing else."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode

from .assets import asset
from .payload import Payload
from .policy import policy

__all__ = ["framed"]

HEIGHT = 820  # pixels
# puts the style, the payload and the script where the file of a page has them; the policy states the hashes of both
UNPACK = """(async () => {
const bytes = Uint8Array.from(atob(document.getElementById("packed").textContent), (c) => c.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
const [style, payload, script] = JSON.parse(await new Response(stream).text());
const add = (name, textContent, more) =>
  document.body.append(Object.assign(document.createElement(name), {textContent, ...more}));
add("style", style);
add("script", payload, {type: "application/json", id: "payload"});
add("script", script);
})();"""
FRAMED = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}"><title>steepest lab</title>
<div id="lab"></div><script type="text/plain" id="packed">{packed}</script><script>{unpack}</script></html>"""


def framed(payload: Payload) -> str:
    """A page for a cell of a notebook, without access to the notebook around it; FileError if it was not built."""
    script, style = asset("lab.js"), asset("lab.css")
    whole = json.dumps([style, payload.text(), script], ensure_ascii=False)
    packed = b64encode(zlib.compress(whole.encode(), 9)).decode()
    html = FRAMED.format(policy=policy((UNPACK, script), (style,)), packed=packed, unpack=UNPACK)
    text = html.replace("&", "&amp;").replace('"', "&quot;")
    return f'<iframe sandbox="allow-scripts" width="100%" height="{HEIGHT}" srcdoc="{text}"></iframe>'
