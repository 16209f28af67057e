// The page's script stands in the file deflated, in base64: half its size. This script puts it in place; the policy of
// the page states the hashes of both, so that nothing else runs.

async function unpack(): Promise<void> {
  const packed = document.getElementById("packed")?.textContent ?? "";
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const script = document.createElement("script");
  script.textContent = await new Response(inflated).text();
  document.body.append(script);
}

if (typeof DecompressionStream === "undefined") {
  document.getElementById("lab")!.textContent = "This page needs a browser of 2023 or later.";
} else {
  void unpack();
}
