import { describe, expect, it } from "vitest";
import { openSession } from "../../../src/sync/session.ts";
import type { Session } from "../../../src/sync/session-options.ts";
import { createMemorySide, filesIn, type MemorySide } from "../../support/memory-side.ts";
import { createMemoryStore } from "../../support/memory-store.ts";

interface OneWay extends AsyncDisposable {
  readonly host: MemorySide;
  readonly container: MemorySide;
  flush(): ReturnType<Session["flush"]>;
  /** As after the end of the process. */
  reopen(): Promise<void>;
}

/** In step, and `a` in it. */
async function oneWay(): Promise<OneWay> {
  const host = createMemorySide({ name: "host" });
  // what was done there is told after it was done
  const container = createMemorySide({ name: "container", delayMs: 5 });
  const ancestor = createMemoryStore();
  const open = () =>
    openSession({
      ...{ host: host.open, container: container.open, ancestor },
      ...{ direction: "to-container", onConflict: "keep-both", ignores: () => false },
    });
  host.user.write("a", "1");
  let session = await open();
  await session.flush();
  return {
    ...{ host, container },
    flush: () => session.flush(),
    async reopen() {
      await session.close();
      session = await open();
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
}

describe("a session that goes to the container alone", () => {
  it("leaves deleted there what the host had changed before, when its mode was the container's own", async () => {
    await using both = await oneWay();
    both.container.user.setMode("a", 0o700);
    await both.flush();
    both.host.user.write("a", "2");
    await both.flush();
    expect(both.container.tree.find("a")).toMatchObject({ content: "2", mode: 0o700 });
    both.container.user.remove("a");
    await both.flush();
    expect(filesIn(both.container)).toEqual(new Map());
    expect(filesIn(both.host)).toEqual(new Map([["a", "2"]]));
  });

  it("lists what it kept of conflicts in the container also after it was opened anew", async () => {
    await using both = await oneWay();
    both.container.user.write("a", "container");
    both.host.user.write("a", "host");
    const { copies } = await both.flush();
    expect(copies).toHaveLength(1);
    await both.reopen();
    expect(await both.flush()).toMatchObject({ copies });
  });
});
