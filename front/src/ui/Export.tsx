// Exports in a dialog: files to save, and texts to copy, which stand there to be read first.

import { signal, useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { addressOf, commandOf, copy, fileName, FILES, type FileFormat, pythonOf, save, type Snapshot } from "../export";
import { reasonOf } from "../refusal";
import type { Lab } from "../state/lab";
import { tableOf } from "../state/objective";
import type { Palette, Payload } from "../types";
import { Dialog } from "./Dialog";
import { useLab } from "./context";
import { Check } from "./controls";

const open = signal(false);

const REFUSED = "The browser does not let this page copy: select the text";
const NO_FILES = 'A cell of a notebook saves no files: page.save("lab.html") writes the page, which does.';
// pages whose address may be copied: that of a server has its secret, and a cell has none
const LINKED: readonly Payload["home"][] = ["file", "report"];

export function ExportButton() {
  return (
    <button type="button" data-testid="export" aria-haspopup="dialog" onClick={() => { open.value = true; }}>
      Export
    </button>
  );
}

interface Props {
  readonly palette: ReadonlySignal<Palette>;
}

export function Export({ palette }: Props) {
  const lab = useLab();
  const said = useSignal("");
  const shown = open.value;
  useEffect(() => {
    said.value = "";
  }, [shown]);
  const snapshot = shown ? snapshotOf(lab, palette.value) : null;
  const say = (words: string) => { said.value = words; };
  return (
    <Dialog id="export" title="Export" open={open}>
      {snapshot && (lab.payload.home === "notebook" ? <p>{NO_FILES}</p> : <Files snapshot={snapshot} say={say} />)}
      {snapshot && <Texts snapshot={snapshot} say={say} />}
      {snapshot && LINKED.includes(lab.payload.home) && <Link snapshot={snapshot} say={say} />}
      <p role="status" data-testid="export-said">{said.value}</p>
    </Dialog>
  );
}

interface Part {
  readonly snapshot: Snapshot;
  readonly say: (words: string) => void;
}

function Files({ snapshot, say }: Part) {
  const make = async (format: FileFormat) => {
    try {
      const name = fileName(snapshot, format);
      save(name, await format.make(snapshot, (share) => say(`${Math.round(100 * share)} % of ${name}`)));
      say(`Saved ${name}`);
    } catch (error) {
      say(reasonOf(error));
    }
  };
  return (
    <div class="chips">
      {FILES.map((format) => (
        <button type="button" data-testid={`save-${format.id}`} onClick={() => void make(format)}>
          {format.label}
        </button>
      ))}
    </div>
  );
}

function Texts({ snapshot, say }: Part) {
  return (
    <>
      <Text id="command" label="Command" text={commandOf(snapshot)} say={say} />
      <Text id="python" label="Python" text={pythonOf(snapshot)} say={say} />
    </>
  );
}

function Link({ snapshot, say }: Part) {
  const withData = useSignal(false);
  const own = snapshot.scene.settings.data === "own" && snapshot.table !== null;
  return (
    <>
      <Text id="link" label="Link" text={addressOf(snapshot, location.href, own && withData.value)} say={say} />
      {own && (
        <Check
          id="link-data" label="with the rows of the table in the link" checked={withData.value}
          onChange={(on) => { withData.value = on; }}
        />
      )}
    </>
  );
}

interface TextProps {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly say: (words: string) => void;
}

function Text({ id, label, text, say }: TextProps) {
  const copied = async () => say((await copy(text)) ? `Copied: ${label.toLowerCase()}` : REFUSED);
  return (
    <div class="export-text">
      <label for={`text-${id}`}>{label}</label>
      <textarea
        id={`text-${id}`} readOnly rows={id === "link" ? 2 : 4} spellcheck={false} value={text}
        data-testid={`text-${id}`}
      />
      <button
        type="button" aria-label={`Copy ${label.toLowerCase()}`} data-testid={`copy-${id}`}
        onClick={() => void copied()}
      >
        Copy
      </button>
    </div>
  );
}

/** The page as it is now; null while nothing is drawn. */
function snapshotOf(lab: Lab, palette: Palette): Snapshot | null {
  const scene = lab.scene.value;
  if (!scene) return null;
  const settings = { ...scene.settings, cursor: lab.cursor.value };
  const table = settings.task === "table" ? tableOf(settings, lab.table.value) : null;
  const name = table?.name ?? settings.formula;
  return { scene: { ...scene, settings }, table, name, palette, payload: payloadOf(lab) };
}

/** What a copy of this page brings along: a recorded run only as long as it is the one on the page. */
function payloadOf({ payload, settings, table, replay }: Lab): Payload {
  const { data, task } = settings.value;
  const recording = replay.value;
  return {
    version: 1,
    home: recording ? payload.home : "file",
    ...(table.value && data === "own" && task === "table" && { table: table.value }),
    settings: settings.value,
    ...(recording && { recording }),
  };
}
