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
import { renameSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { errnoOf } from "../host/reason.ts";
import type { AncestorStore, SavedAncestor, StampsOf } from "./ancestor-store.ts";
import { type AppendFile, openAppendFile } from "./append-file.ts";
import type { Entry } from "./entry.ts";
import { openIntentFile } from "./intent-file.ts";
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
  /** What is about to be done cannot be written down. */
  onFailure?(error: unknown): void;
}

/** Appended lines that are never too many. */
const fewLines = 1000;
/** Printed at once, so that events are heard meanwhile. */
const linesAtOnce = 2000;

export function openJournal({ file, onFailure, ...head }: JournalOptions): AncestorStore {
  const { volume, boot } = head;
  const intents = openIntentFile({ file: intentsOf(file), volume, boot, onFailure });
  const lines = openLines(file, head);
  return {
    intents,
    async load() {
      const parsed = parseJournal(await readOrEmpty(file), head);
      if (parsed.isWhole) lines.goOn(parsed.lines);
      else await lines.begin(print(parsed.saved));
      return parsed.saved;
    },
    append: (entries) => lines.append(entries.map(({ path, entry }) => printEntry(path, entry))),
    count: lines.count,
    async confirm(count) {
      lines.mark(`${count}\n`);
      await flush(file);
    },
    isLong: lines.isLong,
    compact: (tree, stampsOf) => lines.begin(printTree(tree, stampsOf)),
    async close() {
      intents.close();
      lines.close();
    },
  };
}

/** The lines of the journal, and how many of them are entries. */
function openLines(file: string, head: JournalHead) {
  let journal: AppendFile | undefined;
  let base = 0;
  let count = 0;
  /** What is appended while it is written anew. */
  let meanwhile: string[] | undefined;
  return {
    count: () => count,
    isLong: () => count > fewLines && count > 2 * base,
    /** With the file as it is. */
    goOn(entries: number): void {
      journal = openAppendFile(file);
      base = entries;
      count = entries;
    },
    async begin(entries: Iterable<string>): Promise<void> {
      meanwhile = [];
      try {
        base = await writeWhole(file, head, entries);
        // from here on in one turn: nothing is appended to what goes
        const next = openAppendFile(`${file}.new`);
        next.append(meanwhile.join(""));
        renameSync(`${file}.new`, file);
        count = base + meanwhile.length;
        journal?.close();
        journal = next;
      } finally {
        meanwhile = undefined;
      }
    },
    append(entries: readonly string[]): void {
      for (const entry of entries) meanwhile?.push(entry);
      count += entries.length;
      journal?.append(entries.join(""));
    },
    mark: (line: string) => journal?.append(line),
    close(): void {
      journal?.close();
      journal = undefined;
    },
  };
}

/** What is about to be done is written down beside what was agreed upon. */
export function intentsOf(journal: string): string {
  return `${journal.replace(/\.journal$/, "")}.intents`;
}

async function flush(file: string): Promise<void> {
  await using handle = await open(file, "r+");
  await handle.sync();
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

/** Beside it; all of it counts, also after a crash. Returns how many entries there are. */
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
  return count;
}
