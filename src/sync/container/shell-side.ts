/**
 * The container's side where there is no agent for its platform: by the shell of the environment's own container.
 * Nothing is told of changes, so it is scanned from time to time. A file is replaced whole, and one that somebody wrote to
 * at that moment is kept beside; who still has the old one open writes to a file that has no name any more.
 */
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Path } from "../entry.ts";
import { type Side, SideError, type SideListener, type Stamp } from "../side.ts";
import { nameOf, parentOf } from "../tree.ts";
import { openShell, type Shell, type ShellAnswer, type ShellOptions } from "./shell-batch.ts";
import { type Looked, listingOf, lookedOf } from "./shell-replies.ts";
import { quote } from "./shell-script.ts";

export interface ShellSideOptions {
  /** Whose what is made becomes. */
  readonly uid: number;
  readonly gid: number;
  readonly listener: Pick<SideListener, "onLost">;
  /** Run `sh -c SCRIPT sh FOLDER` and these words in the container. */
  start(words: readonly string[]): ReturnType<ShellOptions["start"]>;
}

/** Larger files are not held in memory, and go in a run of the shell of their own. */
const small = 262_144;

/** Throws `lost`, also where the shell's tools are not those that it takes. */
export async function openShellSide(options: ShellSideOptions): Promise<Side> {
  const { uid, gid, listener, start } = options;
  let isOpen = false;
  let toFile = "";
  const shell = openShell({
    start: (temporary) => start([temporary, `${uid}:${gid}`, toFile]),
    // before it is open, the call that opens it tells
    onLost: (error) => isOpen && listener.onLost(error.message),
  });
  toFile = await shell.call({ folder: "''", words: ["begin"] }, { take: takeOption });
  isOpen = true;
  return sideOf(shell, options);
}

/** The option of `mv` and `ln` that takes no folder for the place to put something into, where they know one. */
function takeOption({ fields: [word, option] }: ShellAnswer): string {
  if (String(word) === "begun") return String(option).slice(1);
  const tools = "`sh`, `tar`, `find`, `stat` and `readlink`";
  throw new SideError(
    "lost",
    `the container has not all that a sync without an agent needs: ${tools} (${String(option).slice(0, -1)})`,
  );
}

function sideOf(shell: Shell, options: ShellSideOptions): Side {
  const transfers = transfersOf(shell, options);
  const change = (path: Path, verb: string, words: readonly (string | number)[]) =>
    shell.call(callOf(path, verb, words), { take: (answer) => statOf(answer, path).stat });
  return {
    name: "container",
    list: (path) => shell.call({ folder: quote(path), words: ["list"] }, { take: takeListing }),
    stat: async (path) => (await look(shell, path))?.stat,
    ...transfers,
    makeFolder: async (path, mode) => change(path, "folder", [mode.toString(8)]),
    makeLink: async (path, target, expected) => change(path, "link", [await wordsOf(shell, path, expected), target]),
    async remove(path, expected, kind) {
      const words = kind === "folder" ? [] : [await wordsOf(shell, path, expected)];
      await shell.call(callOf(path, kind === "folder" ? "away_folder" : "away", words), { take: doneOf(path) });
    },
    setMode: async (path, mode) => change(path, "mode", [mode.toString(8)]),
    async move(from, to) {
      checkName(to);
      await shell.call(callOf(from, "rename", [parentOf(to), nameOf(to)]), { take: doneOf(from) });
    },
    forget: () => undefined,
    barrier: async () => undefined,
    flush: () => shell.call({ folder: "''", words: ["disk"] }, { take: doneOf("") }),
    close: () => shell.close(),
  };
}

function transfersOf(shell: Shell, { uid, gid }: ShellSideOptions): Pick<Side, "read" | "readSmall" | "write"> {
  const read = (path: Path, expected: Stamp) => readFile(shell, path, expected);
  return {
    read,
    readSmall: async (path, { stamp }) => Buffer.concat(await all(read(path, stamp))),
    async write(path, { mode, mtimeNs, size, expected }, content) {
      const isLarge = size > small;
      const pieces = sized(content instanceof Uint8Array ? [Uint8Array.from(content)] : content, size, path);
      const held = isLarge ? pieces : Readable.from(await all(pieces));
      const call = callOf(path, "put", [await wordsOf(shell, path, expected), size, timeOf(mtimeNs)]);
      const file = { mode, size, uid, gid, content: held };
      return shell.call({ ...call, file }, { isLarge, take: (answer) => statOf(answer, path).stat });
    },
  };
}

async function* readFile(shell: Shell, path: Path, expected: Stamp): AsyncGenerator<Uint8Array> {
  const looked = await lookFor(shell, path, expected);
  if (looked.stat.kind !== "file") throw changed(path);
  if (looked.stat.size > small) return yield* readLarge(shell, path, looked);
  yield* await shell.call(callOf(path, "content", [looked.meta]), {
    take: (answer) => all(contentOf(answer, path)),
  });
}

async function* readLarge(shell: Shell, path: Path, { meta }: Looked): AsyncGenerator<Uint8Array> {
  const through = new PassThrough();
  const done = shell.call(callOf(path, "content", [meta]), {
    isLarge: true,
    take: (answer) => pipeline(Readable.from(contentOf(answer, path)), through),
  });
  done.catch((error: Error) => through.destroy(error));
  try {
    yield* through;
    await done;
  } finally {
    through.destroy();
  }
}

/** Where a call is about what stands at a path: its folder is entered, and its name told. */
function callOf(path: Path, verb: string, words: readonly (string | number)[]) {
  checkName(path);
  const name = path === "" ? "." : nameOf(path);
  return { folder: quote(parentOf(path)), words: [verb, quote(name), ...words.map((word) => quote(String(word)))] };
}

/** The folders above are looked at by the shell. */
function checkName(path: Path): void {
  if (path.includes("\0") || (path !== "" && ["", ".", ".."].includes(nameOf(path)))) {
    throw new SideError("problem", `\`${path}\` is no path below the root`);
  }
}

async function look(shell: Shell, path: Path): Promise<Looked | undefined> {
  const take = (answer: ShellAnswer) => (isWord(answer, "missing") ? undefined : statOf(answer, path));
  return shell.call(callOf(path, "look", []), { take });
}

async function lookFor(shell: Shell, path: Path, expected: Stamp): Promise<Looked> {
  const looked = await look(shell, path);
  if (looked?.stat.stamp !== expected) throw changed(path);
  return looked;
}

/** What the shell must find there. */
async function wordsOf(shell: Shell, path: Path, expected: Stamp | undefined): Promise<string> {
  return expected === undefined ? "" : (await lookFor(shell, path, expected)).meta;
}

function isWord({ fields }: ShellAnswer, word: string): boolean {
  return String(fields[0]) === word;
}

function takeListing(answer: ShellAnswer) {
  if (isWord(answer, "missing")) return undefined;
  checkAnswer(answer, "");
  const [, text = Buffer.alloc(0), ...links] = answer.fields;
  return listingOf(text, links, answer.now);
}

function statOf(answer: ShellAnswer, path: Path): Looked {
  checkAnswer(answer, path);
  const [, meta, link] = answer.fields;
  if (meta === undefined || !isWord(answer, "stat")) throw changed(path);
  return lookedOf(meta, answer.now, link);
}

function doneOf(path: Path) {
  return (answer: ShellAnswer) => checkAnswer(answer, path);
}

function contentOf(answer: ShellAnswer, path: Path): AsyncIterable<Buffer> {
  checkAnswer(answer, path);
  return answer.content;
}

function checkAnswer({ fields: [word, reason] }: ShellAnswer, path: Path): void {
  const kind = String(word);
  if (kind === "changed") throw changed(path);
  if (kind === "missing") throw new SideError("missing", `\`${path}\` is not there, or the folder above it`);
  if (kind === "problem") throw new SideError("problem", String(reason).slice(0, -1));
}

function changed(path: Path): SideError {
  return new SideError("changed", `\`${path}\` is not what it was`);
}

function timeOf(mtimeNs: bigint): string {
  const ns = String(((mtimeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n).padStart(9, "0");
  const seconds = new Date(Number((mtimeNs - BigInt(ns)) / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds.replace("T", " ")}.${ns}`;
}

/** Refused when it is of another size: the shell would wait for the rest. */
async function* sized(content: Pieces, size: number, path: Path): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const piece of content) {
    length += piece.length;
    if (length > size) break;
    yield piece;
  }
  if (length !== size) throw changed(path);
}

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

async function all<Piece>(pieces: AsyncIterable<Piece>): Promise<Piece[]> {
  const list: Piece[] = [];
  for await (const piece of pieces) list.push(piece);
  return list;
}
