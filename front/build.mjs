// Builds the pages into the Python package: lab.js, replay.js, unpack.js, their styles, and the licences of the libraries
// inside. Same input, same bytes.
import { build } from "esbuild";
import { readFile, readdir, mkdir, writeFile } from "node:fs/promises";

const target = new URL("../src/steepest/lab/static/", import.meta.url).pathname;
await mkdir(target, { recursive: true });
const { metafile } = await build({
  entryPoints: { lab: "src/main.tsx", replay: "src/replay/main.tsx", unpack: "src/unpack.ts" },
  outdir: target,
  bundle: true,
  minify: true,
  metafile: true,
  format: "iife",
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none", // THIRD_PARTY_NOTICES holds them
  charset: "utf8",
  logLevel: "info",
});
const outputs = Object.values(metafile.outputs).map(({ inputs }) => inputs);
await writeFile(`${target}THIRD_PARTY_NOTICES`, await notices(packagesOf(outputs)));

/** Folders of the packages of which at least a byte is in the bundle. */
function packagesOf(outputs) {
  const used = outputs.flatMap((inputs) => Object.entries(inputs)).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = used.map(([path]) => /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean);
  return [...new Set(folders)].sort();
}

async function notices(folders) {
  const texts = await Promise.all(folders.map(notice));
  return `The page of steepest contains the libraries below.\n\n${texts.join("\n")}`;
}

async function notice(folder) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  const file = (await readdir(folder)).find((each) => /^(licen[cs]e|copying)(\.|$)/i.test(each));
  if (!file) throw new Error(`${name} has no licence file: its text must be in THIRD_PARTY_NOTICES`);
  const text = (await readFile(`${folder}/${file}`, "utf8")).replace(/\r\n/g, "\n").trim();
  return `${"-".repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`;
}
