// Builds the page into the Python package: lab.js, lab.css and the licences of the libraries inside. Same input, same bytes.
import { build } from "esbuild";
import { mkdir } from "node:fs/promises";

const target = new URL("../src/steepest/lab/static/", import.meta.url).pathname;
await mkdir(target, { recursive: true });
await build({
  entryPoints: { lab: "src/main.tsx" },
  outdir: target,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none", // THIRD_PARTY_NOTICES holds them
  charset: "utf8",
  logLevel: "info",
});
