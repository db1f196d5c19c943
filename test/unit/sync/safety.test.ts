import { expect, it } from "vitest";
import type { Entry, Folder } from "../../../src/sync/entry.ts";
import { findHalt, type Halt, type Situation } from "../../../src/sync/safety.ts";
import { ignored } from "../../../src/sync/tree.ts";

const file: Entry = { kind: "file", mode: 0o644, content: "c" };
const folder = (children: Readonly<Record<string, Entry>> = {}): Folder => ({
  ...{ kind: "folder", mode: 0o755, children: new Map(Object.entries(children)) },
});
const full = folder({ a: file, b: folder({ c: file }) });
const one = folder({ a: file });
const found = (tree: Entry | undefined, isReplaced = false) => ({ tree, isReplaced });

it.each<[string, Situation, Halt | undefined]>([
  ["both full", { ancestor: full, host: found(full), container: found(full) }, undefined],
  ["a new volume", { ancestor: undefined, host: found(full), container: found(folder()) }, undefined],
  ["a new folder", { ancestor: undefined, host: found(folder()), container: found(full) }, undefined],
  ["both new and empty", { ancestor: undefined, host: found(folder()), container: found(folder()) }, undefined],
  [
    "the host's emptied",
    { ancestor: full, host: found(folder()), container: found(full) },
    { kind: "emptied", side: "host", entries: 3 },
  ],
  [
    "the container's emptied",
    { ancestor: full, host: found(full), container: found(folder()) },
    { kind: "emptied", side: "container", entries: 3 },
  ],
  ["both emptied", { ancestor: full, host: found(folder()), container: found(folder()) }, undefined],
  ["the only entry deleted", { ancestor: one, host: found(folder()), container: found(one) }, undefined],
  [
    "all emptied but for what is ignored",
    { ancestor: full, host: found(folder({ ".git": ignored })), container: found(full) },
    { kind: "emptied", side: "host", entries: 3 },
  ],
  ["most of it deleted", { ancestor: full, host: found(one), container: found(full) }, undefined],
  [
    "the host's gone",
    { ancestor: full, host: found(undefined), container: found(full) },
    { kind: "missing", side: "host", entries: 3 },
  ],
  [
    "the host's gone with nothing agreed upon",
    { ancestor: undefined, host: found(undefined), container: found(folder()) },
    { kind: "missing", side: "host", entries: 0 },
  ],
  [
    "a file in the place of the host's",
    { ancestor: full, host: found(file), container: found(full) },
    { kind: "missing", side: "host", entries: 3 },
  ],
  [
    "the container's gone",
    { ancestor: full, host: found(full), container: found(undefined) },
    { kind: "missing", side: "container", entries: 3 },
  ],
  [
    "another folder in the place of the host's",
    { ancestor: full, host: found(full, true), container: found(full) },
    { kind: "replaced", side: "host", entries: 3 },
  ],
  [
    "another, empty one",
    { ancestor: full, host: found(folder(), true), container: found(full) },
    { kind: "replaced", side: "host", entries: 3 },
  ],
  [
    "both gone",
    { ancestor: full, host: found(undefined), container: found(undefined) },
    { kind: "missing", side: "host", entries: 0 },
  ],
])("halts or goes on with %s", (_name, situation, halt) => {
  expect(findHalt(situation)).toEqual(halt);
});
