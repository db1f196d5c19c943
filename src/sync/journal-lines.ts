/** The lines of a journal: printed and read. */
import type { SavedAncestor, SavedStamps } from "./ancestor-store.ts";
import type { Entry, File, Path } from "./entry.ts";
import type { Stamp } from "./side.ts";
import { noChildren, setAllAlone } from "./tree.ts";

export interface JournalHead {
  readonly volume: string;
  readonly boot: string;
  /** Address of the engine that has the volume; what was written without it counts all the same. */
  readonly engine?: string | undefined;
}

const version = 1;

export function printHead({ volume, boot, engine }: JournalHead): string {
  return `${JSON.stringify({ version, volume, boot, engine })}\n`;
}

/** Of a journal's text, or the beginning of it; undefined for what is no journal of this version. */
export function readHead(text: string): JournalHead | undefined {
  return parseHead(text.split("\n", 1)[0] ?? "");
}

export function printEntry(path: Path, entry: Entry | undefined, stamps?: SavedStamps): string {
  // most are files: quicker one by one than as a list
  if (entry?.kind === "file") {
    const more = stamps && stampParts(stamps).map((stamp) => `,${stamp}`);
    return `[${JSON.stringify(path)},"f",${entry.mode},${JSON.stringify(entry.content)}${more?.join("") ?? ""}]\n`;
  }
  return `${JSON.stringify([path, ...partsOf(entry), ...stampParts(stamps)])}\n`;
}

function partsOf(entry: Exclude<Entry, File> | undefined): readonly (string | number)[] {
  switch (entry?.kind) {
    case "folder":
      return ["d", entry.mode];
    case "link":
      return ["l", entry.target];
    default:
      return [];
  }
}

function stampParts({ host, container }: SavedStamps = { host: undefined, container: undefined }): readonly Stamp[] {
  return host === undefined && container === undefined ? [] : [host ?? 0, container ?? 0];
}

export interface ParsedJournal {
  readonly saved: SavedAncestor;
  readonly lines: number;
  /** All of it counts, and it may be appended to. */
  readonly isWhole: boolean;
}

type Line = readonly unknown[] | number;

export function parseJournal(text: string, head: JournalHead): ParsedJournal {
  const [first = "", ...rest] = text.split("\n");
  const nothing = { saved: { tree: undefined, stamps: [] }, lines: 0, isWhole: false };
  const found = parseHead(first);
  if (found === undefined || found.volume !== head.volume) return nothing;
  const { lines, isWhole } = readLines(rest);
  const entries = lines.filter((line) => typeof line !== "number");
  const isSameBoot = found.boot === head.boot;
  const counting = isSameBoot ? entries : entries.slice(0, confirmedOf(lines));
  return { saved: savedOf(counting), lines: counting.length, isWhole: isWhole && isSameBoot };
}

function parseHead(line: string): JournalHead | undefined {
  const head = parseLine(line) as Partial<Record<keyof JournalHead | "version", unknown>> | undefined;
  if (head?.version !== version) return undefined;
  const { volume, boot, engine } = head;
  if (typeof volume !== "string" || typeof boot !== "string") return undefined;
  return { volume, boot, engine: typeof engine === "string" ? engine : undefined };
}

function readLines(rest: readonly string[]): { readonly lines: readonly Line[]; readonly isWhole: boolean } {
  const lines: Line[] = [];
  // every line ends, so what follows the last end is nothing
  for (const text of rest.slice(0, -1)) {
    const line = parseLine(text);
    if (typeof line !== "number" && !isEntryLine(line)) return { lines, isWhole: false };
    lines.push(line);
  }
  return { lines, isWhole: rest.at(-1) === "" };
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEntryLine(line: unknown): line is readonly unknown[] {
  return Array.isArray(line) && typeof line[0] === "string" && (line.length === 1 || entryOf(line) !== undefined);
}

function confirmedOf(lines: readonly Line[]): number {
  return lines.filter((line) => typeof line === "number").at(-1) ?? 0;
}

function savedOf(entries: readonly (readonly unknown[])[]): SavedAncestor {
  const stamps = new Map<Path, SavedStamps>();
  for (const line of entries) {
    const found = stampsOf(line);
    if (found === undefined) stamps.delete(line[0] as Path);
    else stamps.set(line[0] as Path, found);
  }
  const tree = setAllAlone(
    undefined,
    entries.map((line) => [line[0] as Path, entryOf(line)]),
  );
  return { tree, stamps };
}

function entryOf([, kind, first, second]: readonly unknown[]): Entry | undefined {
  if (kind === "d" && typeof first === "number") return { kind: "folder", mode: first, children: noChildren };
  if (kind === "l" && typeof first === "string") return { kind: "link", target: first };
  const isFile = kind === "f" && typeof first === "number" && typeof second === "string";
  return isFile ? { kind: "file", mode: first, content: second } : undefined;
}

function stampsOf(line: readonly unknown[]): SavedStamps | undefined {
  const [host, container] = line[1] === "f" ? line.slice(4, 6) : line.slice(3, 5);
  const known = (stamp: unknown) => (typeof stamp === "number" && stamp !== 0 ? stamp : undefined);
  const stamps = { host: known(host), container: known(container) };
  return stamps.host === undefined && stamps.container === undefined ? undefined : stamps;
}
