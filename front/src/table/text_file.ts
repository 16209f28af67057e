// The text of a file's bytes: UTF-8, or what its byte order mark says. Files of other formats are named and refused.

import { Fault, refusal } from "./fault";

const SAVE = "save it as CSV";
const SIGNATURES: readonly (readonly [bytes: string, what: string])[] = [
  ["\x1f\x8b", "a gzip file: unpack it first"],
  ["BZh", "a bzip2 file: unpack it first"],
  ["\xfd7zXZ\x00", "an xz file: unpack it first"],
  ["PAR1", `a Parquet file: ${SAVE}`],
  ["ARROW1", `an Arrow file: ${SAVE}`],
  ["\x93NUMPY", `a NumPy array: ${SAVE}`],
  ["PK\x03\x04", `a zip, Excel or .npz file: ${SAVE}`],
  ["\x89HDF", `an HDF5 file: ${SAVE}`],
  ["\x89PNG", "a picture: drop a table"],
  ["\xff\xd8\xff", "a picture: drop a table"],
  ["%PDF", `a PDF file: ${SAVE}`],
];
const MARKS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/** Throws a Refusal with the line of the first byte that is no text. */
export function textOf(bytes: Uint8Array, name: string): string {
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  const known = SIGNATURES.find(([signature]) => start.startsWith(signature));
  if (known) throw refusal(new Fault(`not a text table but ${known[1]}`), name);
  const marked = MARKS.find(([mark]) => mark.every((byte, i) => bytes[i] === byte));
  const nul = marked ? -1 : bytes.indexOf(0);
  if (nul >= 0) throw refusal(new Fault("NUL byte: the file is damaged or not text", lineOf(bytes, nul)), name);
  const encoding = marked?.[1] ?? "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const problem = `not ${encoding.toUpperCase()}: save the file as UTF-8`;
    throw refusal(new Fault(problem, marked ? undefined : lineOf(bytes, firstInvalid(bytes))), name);
  }
}

function lineOf(bytes: Uint8Array, end: number): number {
  return bytes.subarray(0, end).reduce((lines, byte) => lines + Number(byte === 10), 1);
}

/** The place of the first byte that is not UTF-8: the shortest start that cannot be decoded ends with it. */
function firstInvalid(bytes: Uint8Array): number {
  let [valid, invalid] = [0, bytes.length];
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isText(bytes.subarray(0, middle))) valid = middle;
    else invalid = middle;
  }
  return valid;
}

/** Whether bytes are UTF-8, of which the last character may go on. */
function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
