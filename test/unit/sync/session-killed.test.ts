/**
 * The sync is killed at each of its steps. No path is changed on both sides: then the new one takes nothing that the old one
 * did for a change of somebody's, whatever the times of the files say.
 */
import { describe, expect, it } from "vitest";
import { isConflictCopy } from "../../../src/sync/conflict-name.ts";
import { openSession } from "../../../src/sync/session.ts";
import type { Session } from "../../../src/sync/session-options.ts";
import { createMemorySide, type MemorySide, type User } from "../../support/memory-side.ts";
import { createMemoryStore, type MemoryStore } from "../../support/memory-store.ts";
import { contentsOf, type MemoryTree, nodesIn } from "../../support/memory-tree.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const first = Number(process.env.SYNC_SEED ?? Math.floor(Math.random() * 1e6));
const seeds = Array.from({ length: Number(process.env.SYNC_STORMS ?? 10) }, (_, index) => first + index);

interface Owned {
  readonly user: User;
  readonly tree: MemoryTree;
}

/** Changes of what is under one name, and then what else is done to that before anybody starts the sync again. */
interface Story {
  readonly before?: (owned: Owned) => void;
  readonly change: (owned: Owned) => void;
  readonly later: (owned: Owned) => void;
}

const stories: Readonly<Record<string, Story>> = {
  "a new file is written on": {
    change: ({ user }) => user.write("a", "1"),
    later: ({ user }) => user.write("a", "12"),
  },
  "a new file is removed": { change: ({ user }) => user.write("a", "1"), later: ({ user }) => user.remove("a") },
  "a file is changed twice": {
    before: ({ user }) => user.write("a", "1"),
    change: ({ user }) => user.write("a", "2"),
    later: ({ user }) => user.write("a", "3"),
  },
  "a change is taken back": {
    before: ({ user }) => user.write("a", "1"),
    change: ({ user }) => user.write("a", "2"),
    later: ({ user }) => user.write("a", "1"),
  },
  "a changed file is removed": {
    before: ({ user }) => user.write("a", "1"),
    change: ({ user }) => user.write("a", "2"),
    later: ({ user }) => user.remove("a"),
  },
  "a removed file is there again": {
    before: ({ user }) => user.write("a", "1"),
    change: ({ user }) => user.remove("a"),
    later: ({ user }) => user.write("a", "1"),
  },
  "an older file is moved over a newer one": {
    before: ({ user }) => user.write("old", "0"),
    change: ({ user }) => user.write("a", "1"),
    later({ user }) {
      user.remove("a");
      user.move("old", "a");
    },
  },
  "a mode is changed and changed back": {
    before: ({ user }) => user.write("a", "1", 0o644),
    change: ({ user }) => user.setMode("a", 0o755),
    later: ({ user }) => user.setMode("a", 0o644),
  },
  "a file is changed and its mode too": {
    before: ({ user }) => user.write("a", "1", 0o644),
    change: ({ user }) => user.write("a", "2", 0o755),
    later: ({ user }) => user.setMode("a", 0o600),
  },
  "a link leads elsewhere": {
    before: ({ user }) => user.makeLink("a", "x"),
    change({ user }) {
      user.remove("a");
      user.makeLink("a", "y");
    },
    later({ user }) {
      user.remove("a");
      user.makeLink("a", "x");
    },
  },
  "a new folder is removed": { change: fillFolder, later: ({ user }) => user.remove("dir") },
  "a new folder is moved": { change: fillFolder, later: ({ user }) => user.move("dir", "other") },
  "a file in a new folder is changed and another one removed": {
    change: fillFolder,
    later({ user }) {
      user.write("dir/a", "later");
      user.remove("dir/sub/c");
    },
  },
  "a removed folder is there again": {
    before: fillFolder,
    change: ({ user }) => user.remove("dir"),
    later: fillFolder,
  },
  "a folder becomes a file, and a folder again": {
    before: fillFolder,
    change({ user }) {
      user.remove("dir");
      user.write("dir", "a file");
    },
    later({ user }) {
      user.remove("dir");
      fillFolder({ user });
    },
  },
  "a closed folder is opened again": {
    change({ user }) {
      fillFolder({ user });
      user.setMode("dir", 0o500);
    },
    later: ({ user }) => user.setMode("dir", 0o755),
  },
};

function fillFolder({ user }: Pick<Owned, "user">): void {
  user.makeFolder("dir");
  for (const name of ["a", "b"]) user.write(`dir/${name}`, name);
  user.makeFolder("dir/sub");
  user.write("dir/sub/c", "c");
  user.makeLink("dir/sub/link", "c");
}

describe.each(["host", "container"] as const)("a sync that is killed while it brings what the %s has", (owner) => {
  it.each(Object.entries(stories))("at whatever step: %s", async (_, { before, change, later }) => {
    let isKilled = true;
    for (let step = 0; isKilled; step += 1) {
      const world = createWorld();
      const owned = () => ({ user: world.sides()[owner].user, tree: world.sides()[owner].tree });
      await begin(world);
      // a side in which nothing is left would be asked about
      owned().user.write("other", "");
      before?.(owned());
      await world.flush();
      world.killAt(step);
      change(owned());
      isKilled = (await world.flush()) === undefined;
      later(owned());
      const wanted = contentsOf(owned().tree.root);
      await begin(world);
      await world.flush();
      const { host, container } = world.sides();
      expect([contentsOf(host.tree.root), contentsOf(container.tree.root)], `step ${step}`).toEqual([wanted, wanted]);
      await world.session().close();
    }
  });
});

it.each(seeds)("leaves each side its own names, killed again and again: SYNC_SEED=%i", storm, 60_000);

async function storm(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const world = createWorld(random, [0, 1, 3][seed % 3]);
  await begin(world);
  for (const { user } of Object.values(world.sides())) user.write("other", "");
  for (let kills = 0; kills < 4; kills += 1) {
    world.killAt(Math.floor(random() * 60));
    for (let done = 0; done < 40; done += 1) {
      change(world.sides()[random() < 0.5 ? "host" : "container"], random);
      if (random() < 0.2) await world.flush();
    }
    world.kill();
    for (let done = 0; done < 5; done += 1) change(world.sides()[random() < 0.5 ? "host" : "container"], random);
    await begin(world);
  }
  const wanted = { host: ownIn(world.sides().host), container: ownIn(world.sides().container) };
  await world.flush();
  const { host, container } = world.sides();
  const log = world.log.join("\n");
  expect({ host: ownIn(host), container: ownIn(container) }, log).toEqual(wanted);
  expect(contentsOf(container.tree.root), log).toEqual(contentsOf(host.tree.root));
  expect([...nodesIn(host.tree.root)].map(([path]) => path).filter(isConflictCopy)).toEqual([]);
  await world.session().close();
}

/** What is on a side of the names that this side alone changes. */
function ownIn(side: MemorySide): readonly string[] {
  return contentsOf(side.tree.root).filter((line) => line.startsWith(side.name));
}

let written = 0;

/** One random change of what is the side's own. */
function change({ name, tree, user }: MemorySide, random: () => number): void {
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const own = [...nodesIn(tree.root)].filter(([path]) => path.startsWith(name));
  const at = (kind?: string) => pick(own.filter(([, node]) => kind === undefined || node.kind === kind))?.[0];
  const folder = at("folder");
  const top = `${name}-${pick(["a", "b", "c"])}`;
  const path = folder === undefined || folder.split("/").length > 3 ? top : `${folder}/${pick(["a", "b", "c"])}`;
  written += 1;
  const text = `${name} ${written}`;
  const clear = () => tree.find(path) !== undefined && user.remove(path);
  const file = at("file");
  const actions: Record<string, () => unknown> = {
    create: () => tree.find(path)?.kind !== "folder" && user.write(path, text),
    write: () => file !== undefined && user.write(file, text),
    append: () => file !== undefined && user.write(file, `${tree.find(file)?.content}+`),
    moveOver() {
      if (file === undefined || path === file || path.startsWith(`${file}/`) || file.startsWith(`${path}/`)) return;
      clear();
      user.move(file, path);
    },
    moveFolder() {
      if (folder === undefined || `${top}/`.startsWith(`${folder}/`) || folder.startsWith(`${top}/`)) return;
      if (tree.find(top) !== undefined) user.remove(top);
      user.move(folder, top);
    },
    remove: () => own.length > 0 && user.remove(at() ?? ""),
    setMode: () => file !== undefined && user.setMode(file, pick([0o644, 0o755, 0o600]) ?? 0o644),
    makeFolder() {
      clear();
      user.makeFolder(path);
    },
    makeLink() {
      clear();
      user.makeLink(path, text);
    },
  };
  pick(Object.values(actions))?.();
}

interface World {
  readonly log: string[];
  sides(): Readonly<Record<"host" | "container", MemorySide>>;
  store(): MemoryStore;
  session(): Session;
  open(session: Session): void;
  /** The process that begins now is another one than the last. */
  renew(): void;
  /** Before or after the effect of this number, from now on. */
  killAt(step: number): void;
  kill(): void;
  /** Undefined where it was killed before it was done. */
  flush(): Promise<object | undefined>;
}

const effects = new Set(["write", "fill", "makeFolder", "makeLink", "remove", "setMode", "move"]);

function createWorld(random = Math.random, delayMs = 0): World {
  const trees: Partial<Record<"host" | "container", MemoryTree>> = {};
  const log: string[] = [];
  let life = { left: Number.POSITIVE_INFINITY, killed: Promise.withResolvers<undefined>() };
  let sides: Record<"host" | "container", MemorySide> | undefined;
  let session: Session | undefined;
  let store = createMemoryStore();
  const kill = () => {
    life.left = -1;
    store.freeze();
    life.killed.resolve(undefined);
  };
  const world: World = {
    log,
    sides: () => given(sides),
    store: () => store,
    session: () => given(session),
    open(opened) {
      session = opened;
    },
    renew() {
      const own = { left: Number.POSITIVE_INFINITY, killed: Promise.withResolvers<undefined>() };
      life = own;
      store = createMemoryStore(store.saved(), store.begun());
      const isKilled = (call: string) => {
        if (own.left >= 0 && effects.has(call)) own.left -= 1;
        if (own.left < 0 && life === own) kill();
        return own.left < 0;
      };
      const side = (name: "host" | "container") => {
        const { [name]: tree } = trees;
        const made = createMemorySide({ name, delayMs, random, isKilled, ...(tree && { tree }) });
        trees[name] = made.tree;
        return made;
      };
      sides = { host: side("host"), container: side("container") };
    },
    killAt(step) {
      life.left = step;
    },
    kill,
    flush: () => Promise.race([world.session().flush(), life.killed.promise]),
  };
  return world;
}

function given<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("nothing began");
  return value;
}

async function begin(world: World): Promise<void> {
  world.renew();
  const { host, container } = world.sides();
  world.open(
    await openSession({
      host: host.open,
      container: container.open,
      ancestor: world.store(),
      direction: "two-way",
      onConflict: "keep-both",
      ignores: () => false,
      listener: { onLog: (line) => void world.log.push(line) },
    }),
  );
}
