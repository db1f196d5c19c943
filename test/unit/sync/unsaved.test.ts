import { afterEach, describe, expect, it } from "vitest";
import { openSession } from "../../../src/sync/session.ts";
import type { Session, SessionOptions } from "../../../src/sync/session-options.ts";
import { createMemorySide, type MemorySideOptions } from "../../support/memory-side.ts";
import { createMemoryStore } from "../../support/memory-store.ts";

const open: Session[] = [];
afterEach(async () => {
  for (const session of open.splice(0)) await session.close();
});

async function begin(options: Partial<SessionOptions> = {}, fail?: MemorySideOptions["fail"]) {
  const host = createMemorySide({ name: "host", ...(fail === undefined ? {} : { fail }) });
  const container = createMemorySide({ name: "container" });
  host.user.write("a.txt", "1");
  host.user.write("b.txt", "1");
  const ancestor = createMemoryStore();
  const ignores = () => false;
  const begun = {
    host: host.open,
    container: container.open,
    ancestor,
    direction: "two-way",
    onConflict: "keep-both",
  } as const;
  const session = await openSession({ ...begun, ignores, ...options });
  open.push(session);
  await session.flush();
  return { host: host.user, container: container.user, session };
}

describe("what the container alone holds", () => {
  it("is nothing while both sides are in step", async () => {
    const { container, session } = await begin();
    container.write("new.txt", "new");
    container.remove("a.txt");
    await session.flush();
    expect(await session.unsaved()).toEqual([]);
  });

  it("is what changed in it while the sync is paused, and neither what it deleted nor what cannot be carried", async () => {
    const { host, container, session } = await begin();
    await session.pause();
    container.write("a.txt", "2");
    container.remove("b.txt");
    container.makeFolder("empty");
    container.makeFolder("folder");
    container.makeLink("folder/link", "nowhere");
    container.makeOther("socket");
    container.write("same.txt", "same");
    host.write("same.txt", "same");
    expect([...(await session.unsaved())].sort()).toEqual(["a.txt", "folder/link"]);
    expect(session.status().state).toBe("paused");
    host.remove("a.txt");
    expect([...(await session.unsaved())].sort()).toEqual(["a.txt", "folder/link"]);

    await session.resume();
    await session.flush();
    expect(await session.unsaved()).toEqual([]);
  });

  it("is what the host has no room for", async () => {
    const refuse: MemorySideOptions["fail"] = (call, path) =>
      call === "write" && path === "big" ? "problem" : undefined;
    const { container, session } = await begin({}, refuse);
    container.write("big", "much");
    container.write("small", "little");
    await session.flush();
    expect(await session.unsaved()).toEqual(["big"]);
  });

  it("is its part of a conflict that waits", async () => {
    const { host, container, session } = await begin({ onConflict: "wait" });
    await session.pause();
    container.write("a.txt", "inside");
    host.write("a.txt", "outside");
    await session.resume();
    await session.flush();
    expect(await session.unsaved()).toEqual(["a.txt"]);
  });

  it("is nothing of what was deleted on the host, or all at once inside", async () => {
    const { host, container, session } = await begin();
    await session.pause();
    host.remove("a.txt");
    expect(await session.unsaved()).toEqual([]);
    container.remove("a.txt");
    container.remove("b.txt");
    await session.resume();
    await session.flush();
    expect(session.status().state).toBe("halted");
    expect(await session.unsaved()).toEqual([]);
  });

  it("is all that was made in it where nothing goes to the host", async () => {
    const { container, session } = await begin({ direction: "to-container" });
    container.write("a.txt", "inside");
    container.write("own.txt", "own");
    await session.flush();
    expect([...(await session.unsaved())].sort()).toEqual(["a.txt", "own.txt"]);
  });
});
