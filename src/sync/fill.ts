/** A new folder with what is small in it, at once: a file costs a fraction of what it does by itself. */
import { hash } from "node:crypto";
import type { Application } from "./application.ts";
import type { File, Folder, Path } from "./entry.ts";
import { type FilledFile, type Listing, type Side, SideError, type Stat, smallSize } from "./side.ts";
import { joinPath, noChildren } from "./tree.ts";

/** Makes the folder; gives the files that stand in it then, by name. The rest of it is still to be brought. Throws SideError. */
export async function makeFilled(run: Application, path: Path, folder: Folder): Promise<ReadonlyMap<string, File>> {
  const { to } = run;
  const { fill } = to.side;
  const small = fill === undefined ? [] : smallFiles(run, path, folder);
  if (fill === undefined || small.length === 0) {
    await makeEmpty(run, path, folder.mode);
    return new Map();
  }
  return bringSmall(run, { path, mode: folder.mode, small, fill });
}

async function makeEmpty(run: Application, path: Path, mode: number): Promise<void> {
  const { to } = run;
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
  const small: Small[] = [];
  for (const [name, file] of children) {
    const stat = file.kind === "file" ? from.lookedAt(joinPath(path, name)) : undefined;
    if (file.kind === "file" && stat !== undefined && stat.size <= smallSize) small.push({ name, file, stat });
  }
  return small;
}

interface Fill {
  readonly path: Path;
  readonly mode: number;
  readonly small: readonly Small[];
  readonly fill: NonNullable<Side["fill"]>;
}

async function bringSmall(run: Application, { path, mode, small, fill }: Fill): Promise<ReadonlyMap<string, File>> {
  const { from, to } = run;
  const sent = new Map<string, Sent>();
  const listing = await to.limit(() => fill(path, mode, contentsOf(run, { path, small, sent })));
  const brought = broughtOf(sent, listing);
  run.onDone(to, path, { kind: "folder", mode, children: brought });
  run.onPart(from, path, { files: brought });
  if (to.take(path, listing, brought)) throw filledByOthers();
  return brought;
}

interface Sent {
  readonly file: File;
  readonly stat: Stat;
}

interface Contents extends Pick<Fill, "path" | "small"> {
  /** What was given. */
  readonly sent: Map<string, Sent>;
}

/** What cannot be read at once is left out, to be brought by itself. */
function* contentsOf(run: Application, { path, small, sent }: Contents): Generator<FilledFile> {
  for (const { name, file, stat } of small) {
    if (run.isStopped()) return;
    const content = readNow(run, joinPath(path, name), stat);
    if (content === undefined) continue;
    run.onBytes(content.length);
    sent.set(name, { file: { ...file, content: hash("sha256", content, "base64") }, stat });
    yield { name, mode: file.mode, mtimeNs: stat.mtimeNs, content };
  }
}

function readNow({ from }: Application, path: Path, stat: Stat): Uint8Array | undefined {
  try {
    const content = from.readSmall(path, stat);
    if (content instanceof Uint8Array) return content;
    content.catch(() => undefined);
    return undefined;
  } catch (error) {
    if (error instanceof SideError && error.kind !== "lost") return undefined;
    throw error;
  }
}

/** What stands there as it was sent; somebody else may have been quick. */
function broughtOf(sent: ReadonlyMap<string, Sent>, { children }: Listing): ReadonlyMap<string, File> {
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
