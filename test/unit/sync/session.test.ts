import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { openSession } from "../../../src/sync/session.ts";
import type { Session, SessionOptions } from "../../../src/sync/session-options.ts";
import { createMemorySide, filesIn, type MemorySide } from "../../support/memory-side.ts";
import { createMemoryStore } from "../../support/memory-store.ts";
import { contentsOf, newNode } from "../../support/memory-tree.ts";

const open: Session[] = [];
afterEach(async () => {
  for (const session of open.splice(0)) await session.close();
});

interface Pair {
  readonly host: MemorySide;
  readonly container: MemorySide;
  readonly store: ReturnType<typeof createMemoryStore>;
  begin(options?: Partial<SessionOptions>): Promise<Session>;
}

function pair(host = createMemorySide({ name: "host" }), container = createMemorySide({ name: "container" })): Pair {
  const store = createMemoryStore();
  return {
    host,
    container,
    store,
    async begin(options) {
      const session = await openSession({
        host: host.open,
        container: container.open,
        ancestor: store,
        direction: "two-way",
        onConflict: "keep-both",
        ignores: () => false,
        ...options,
      });
      open.push(session);
      return session;
    },
  };
}

function expectEqual({ host, container }: Pair): void {
  expect(contentsOf(container.tree.root)).toEqual(contentsOf(host.tree.root));
}

describe("a session", () => {
  it("brings everything over at first, both ways", async () => {
    const both = pair();
    both.host.user.makeFolder("src");
    both.host.user.write("src/a.ts", "a", 0o755);
    both.container.user.makeLink("link", "src/a.ts");
    const session = await both.begin();
    expect(await session.flush()).toMatchObject({ state: "idle", conflicts: [], problems: [], files: 1 });
    expectEqual(both);
    expect(both.container.tree.find("src/a.ts")).toMatchObject({ content: "a", mode: 0o755 });
    expect(both.host.tree.find("link")).toMatchObject({ target: "src/a.ts" });
  });

  it("lets go of what was agreed upon when a side cannot be opened", async () => {
    const both = pair();
    const closed: string[] = [];
    const ancestor = { ...both.store, close: async () => void closed.push("store") };
    const container = () => Promise.reject(new Error("it does not run"));
    await expect(both.begin({ ancestor, container })).rejects.toThrow("it does not run");
    expect(closed).toEqual(["store"]);
  });

  it("brings over what changes later, both ways", async () => {
    const both = pair();
    both.host.user.write("a", "1");
    both.host.user.write("b", "1");
    const session = await both.begin();
    await session.flush();
    both.host.user.write("a", "22");
    both.container.user.remove("b");
    both.container.user.makeFolder("new");
    both.container.user.write("new/file", "3");
    await session.flush();
    expectEqual(both);
    expect(filesIn(both.host)).toEqual(
      new Map([
        ["a", "22"],
        ["new/file", "3"],
      ]),
    );
  });

  it("keeps both of a file that was changed on both sides", async () => {
    const both = pair();
    const session = await both.begin();
    await session.flush();
    await session.pause();
    both.host.user.write("a", "host's");
    await sleep(10);
    both.container.user.write("a", "container's");
    session.resume();
    const { copies } = await session.flush();
    expectEqual(both);
    expect(copies).toHaveLength(1);
    expect(copies[0]).toMatch(/^a\.conflict-host-\d{8}T\d{6}Z$/);
    expect(filesIn(both.host)).toEqual(
      new Map([
        ["a", "container's"],
        [copies[0], "host's"],
      ]),
    );
  });

  it("takes nothing over of what git has while it is at work, nor makes a conflict of it", async () => {
    const both = pair();
    for (const { user } of [both.host, both.container]) {
      for (const folder of [".git", "sub", "sub/.git", "sub/.git/refs"]) user.makeFolder(folder);
      for (const path of [".git/index.lock", "sub/.git/refs/x.lock"])
        user.write(path, `of the ${user === both.host.user ? "host" : "other"}`);
    }
    both.host.user.write("yarn.lock", "synced");
    const session = await both.begin();
    expect(await session.flush()).toMatchObject({ state: "idle", conflicts: [], copies: [], problems: [] });
    both.host.user.remove(".git/index.lock");
    both.host.user.write(".git/HEAD.lock", "");
    await session.flush();
    const names = (side: MemorySide) => [...filesIn(side).keys()].sort();
    expect(names(both.host)).toEqual([".git/HEAD.lock", "sub/.git/refs/x.lock", "yarn.lock"]);
    expect(names(both.container)).toEqual([".git/index.lock", "sub/.git/refs/x.lock", "yarn.lock"]);
  });

  it("leaves nothing in anybody's way once it is flushed, and says so too where that cannot be done", async () => {
    const both = pair();
    const tidied: string[] = [];
    const session = await both.begin({
      host: (listener) => ({ ...both.host.open(listener), tidy: async () => void tidied.push("host") }),
      container: (listener) => ({ ...both.container.open(listener), tidy: () => Promise.reject(new Error("refused")) }),
    });
    expect(await session.flush()).toMatchObject({ state: "idle" });
    expect(tidied).toEqual(["host"]);
  });

  it("lets a conflict wait until it is decided, if told so", async () => {
    const both = pair();
    both.host.user.write("a", "host's");
    both.container.user.write("a", "container's");
    const session = await both.begin({ onConflict: "wait" });
    expect(await session.flush()).toMatchObject({ conflicts: [{ path: "a", host: "file", container: "file" }] });
    session.settle("a", "container");
    expect(await session.flush()).toMatchObject({ conflicts: [] });
    expect(filesIn(both.host)).toEqual(new Map([["a", "container's"]]));
    expectEqual(both);
  });

  it("finds that files agree that it never saw before, without bringing anything over", async () => {
    const both = pair();
    both.host.user.write("a", "same");
    both.container.user.write("a", "same");
    const session = await both.begin();
    expect(await session.flush()).toMatchObject({ files: 1, conflicts: [], copies: [] });
    expect(both.host.calls.get("write") ?? 0).toBe(0);
    expect(both.container.calls.get("write") ?? 0).toBe(0);
  });

  it("does not take for known what a session saw that was lost before it had seen all", async () => {
    let isCut = false;
    const fail = (call: string, path: string) => (isCut && call === "list" && path === "far" ? "lost" : undefined);
    const both = pair(createMemorySide({ name: "host" }), createMemorySide({ name: "container", fail }));
    both.host.user.makeFolder("far");
    both.host.user.write("a", "one");
    await sleep(30);
    const first = await both.begin();
    await first.flush();
    await first.close();
    both.container.user.write("a", "two");
    await sleep(30);
    isCut = true;
    const second = await both.begin();
    expect((await second.flush()).state).toBe("lost");
    await second.close();
    isCut = false;
    both.host.user.write("a", "three");
    const third = await both.begin();
    await third.flush();
    expectEqual(both);
    expect([...filesIn(both.container).values()].sort()).toEqual(["three", "two"]);
  });

  it("does nothing to what is as it was when the last session ended, and brings over what changed since", async () => {
    const both = pair();
    for (const name of ["a", "b", "c"]) both.host.user.write(name, name);
    await sleep(30);
    const first = await both.begin();
    await first.flush();
    await first.close();
    both.host.user.write("a", "new");
    both.container.user.remove("b");
    both.host.calls.clear();
    both.container.calls.clear();
    const second = await both.begin();
    await second.flush();
    expect(filesIn(both.host)).toEqual(
      new Map([
        ["a", "new"],
        ["c", "c"],
      ]),
    );
    expectEqual(both);
    const [host, container] = [both.host, both.container].map(({ calls }) => calls);
    expect(host?.get("read")).toBe(1);
    expect([host?.get("write"), container?.get("write")]).toEqual([undefined, 1]);
    // at most the file that was just written there, whose stamp is not sure yet
    expect(container?.get("read") ?? 0).toBeLessThanOrEqual(1);
  });

  it("asks once for a file that was changed inside, and what is in it", async () => {
    const both = pair();
    both.host.user.write("a", "old");
    const session = await both.begin();
    await session.flush();
    await sleep(30);
    await session.flush();
    both.container.calls.clear();
    both.container.user.write("a", "new");
    await session.flush();
    expect(both.host.tree.find("a")?.content).toBe("new");
    const { look, stat, read } = Object.fromEntries(both.container.calls);
    expect({ look, stat, read }).toEqual({ look: 1, stat: undefined, read: undefined });
    await session.close();
  });

  it("neither reads nor touches what is ignored, on both sides", async () => {
    const both = pair();
    for (const { user } of [both.host, both.container]) {
      user.makeFolder("node_modules");
      user.write("node_modules/x", `${Math.random()}`);
    }
    both.host.user.write("stays", "here");
    both.host.user.makeFolder("pkg");
    both.host.user.write("pkg/a", "a");
    const session = await both.begin({ ignores: (path, isFolder) => isFolder && /(^|\/)node_modules$/.test(path) });
    await session.flush();
    both.container.user.makeFolder("pkg/node_modules");
    both.container.user.write("pkg/node_modules/y", "y");
    await session.flush();
    expect(both.host.tree.find("pkg/node_modules")).toBeUndefined();
    both.host.user.remove("pkg");
    expect(await session.flush()).toMatchObject({ problems: [], conflicts: [] });
    expect(filesIn(both.container).get("pkg/node_modules/y")).toBe("y");
    expect(both.container.tree.find("pkg/a")).toBeUndefined();
    expect(both.host.tree.find("pkg")).toBeUndefined();
  });

  it("lists what cannot be carried as a problem and goes on", async () => {
    const both = pair();
    both.host.user.makeOther("socket");
    both.host.user.write("a", "a");
    const session = await both.begin();
    expect(await session.flush()).toMatchObject({ problems: [{ side: "host", path: "socket" }] });
    expect(filesIn(both.container)).toEqual(new Map([["a", "a"]]));
    both.host.user.remove("socket");
    expect(await session.flush()).toMatchObject({ problems: [] });
  });

  it("waits two seconds for what is open for writing, goes on without it, and brings it over once it can", async () => {
    let isOpen = true;
    const container = createMemorySide({
      name: "container",
      fail: (call, path) =>
        isOpen && ["write", "remove", "move"].includes(call) && path === "log" ? "busy" : undefined,
    });
    const both = pair(undefined, container);
    both.container.user.write("log", "1");
    const session = await both.begin();
    expect(await session.flush()).toMatchObject({ problems: [] });
    both.host.user.write("log", "from the host");
    both.host.user.write("other", "1");
    const begin = performance.now();
    const isLeft = { side: "container", path: "log", reason: "write was refused", isLeft: true };
    expect(await session.flush()).toMatchObject({ state: "idle", problems: [isLeft] });
    expect(performance.now() - begin).toBeGreaterThan(1900);
    expect(both.container.tree.find("other")).toMatchObject({ content: "1" });
    // it is known by now
    both.host.user.write("other", "2");
    expect(await session.flush()).toMatchObject({ state: "idle", problems: [isLeft] });
    isOpen = false;
    expect(await session.flush()).toMatchObject({ problems: [] });
    expect(both.container.tree.find("log")).toMatchObject({ content: "from the host" });
  });

  it("keeps the container's where both changed what is open for writing there, whoever is newer", async () => {
    const container = createMemorySide({
      name: "container",
      fail: (call, path) => (["write", "remove", "move"].includes(call) && path === "log" ? "busy" : undefined),
    });
    const both = pair(undefined, container);
    both.container.user.write("log", "1");
    const session = await both.begin();
    await session.flush();
    await session.pause();
    both.container.user.write("log", "inside");
    await sleep(5);
    both.host.user.write("log", "from the host");
    await session.resume();
    const { copies } = await session.flush();
    expect(copies).toEqual([expect.stringMatching(/^log\.conflict-host-/)]);
    expectEqual(both);
    expect(both.container.tree.find("log")).toMatchObject({ content: "inside" });
  });

  it("waits for nothing that changes all the time", async () => {
    const both = pair();
    const session = await both.begin();
    let count = 0;
    const writing = setInterval(() => {
      count += 1;
      both.container.user.write("log", String(count));
    }, 1);
    try {
      both.host.user.write("a", "1");
      await session.flush();
      expect(both.container.tree.find("a")).toMatchObject({ content: "1" });
    } finally {
      clearInterval(writing);
    }
    expect(await session.flush()).toMatchObject({ state: "idle", problems: [], conflicts: [] });
    expectEqual(both);
  });

  it("lists what is refused as a problem, and tries it again", async () => {
    let isFull = true;
    const container = createMemorySide({
      name: "container",
      fail: (call, path) => (isFull && call === "write" && path === "a" ? "problem" : undefined),
    });
    const both = pair(undefined, container);
    both.host.user.write("a", "a");
    both.host.user.write("b", "b");
    const session = await both.begin();
    expect(await session.flush()).toMatchObject({
      problems: [{ side: "container", path: "a", reason: "write was refused" }],
    });
    expect(filesIn(container)).toEqual(new Map([["b", "b"]]));
    isFull = false;
    await expect.poll(() => filesIn(container).get("a"), { timeout: 3000 }).toBe("a");
    expect(await session.flush()).toMatchObject({ problems: [] });
  });

  it("halts when the host's folder is gone, and deletes in the container only if told so", async () => {
    const both = pair();
    for (const name of ["a", "b", "c"]) both.host.user.write(name, name);
    const session = await both.begin();
    await session.flush();
    both.host.user.remove("");
    expect(await session.flush()).toMatchObject({
      state: "halted",
      halt: { kind: "missing", side: "host", entries: 3 },
    });
    expect(filesIn(both.container).size).toBe(3);
    session.resume();
    expect(await session.flush()).toMatchObject({ state: "halted" });
    session.resume("accept");
    await expect.poll(async () => (await session.flush()).state).toBe("idle");
    expect(filesIn(both.container).size).toBe(0);
    expectEqual(both);
  });

  it.each(["two-way", "to-container"] as const)("brings back what was emptied, if told so: %s", async (direction) => {
    const both = pair();
    for (const name of ["a", "b", "c"]) both.host.user.write(name, name);
    const session = await both.begin({ direction });
    await session.flush();
    await session.pause();
    for (const name of ["a", "b", "c"]) both.host.user.remove(name);
    await sleep(1);
    session.resume();
    expect(await session.flush()).toMatchObject({
      state: "halted",
      halt: { kind: "emptied", side: "host", entries: 3 },
    });
    session.resume("restore");
    await expect.poll(async () => (await session.flush()).state).toBe("idle");
    expect(filesIn(both.host).size).toBe(3);
    expectEqual(both);
  });

  it("takes one answer for a halt, however many are given", async () => {
    const both = pair();
    for (const name of ["a", "b", "c"]) both.host.user.write(name, name);
    const lines: string[] = [];
    const session = await both.begin({ listener: { onLog: (line) => lines.push(line) } });
    await session.flush();
    both.host.user.remove("");
    expect(await session.flush()).toMatchObject({ state: "halted" });
    await Promise.all([session.resume("restore"), session.resume("accept"), session.resume("restore")]);
    expect(await session.flush()).toMatchObject({ state: "idle" });
    await session.resume("accept");
    expect(await session.flush()).toMatchObject({ state: "idle" });
    expect(filesIn(both.host).size).toBe(3);
    expectEqual(both);
    expect(lines.filter((line) => /^(restore|accept):/.test(line))).toEqual(["restore: the host's folder was missing"]);
  });

  it("halts when another folder stands at the host's root", async () => {
    const both = pair();
    for (const name of ["a", "b"]) both.host.user.write(name, name);
    const session = await both.begin();
    await session.flush();
    both.host.tree.root = newNode("folder", { mode: 0o755 });
    both.host.user.write("other", "other");
    both.host.overflow();
    expect(await session.flush()).toMatchObject({ state: "halted", halt: { kind: "replaced", side: "host" } });
    session.resume("restore");
    await expect.poll(async () => (await session.flush()).state).toBe("idle");
    expect([...filesIn(both.container).keys()].sort()).toEqual(["a", "b", "other"]);
    expectEqual(both);
  });

  it("brings over nothing while it is paused, and everything after it", async () => {
    const both = pair();
    const session = await both.begin({ isPaused: true });
    both.host.user.write("a", "a");
    expect(await session.flush()).toMatchObject({ state: "paused" });
    expect(filesIn(both.container).size).toBe(0);
    session.resume();
    expect(await session.flush()).toMatchObject({ state: "idle" });
    expectEqual(both);
  });

  it("is over when a side is lost, and says why", async () => {
    const both = pair();
    const session = await both.begin();
    await session.flush();
    both.container.lose("the engine went away");
    both.host.user.write("a", "a");
    expect(await session.flush()).toMatchObject({ state: "lost", reason: "the engine went away" });
  });

  it("misses nothing when events were lost", async () => {
    const both = pair();
    const session = await both.begin();
    await session.flush();
    both.host.user.makeFolder("deep");
    both.host.user.write("deep/file", "x");
    both.host.overflow();
    await session.flush();
    expectEqual(both);
  });

  it("never changes the host when it goes to the container alone", async () => {
    const both = pair();
    both.host.user.write("a", "a");
    const session = await both.begin({ direction: "to-container" });
    await session.flush();
    both.container.user.write("own", "own");
    both.container.user.write("a", "changed inside");
    await session.flush();
    expect(filesIn(both.host)).toEqual(new Map([["a", "a"]]));
    both.host.user.write("a", "changed outside");
    const { copies } = await session.flush();
    expect(filesIn(both.host)).toEqual(new Map([["a", "changed outside"]]));
    expect(filesIn(both.container)).toEqual(
      new Map([
        ["a", "changed outside"],
        ["own", "own"],
        [copies[0], "changed inside"],
      ]),
    );
  });

  it.each([
    ["is refused once", (side: MemorySide) => side.open],
    ["is set again by somebody at once", setAgain],
    ["is set", (side: MemorySide) => side.open],
  ])("ends with equal sides when one changed the content, the other the mode, and the mode %s", async (how, open) => {
    const refused = new Set<string>();
    const isFirst = (call: string) => call === "setMode" && refused.size !== refused.add(call).size;
    const fail = (call: string) => (how === "is refused once" && isFirst(call) ? "changed" : undefined);
    const both = pair(undefined, createMemorySide({ name: "container", fail }));
    both.host.user.write("a", "1");
    const session = await both.begin({ container: open(both.container) });
    await session.flush();
    await session.pause();
    both.host.user.setMode("a", 0o700);
    await sleep(10);
    both.container.user.write("a", "22");
    session.resume();
    await session.flush();
    expect(await session.flush()).toMatchObject({ state: "idle", conflicts: [], copies: [], problems: [] });
    expectEqual(both);
    expect(both.host.tree.find("a")).toMatchObject({ content: "22" });
    both.host.user.write("a", "333");
    expect(await session.flush()).toMatchObject({ copies: [] });
    expectEqual(both);
  });
});

/** Between a change of a mode and the look at it, another user changes it too. */
function setAgain(container: MemorySide): SessionOptions["container"] {
  let isDone = false;
  return (listener) => ({
    ...container.open(listener),
    async setMode(path, mode) {
      const stat = await container.setMode(path, mode);
      if (isDone) return stat;
      isDone = true;
      container.user.setMode(path, 0o711);
      return (await container.stat(path)) ?? stat;
    },
  });
}
