/**
 * A whole side in memory, as unkind as real ones: calls take a while and finish in any order, events come late and in any order,
 * and on demand it refuses, loses events or is lost. What a user does on it is done at once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type LookedFile,
  type NewFile,
  type Pack,
  type Side,
  SideError,
  type SideErrorKind,
  type SideListener,
  type Stamp,
  type Stat,
} from "../../src/sync/side.ts";
import { joinPath, nameOf, parentOf } from "../../src/sync/tree.ts";
import { createTree, type MemoryTree, type Node, newNode, nodesIn, nowNs, statOf } from "./memory-tree.ts";

export interface MemorySide extends Side {
  readonly tree: MemoryTree;
  /** To be given to `openSession`. */
  open(listener: SideListener): Side;
  readonly user: User;
  /** Every event that has not been told is dropped, and an overflow told instead. */
  overflow(): void;
  lose(reason: string): void;
  /** How many calls of each kind were made. */
  readonly calls: Map<string, number>;
}

export interface User {
  write(path: string, content: string, mode?: number): void;
  makeFolder(path: string, mode?: number): void;
  makeLink(path: string, target: string): void;
  makeOther(path: string): void;
  remove(path: string): void;
  move(from: string, to: string): void;
  setMode(path: string, mode: number): void;
}

export interface MemorySideOptions {
  readonly name: Side["name"];
  /** Longest time for a call, and for an event; none: at once. */
  readonly delayMs?: number;
  readonly random?: () => number;
  /** Make a call fail; undefined: it goes on. */
  readonly fail?: (call: string, path: string) => SideErrorKind | undefined;
  /** What another process left of it. */
  readonly tree?: MemoryTree;
  /** Asked before and after whatever a call does; whoever is killed hears nothing of it any more. */
  readonly isKilled?: (call: string) => boolean;
}

export function createMemorySide(options: MemorySideOptions): MemorySide {
  const { name, delayMs = 0, random = Math.random, fail, tree = createTree(), isKilled = () => false } = options;
  const events = createEvents(tree, { delayMs, random });
  const calls = new Map<string, number>();
  let lost: string | undefined;
  const wait = () => (delayMs === 0 ? Promise.resolve() : sleep(random() * delayMs));
  const count = (kind: string) => calls.set(kind, (calls.get(kind) ?? 0) + 1);
  const call = async <Value>(kind: string, path: string, act: () => Value | Promise<Value>): Promise<Value> => {
    count(kind);
    await wait();
    const failure = lost === undefined ? fail?.(kind, path) : "lost";
    if (failure !== undefined) throw new SideError(failure, lost ?? `${kind} was refused`);
    if (isKilled(kind)) await never;
    const value = await act();
    if (isKilled(kind)) await never;
    await wait();
    return value;
  };
  const actions = createActions(tree, events);
  const side: Side = {
    name,
    list: (path) => call("list", path, () => actions.list(path)),
    stat: (path) => call("stat", path, () => statOrNothing(tree, path)),
    async *read(path, expected) {
      const size = await call("read", path, () => expect(tree, path, expected)?.content.length ?? 0);
      for (let at = 0; at < size || at === 0; at += Math.max(1, size >> 1)) {
        yield Buffer.from(tree.find(path)?.content.slice(at, at + Math.max(1, size >> 1)) ?? "");
        await wait();
      }
      expect(tree, path, expected);
    },
    async readSmall(path, expected) {
      const parts: Uint8Array[] = [];
      for await (const part of side.read(path, expected.stamp)) parts.push(part);
      return Buffer.concat(parts);
    },
    // near, as the host's is
    ...(name === "host" && {
      readSmall(path: string, { stamp }: Stat) {
        count("read");
        const failure = lost === undefined ? fail?.("read", path) : "lost";
        if (failure !== undefined) throw new SideError(failure, lost ?? "read was refused");
        return Buffer.from(expect(tree, path, stamp)?.content ?? "");
      },
      async *collect<File extends LookedFile>(path: string, files: readonly File[]) {
        const memory = Buffer.alloc(1_000);
        for (const looked of files) {
          const node = await call("collect", path, () => tree.find(joinPath(path, looked.name)));
          if (node === undefined || statOf(node).stamp !== looked.stat.stamp) continue;
          const content = memory.subarray(0, memory.write(node.content));
          yield { files: [{ looked, content }] };
          // for the next one
          memory.fill("?");
        }
      },
    }),
    async write(path, file, content) {
      // a small one's memory is used again once this call has returned
      let text = content instanceof Uint8Array ? Buffer.from(content).toString() : "";
      if (!(content instanceof Uint8Array)) for await (const chunk of content) text += Buffer.from(chunk).toString();
      return call("write", path, () => actions.write(path, file, text));
    },
    ...(name === "container" && {
      look: (path: string, known: Stamp | undefined) =>
        call("look", path, () => {
          const stat = statOrNothing(tree, path);
          const isAsked = stat?.kind === "file" && stat.stamp !== known;
          return stat && { stat, content: isAsked ? Buffer.from(tree.find(path)?.content ?? "") : undefined };
        }),
      fill: (path: string, mode: number, packs: AsyncIterable<Pack>) =>
        call("fill", path, async () => {
          const made: [string, Node][] = [];
          for await (const { files } of packs) {
            for (const { looked, content } of files) {
              const { mode: fileMode, mtimeNs } = looked.stat;
              const node = newNode("file", { content: Buffer.from(content).toString(), mode: fileMode, mtimeNs });
              made.push([looked.name, node]);
            }
            await wait();
          }
          // the rest of it is sent by nobody
          if (isKilled("")) await never;
          actions.makeFolder(path, mode, new Map(made));
          await wait();
          const listing = actions.list(path);
          if (listing === undefined) throw new SideError("changed", "the folder is gone again");
          return listing;
        }),
    }),
    makeFolder: (path, mode) => call("makeFolder", path, () => actions.makeFolder(path, mode)),
    makeLink: (path, target, expected) =>
      call("makeLink", path, () => actions.replace(path, expected, newNode("link", { target, mode: 0o777 }))),
    remove: (path, expected, kind) => call("remove", path, () => actions.remove(path, expected, kind)),
    setMode: (path, mode) => call("setMode", path, () => actions.setMode(path, mode)),
    move: (from, to) => call("move", from, () => actions.move(from, to)),
    forget: (path) => events.forget(path),
    barrier: () => call("barrier", "", () => events.flush()),
    flush: () => call("flush", "", () => undefined),
    close: async () => events.close(),
  };
  return {
    ...side,
    tree,
    calls,
    user: createUser(tree, events),
    open(listener) {
      events.listen(listener);
      return side;
    },
    overflow: () => events.overflow(),
    lose(reason) {
      lost = reason;
      events.lose(reason);
    },
  };
}

function statOrNothing(tree: MemoryTree, path: string) {
  const node = tree.find(path);
  return node === undefined ? undefined : statOf(node);
}

const never = new Promise<never>(() => {});

/** What stands at the path, if it is what is expected there. */
function expect(tree: MemoryTree, path: string, expected: number | undefined): Node | undefined {
  const node = tree.find(path);
  if ((node === undefined ? undefined : statOf(node).stamp) !== expected)
    throw new SideError("changed", `${path} changed`);
  return node;
}

function createActions(tree: MemoryTree, events: Events) {
  const put = (path: string, node: Node) => {
    tree.put(path, node);
    events.changed(path);
    return statOf(node);
  };
  return {
    list(path: string) {
      const folder = tree.find(path);
      if (folder?.kind !== "folder") return undefined;
      events.watch(path, folder.inode);
      return {
        folder: statOf(folder),
        children: new Map([...folder.children].map(([name, node]) => [name, statOf(node)])),
      };
    },
    write(path: string, file: NewFile, content: string) {
      tree.folderOf(path);
      if (content.length !== file.size) throw new SideError("changed", "not of the size that was told");
      if (expect(tree, path, file.expected)?.kind === "folder") throw new SideError("changed", "a folder stands there");
      return put(path, newNode("file", { content, mode: file.mode, mtimeNs: file.mtimeNs }));
    },
    replace(path: string, expected: number | undefined, node: Node) {
      tree.folderOf(path);
      if (expect(tree, path, expected)?.kind === "folder") throw new SideError("changed", "a folder stands there");
      return put(path, node);
    },
    makeFolder(path: string, mode: number, children = new Map<string, Node>()) {
      const node = newNode("folder", { mode, children });
      if (path === "") {
        if (tree.root !== undefined) throw new SideError("changed", "there is a root");
        tree.root = node;
        return statOf(node);
      }
      tree.folderOf(path);
      expect(tree, path, undefined);
      return put(path, node);
    },
    remove(path: string, expected: number, kind: "file" | "folder" | "link") {
      const node = tree.find(path);
      if (node === undefined || node.kind !== kind) throw new SideError("changed", `${path} is not a ${kind}`);
      if (kind !== "folder") expect(tree, path, expected);
      else if (node.children.size > 0) throw new SideError("changed", `${path} is not empty`);
      tree.take(path);
      events.changed(path);
    },
    setMode(path: string, mode: number) {
      const node = tree.find(path);
      if (node === undefined) throw new SideError("missing", `nothing at ${path}`);
      // a link has no mode of its own
      if (node.kind === "link") throw new SideError("changed", `a link stands at ${path}`);
      Object.assign(node, { mode, ctimeNs: nowNs() });
      events.changed(path);
      return statOf(node);
    },
    move(from: string, to: string) {
      if (tree.find(to) !== undefined) throw new SideError("changed", `something stands at ${to}`);
      tree.folderOf(to);
      tree.put(to, tree.take(from));
      events.changed(from);
      events.changed(to);
    },
  };
}

function createUser(tree: MemoryTree, events: Events): User {
  const put = (path: string, node: Node) => {
    tree.put(path, node);
    events.changed(path);
  };
  return {
    write(path, content, mode) {
      const node = tree.find(path);
      if (node?.kind !== "file") {
        put(path, newNode("file", { content, mode: mode ?? 0o644 }));
        return;
      }
      Object.assign(node, { content, mode: mode ?? node.mode, mtimeNs: nowNs(), ctimeNs: nowNs() });
      events.changed(path);
    },
    makeFolder: (path, mode = 0o755) => put(path, newNode("folder", { mode })),
    makeLink: (path, target) => put(path, newNode("link", { target, mode: 0o777 })),
    makeOther: (path) => put(path, newNode("other")),
    remove(path) {
      if (path === "") tree.root = undefined;
      else tree.take(path);
      events.changed(path);
    },
    move(from, to) {
      const node = tree.take(from);
      tree.put(to, node);
      events.changed(from);
      events.changed(to);
    },
    setMode(path, mode) {
      const node = tree.find(path);
      if (node !== undefined) Object.assign(node, { mode, ctimeNs: nowNs() });
      events.changed(path);
    },
  };
}

interface Events {
  listen(listener: SideListener): void;
  watch(path: string, inode: number): void;
  forget(path: string): void;
  changed(path: string): void;
  flush(): void;
  overflow(): void;
  lose(reason: string): void;
  close(): void;
}

/** Watches belong to inodes, and tell the path by which the folder was listed last, as the kernel's do. */
function createEvents(
  tree: MemoryTree,
  { delayMs, random }: { readonly delayMs: number; readonly random: () => number },
): Events {
  const watches = new Map<number, string>();
  const pending = new Set<string>();
  let listener: SideListener | undefined;
  const tell = (path: string) => {
    if (pending.delete(path)) listener?.onChange([path]);
  };
  const emit = (path: string) => {
    pending.add(path);
    if (delayMs === 0) queueMicrotask(() => tell(path));
    else setTimeout(() => tell(path), random() * delayMs);
  };
  return {
    listen(to) {
      listener = to;
    },
    watch: (path, inode) => void watches.set(inode, path),
    forget(path) {
      for (const [inode, place] of watches) if (place === path || place.startsWith(`${path}/`)) watches.delete(inode);
    },
    changed(path) {
      if (path === "") emit("");
      const folder = path === "" ? undefined : tree.find(parentOf(path));
      const place = folder === undefined ? undefined : watches.get(folder.inode);
      if (place !== undefined) emit(joinPath(place, nameOf(path)));
    },
    flush() {
      for (const path of pending) tell(path);
    },
    overflow() {
      pending.clear();
      listener?.onOverflow();
    },
    lose: (reason) => listener?.onLost(reason),
    close() {
      listener = undefined;
    },
  };
}

/** All files' contents. */
export function filesIn(side: MemorySide): ReadonlyMap<string, string> {
  return new Map(
    [...nodesIn(side.tree.root)]
      .filter(([, { kind }]) => kind === "file")
      .map(([path, { content }]) => [path, content]),
  );
}
