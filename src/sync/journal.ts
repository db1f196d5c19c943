/**
 * The ancestor in a file of JSON lines: a header, one line an entry, appended as both sides come to agree, and now and then
 * written anew.
 *
 * - The header `{ "version", "volume", "boot", "engine" }`: a journal of another volume counts for nothing.
 * - `[path]`: nothing; `[path, "d", mode]`: a folder, which keeps what it holds; `[path, "f", mode, content, host?, container?]`:
 *   a file, with the stamps of both sides where they are sure; `[path, "l", target, host?, container?]`: a link.
 * - A number: so many of the entries above were on the disks of both sides when it was written. It is flushed to the disk
 *   itself, the other lines are not: they survive the end of the process, and count as long as no machine restarted.
 *
 * What does not count is only not known: both sides are compared then. A line that breaks off is dropped, and what follows it.
 */
import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { errnoOf } from "../host/reason.ts";
import type { AncestorStore, SavedAncestor, StampsOf } from "./ancestor-store.ts";
import type { Entry } from "./entry.ts";
import { type JournalHead, parseJournal, printEntry, printHead } from "./journal-lines.ts";
import { walk } from "./tree.ts";

export interface JournalOptions {
  readonly file: string;
  /** Of the volume that the container's side is. */
  readonly volume: string;
  /** Another text after either machine restarted; the same one if that is not known. */
  readonly boot: string;
  /** Address of the engine that has the volume: it tells whose volumes to look among before the journal is removed. */
  readonly engine?: string | undefined;
}

/** Appended lines that are never too many. */
const fewLines = 1000;
/** Printed at once, so that events are heard meanwhile. */
const linesAtOnce = 2000;

export function openJournal({ file, ...head }: JournalOptions): AncestorStore {
  let handle: FileHandle | undefined;
  let baseLines = 0;
  let lines = 0;
  const begin = async (entries: Iterable<string>) => {
    await handle?.close();
    handle = undefined;
    baseLines = await writeWhole(file, head, entries);
    lines = baseLines;
    handle = await open(file, "a", ownerOnly);
  };
  const opened = async () => {
    if (handle === undefined) await begin([]);
    return handle as FileHandle;
  };
  return {
    async load() {
      const parsed = parseJournal(await readOrEmpty(file), head);
      if (!parsed.isWhole) {
        await begin(print(parsed.saved));
        return parsed.saved;
      }
      handle = await open(file, "a", ownerOnly);
      lines = parsed.lines;
      baseLines = parsed.lines;
      return parsed.saved;
    },
    async append(entries) {
      const text = entries.map(({ path, entry }) => printEntry(path, entry)).join("");
      await (await opened()).appendFile(text);
      lines += entries.length;
    },
    count: () => lines,
    async confirm(count) {
      const journal = await opened();
      await journal.appendFile(`${count}\n`);
      await journal.sync();
    },
    isLong: () => lines > fewLines && lines > 2 * baseLines,
    compact: (tree, stampsOf) => begin(printTree(tree, stampsOf)),
    async close() {
      await handle?.close();
      handle = undefined;
    },
  };
}

const ownerOnly = 0o600;

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  }
}

function* printTree(tree: Entry | undefined, stampsOf: StampsOf): Generator<string> {
  for (const [path, entry] of walk(tree))
    yield printEntry(path, entry, entry.kind === "folder" ? undefined : stampsOf(path, entry));
}

function print({ tree, stamps }: SavedAncestor): Iterable<string> {
  const known = new Map(stamps);
  return printTree(tree, (path) => known.get(path) ?? { host: undefined, container: undefined });
}

/** All of it counts, also after a crash. Returns how many entries there are. */
async function writeWhole(file: string, head: JournalHead, entries: Iterable<string>): Promise<number> {
  const temporary = `${file}.new`;
  await rm(temporary, { force: true });
  let count = 0;
  {
    await using out = await open(temporary, "wx", ownerOnly);
    let text = printHead(head);
    for (const line of entries) {
      text += line;
      count += 1;
      if (count % linesAtOnce !== 0) continue;
      await out.appendFile(text);
      text = "";
    }
    await out.appendFile(`${text}${count}\n`);
    await out.sync();
  }
  await rename(temporary, file);
  return count;
}
