import type { Path } from "../entry.ts";
import { type Pack, type Side, SideError } from "../side.ts";
import { joinPath } from "../tree.ts";
import { type ConfigFiles, isConfigFile, isProtected } from "./inside.ts";

export interface GuardOptions {
  readonly files: ConfigFiles;
  /** What comes from inside does not change them. */
  readonly isProtected: boolean;
  /** Called before a file of a config is written from inside. */
  note(path: Path): Promise<void>;
}

/** The host's side, to which nothing is brought that devenv would run without it being known where it comes from. */
export function guardConfig(side: Side, options: GuardOptions): Side {
  const { files, note } = options;
  const pass = async (...paths: readonly Path[]): Promise<void> => {
    for (const path of paths) {
      if (options.isProtected && isProtected(files, path)) throw new SideError("problem", protectedReason);
      if (isConfigFile(files, path)) await note(path);
    }
  };
  const passing = async function* (folder: Path, packs: AsyncIterable<Pack>): AsyncGenerator<Pack> {
    for await (const pack of packs) {
      for (const { looked } of pack.files) {
        const path = joinPath(folder, looked.name);
        if (isConfigFile(files, path)) await note(path);
      }
      yield pack;
    }
  };
  const { fill } = side;
  const { fill: _, ...rest } = side;
  return {
    ...rest,
    async write(path, file, content) {
      if (isConfigFile(files, path)) await pass(path);
      return side.write(path, file, content);
    },
    async makeLink(path, target, expected) {
      if (isConfigFile(files, path)) await pass(path);
      return side.makeLink(path, target, expected);
    },
    async remove(path, expected, kind) {
      if (isConfigFile(files, path)) await pass(path);
      return side.remove(path, expected, kind);
    },
    async setMode(path, mode) {
      if (options.isProtected) await pass(path);
      return side.setMode(path, mode);
    },
    async move(from, to) {
      await pass(from, to);
      return side.move(from, to);
    },
    // file by file, so that one can be left out
    ...(fill === undefined || options.isProtected
      ? {}
      : { fill: (path: Path, mode: number, packs: AsyncIterable<Pack>) => fill(path, mode, passing(path, packs)) }),
  };
}

export const protectedReason =
  "it is a file of the config, which `protectConfig` keeps as the host has it: undo the change inside, or make it on the host";
