/**
 * The intents in a file of JSON lines, beside the journal of what was agreed upon: a header, and what was begun since all was
 * over last.
 *
 * - The header `{ "version", "volume", "boot" }`: intents of another volume, or from before a machine restarted, count for nothing.
 * - `[side, path]`: nothing is to stand there; `[side, path, "f", mode, content, only?]`: a file; `[side, path, "l", target]`: a
 *   link; `[side, path, "d", mode, files?, only?]`: a folder, and files that come with it, by name.
 * - `[side, path, "done", files]`: the last of these for that path was done, with so many files.
 *
 * It is not flushed to the disk: what is in it counts as long as no machine restarted.
 */
import { readFileSync } from "node:fs";
import { errnoOf } from "../host/reason.ts";
import { type AppendFile, openAppendFile } from "./append-file.ts";
import type { Entry, File, Path } from "./entry.ts";
import type { Intent, IntentStore, SavedIntent } from "./intents.ts";
import { SideError } from "./side.ts";
import type { SideName } from "./status.ts";
import { childrenOf, noChildren } from "./tree.ts";

export interface IntentFileOptions {
  readonly file: string;
  readonly volume: string;
  readonly boot: string;
  /** It cannot be written to: a kill may leave a conflict that nobody caused. */
  onFailure?: ((error: unknown) => void) | undefined;
}

const version = 1;

export function openIntentFile({ file, volume, boot, onFailure }: IntentFileOptions): IntentStore {
  const head = `${JSON.stringify({ version, volume, boot })}\n`;
  let out: AppendFile | undefined;
  let late = "";
  const write = (text: string) => {
    const all = late + text;
    late = "";
    // what nobody would know of is not done
    if (out === undefined) throw new SideError("lost", "the sync is closed");
    try {
      out.append(all);
    } catch (error) {
      onFailure?.(error);
    }
  };
  const flush = () => {
    if (late !== "" && out !== undefined) write("");
  };
  return {
    load() {
      const text = readOrEmpty(file);
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      const isOurs = whole.startsWith(head);
      out = openAppendFile(file);
      out.cut(isOurs ? Buffer.byteLength(whole) : 0);
      if (!isOurs) write(head);
      return isOurs ? parse(whole.slice(head.length)) : [];
    },
    begin: (intent) => write(printIntent(intent)),
    done(side, path, files) {
      if (late === "") setImmediate(flush);
      late += `${JSON.stringify([side, path, "done", files])}\n`;
    },
    clear() {
      late = "";
      const length = Buffer.byteLength(head);
      if (out !== undefined && out.length() > length) out.cut(length);
    },
    close() {
      flush();
      out?.close();
      out = undefined;
    },
  };
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  }
}

function printIntent({ side, path, after, only }: Intent): string {
  return `${JSON.stringify([side, path, ...partsOf(after), ...(only === undefined ? [] : [only])])}\n`;
}

function partsOf(entry: Entry | undefined): readonly unknown[] {
  switch (entry?.kind) {
    case "file":
      return ["f", entry.mode, entry.content];
    case "link":
      return ["l", entry.target];
    case "folder":
      return ["d", entry.mode, filesOf(entry.children)];
    default:
      return [];
  }
}

function filesOf(children: ReadonlyMap<string, Entry>): readonly unknown[] {
  const files: unknown[] = [];
  for (const [name, child] of children) if (child.kind === "file") files.push(name, child.mode, child.content);
  return files;
}

/** A line that cannot be read is of no use, and those after it are not trusted. */
function parse(text: string): readonly SavedIntent[] {
  const intents: SavedIntent[] = [];
  const last = new Map<string, number>();
  for (const line of text.split("\n").slice(0, -1)) {
    const parts = parseLine(line);
    if (parts === undefined) break;
    const [side, path, kind, files] = parts;
    const key = `${side} ${path}`;
    const index = last.get(key) ?? -1;
    const intent = intents[index];
    if (kind !== "done") last.set(key, intents.push({ ...toIntent(parts), isDone: false }) - 1);
    else if (intent !== undefined && childrenOf(intent.after).size === files)
      intents[index] = { ...intent, isDone: true };
  }
  return intents;
}

type Parts = readonly [side: SideName, path: Path, ...rest: unknown[]];

function parseLine(line: string): Parts | undefined {
  try {
    const parts = JSON.parse(line) as unknown;
    const isIntent = Array.isArray(parts) && isSide(parts[0]) && typeof parts[1] === "string";
    return isIntent ? (parts as unknown as Parts) : undefined;
  } catch {
    return undefined;
  }
}

function isSide(name: unknown): name is SideName {
  return name === "host" || name === "container";
}

function toIntent([side, path, kind, first, second, third]: Parts): Intent {
  const only = third === "mode" || third === "content" ? third : undefined;
  return { side, path, after: toEntry(kind, first, second), only };
}

function toEntry(kind: unknown, first: unknown, second: unknown): Entry | undefined {
  if (kind === "f") return toFile(first, second);
  if (kind === "l") return { kind: "link", target: String(first) };
  if (kind !== "d") return undefined;
  const flat = Array.isArray(second) ? (second as unknown[]) : [];
  const children = new Map<string, Entry>();
  for (let at = 0; at < flat.length; at += 3) children.set(String(flat[at]), toFile(flat[at + 1], flat[at + 2]));
  return { kind: "folder", mode: Number(first), children: children.size === 0 ? noChildren : children };
}

function toFile(mode: unknown, content: unknown): File {
  return { kind: "file", mode: Number(mode), content: String(content) };
}
