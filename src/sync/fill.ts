/** A new folder with what is small in it, at once: a file costs a fraction of what it does by itself. */
import { hash } from "node:crypto";
import type { Application } from "./application.ts";
import type { File, Folder, Path } from "./entry.ts";
import { type Listing, type Pack, type Side, SideError, type Stat, smallSize } from "./side.ts";
import { noChildren } from "./tree.ts";

/** Makes the folder; gives the files that stand in it then, by name. The rest of it is still to be brought. Throws SideError. */
export async function makeFilled(run: Application, path: Path, folder: Folder): Promise<ReadonlyMap<string, File>> {
  const { fill } = run.to.side;
  const { collect } = run.from.side;
  const small = fill && collect ? smallFiles(run, path, folder) : [];
  if (fill === undefined || collect === undefined || small.length === 0) {
    await makeEmpty(run, path, folder.mode);
    return new Map();
  }
  return bringSmall(run, { path, mode: folder.mode, small, fill, collect });
}

async function makeEmpty(run: Application, path: Path, mode: number): Promise<void> {
  const { to } = run;
  run.onIntent(path, { kind: "folder", mode, children: noChildren });
  await to.limit(() => to.side.makeFolder(path, mode));
  run.onDone(to, path, { kind: "folder", mode, children: noChildren });
  if (await to.enter(path)) throw filledByOthers();
}

interface Small {
  readonly name: string;
  readonly file: File;
  /** Of when it was looked at. */
  readonly stat: Stat;
}

function smallFiles({ from }: Application, path: Path, { children }: Folder): readonly Small[] {
  const looked = from.lookedIn(path);
  const small: Small[] = [];
  for (const [name, file] of children) {
    const stat = looked.get(name);
    if (file.kind !== "file" || typeof stat !== "object" || stat.kind !== "file") continue;
    if (stat.size <= smallSize && stat.mode === file.mode) small.push({ name, file, stat });
  }
  return small;
}

interface Filling {
  readonly path: Path;
  readonly mode: number;
  readonly small: readonly Small[];
  readonly fill: NonNullable<Side["fill"]>;
  readonly collect: NonNullable<Side["collect"]>;
}

async function bringSmall(run: Application, filling: Filling): Promise<ReadonlyMap<string, File>> {
  const { from, to } = run;
  const { path, mode, small, fill, collect } = filling;
  const sent: Sent = new Map();
  const onSent = () => {
    const children = new Map(Array.from(sent, ([name, { file }]) => [name, file]));
    run.onIntent(path, { kind: "folder", mode, children });
  };
  const packs = noteSent(run, { packs: collect(path, small), sent, onSent });
  const listing = await to.limit(() => fill(path, mode, packs));
  const brought = broughtOf(sent, listing);
  run.onDone(to, path, { kind: "folder", mode, children: brought });
  run.onPart(from, path, { files: brought });
  if (to.take(path, listing, brought)) throw filledByOthers();
  return brought;
}

/** What was given, by name. */
type Sent = Map<string, { readonly file: File; readonly stat: Stat }>;

interface Sending {
  readonly packs: AsyncIterable<Pack<Small>>;
  readonly sent: Sent;
  /** All of it, before it takes its place. */
  onSent(): void;
}

/** What cannot be read at once is missing, to be brought by itself. */
async function* noteSent(run: Application, { packs, sent, onSent }: Sending): AsyncGenerator<Pack> {
  for await (const pack of packs) {
    if (run.isStopped()) break;
    let bytes = 0;
    for (const { looked, content } of pack.files) {
      const { name, file, stat } = looked;
      bytes += content.length;
      sent.set(name, { file: { kind: "file", mode: file.mode, content: hash("sha256", content, "base64") }, stat });
    }
    run.onBytes(bytes);
    yield pack;
  }
  onSent();
}

/** What stands there as it was sent; somebody else may have been quick. */
function broughtOf(sent: Sent, { children }: Listing): ReadonlyMap<string, File> {
  const brought = new Map<string, File>();
  for (const [name, { file, stat }] of sent) {
    const found = children.get(name);
    const isFile = typeof found === "object" && found.kind === "file" && found.mode === file.mode;
    if (isFile && found.size === stat.size && found.mtimeNs === stat.mtimeNs) brought.set(name, file);
  }
  return brought;
}

function filledByOthers(): SideError {
  return new SideError("changed", "something was put into the new folder");
}
