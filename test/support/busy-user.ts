/** Somebody who does anything at all on a side, and knows which content must not be lost. */
import type { MemorySide } from "./memory-side.ts";
import { type Node, nodesIn } from "./memory-tree.ts";

export interface BusyUserOptions {
  readonly side: MemorySide;
  readonly random: () => number;
  /** Contents that were written and that nobody who saw them overwrote or removed. Shared by the users of both sides. */
  readonly live: Set<string>;
  readonly log?: (line: string) => void;
}

const names = ["a", "b", "c", "d", "é", "A"];

/** Makes one random operation each time it is called. */
export function createBusyUser({ side, random, live, log }: BusyUserOptions): () => void {
  let written = 0;
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const places = (kind?: Node["kind"]) =>
    [...nodesIn(side.tree.root)]
      .filter(([path, node]) => path !== "" && (kind === undefined || node.kind === kind))
      .map(([path]) => path);
  const folders = () => ["", ...places("folder")];
  const somewhere = () => {
    const folder = pick(folders()) ?? "";
    const name = pick(names) ?? "a";
    return folder === "" ? name : `${folder}/${name}`;
  };
  const dead = (path: string) => {
    for (const [, node] of nodesIn(side.tree.find(path))) live.delete(node.content);
  };
  const newContent = () => {
    written += 1;
    // often of the same length, so that the size tells nothing
    const content = `${side.name}-${written.toString().padStart(5, "0")}`;
    live.add(content);
    return content;
  };
  const clear = (path: string) => {
    if (side.tree.find(path) === undefined) return;
    dead(path);
    side.user.remove(path);
  };
  const actions: Record<string, (path: string) => void> = {
    create(path) {
      if (side.tree.find(path)?.kind !== "file") clear(path);
      dead(path);
      side.user.write(path, newContent());
    },
    overwrite() {
      const path = pick(places("file"));
      if (path === undefined) return;
      dead(path);
      side.user.write(path, newContent());
    },
    saveLikeAnEditor() {
      const path = pick(places("file"));
      if (path === undefined) return;
      const beside = `${path}~`;
      if (side.tree.find(beside) !== undefined) clear(beside);
      side.user.write(beside, newContent());
      dead(path);
      side.user.remove(path);
      side.user.move(beside, path);
    },
    remove() {
      const path = pick(places());
      if (path !== undefined) clear(path);
    },
    makeFolder(path) {
      if (path.split("/").length > 4) return;
      clear(path);
      side.user.makeFolder(path);
    },
    makeLink(path) {
      clear(path);
      side.user.makeLink(path, pick(names) ?? "a");
    },
    setMode() {
      const path = pick([...places("file"), ...places("folder")]);
      if (path !== undefined) side.user.setMode(path, pick([0o644, 0o755, 0o700]) ?? 0o644);
    },
    move(to) {
      const from = pick(places());
      if (from === undefined || to === from || to.startsWith(`${from}/`) || from.startsWith(`${to}/`)) return;
      if (to.split("/").length > 4) return;
      clear(to);
      side.user.move(from, to);
    },
  };
  const kinds = [
    "create",
    "create",
    "create",
    "overwrite",
    "overwrite",
    "overwrite",
    "saveLikeAnEditor",
    "remove",
    "makeFolder",
    "makeLink",
    "setMode",
    "move",
    "move",
  ];
  return () => {
    const kind = pick(kinds) ?? "create";
    const path = somewhere();
    actions[kind]?.(path);
    log?.(`${side.name} ${kind} ${path} (${written})`);
  };
}
