/** The project's own `.gitignore` files, followed as they change. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Path } from "./entry.ts";
import { createIgnores, type IgnoreRules, readGitignores } from "./ignore.ts";
import type { Ignores } from "./session-options.ts";
import type { Side, Stamp, Stat } from "./side.ts";
import { nameOf, parentOf } from "./tree.ts";

export interface IgnoreFiles {
  /** As the files are now. */
  readonly ignores: Ignores;
  /** The host's side, which sees when one of the files changes. */
  follow(host: Side): Side;
}

export interface IgnoreFilesOptions {
  /** Absolute real path of the workspace. */
  readonly root: string;
  /** What counts beside the files. */
  readonly rules: Omit<IgnoreRules, "gitignores">;
  /** Other paths are ignored than before: both sides are to be read anew. */
  onChange(): void;
}

/** The files are read before this resolves, so that nothing is looked at that they ignore. */
export async function openIgnoreFiles({ root, rules, onChange }: IgnoreFilesOptions): Promise<IgnoreFiles> {
  const texts = new Map(await readGitignores(root, rules));
  const stamps = new Map<Path, Stamp>();
  const underWay = new Map<Path, Promise<void>>();
  let current = createIgnores({ ...rules, gitignores: texts });
  const put = (folder: Path, text: string | undefined) => {
    if (texts.get(folder) === text) return;
    if (text === undefined) texts.delete(folder);
    else texts.set(folder, text);
    current = createIgnores({ ...rules, gitignores: texts });
    onChange();
  };
  const see: See = async (folder, stat) => {
    const stamp = typeof stat === "object" && stat.kind === "file" ? stat.stamp : undefined;
    // one that was written a moment ago may change once more behind the same stamp
    if (stamp !== undefined && stamp === stamps.get(folder) && !(typeof stat === "object" && stat.isFresh)) {
      return underWay.get(folder);
    }
    if (stamp === undefined) stamps.delete(folder);
    else stamps.set(folder, stamp);
    const read = stamp === undefined ? Promise.resolve(undefined) : readText(join(root, folder, fileName));
    const done = read.then((text) => put(folder, text));
    underWay.set(folder, done);
    await done;
    if (underWay.get(folder) === done) underWay.delete(folder);
  };
  return {
    ignores: (path, isFolder) => current(path, isFolder),
    follow: (host) => ({ ...host, ...reading(host, see), ...writing(host, see) }),
  };
}

const fileName = ".gitignore";

function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}

/** Told of the file in a folder: what stands there by now. */
type See = (folder: Path, stat: Stat | string | undefined) => Promise<void>;

function reading(host: Side, see: See): Pick<Side, "list" | "stat"> {
  return {
    async list(path) {
      const listing = await host.list(path);
      // before the rest of the folder is looked at
      await see(path, listing?.children.get(fileName));
      return listing;
    },
    stat: async (path) => seeAt(see, path, await host.stat(path)),
  };
}

function writing(host: Side, see: See): Pick<Side, "write" | "remove" | "move"> {
  return {
    write: async (path, file, content) => seeAt(see, path, await host.write(path, file, content)),
    async remove(path, expected, kind) {
      await host.remove(path, expected, kind);
      await seeAt(see, path, undefined);
    },
    async move(from, to) {
      await host.move(from, to);
      await seeAt(see, from, undefined);
    },
  };
}

async function seeAt<Found extends Stat | undefined>(see: See, path: Path, stat: Found): Promise<Found> {
  if (nameOf(path) === fileName) await see(parentOf(path), stat);
  return stat;
}
