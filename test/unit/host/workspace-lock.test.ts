import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { withWorkspaceLock } from "../../../src/host/workspace-lock.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

const id = "shop-1a2b3c";
/** A few seconds of waiting, on a machine that may be busy. */
const timeoutMs = 60_000;
const module = new URL("../../../src/host/workspace-lock.ts", import.meta.url).href;

/** Another process that holds the lock until its stdin ends. */
async function otherHolder(cacheDir: string) {
  const options = `{ cacheDir: ${JSON.stringify(cacheDir)}, id: "${id}", onWait: () => console.log("waits") }`;
  const script = `import { withWorkspaceLock } from "${module}";
    import { once } from "node:events";
    await withWorkspaceLock(${options}, async () => { console.log("holds"); await once(process.stdin.resume(), "end"); });
    console.log("left");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exit = once(child, "exit");
  return {
    nextLine: async () => (await lines.next()).value,
    leave: () => child.stdin.end(),
    signal: (name: NodeJS.Signals) => void child.kill(name),
    kill: async () => {
      child.kill("SIGKILL");
      await exit;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

it.concurrent(
  "makes two processes on one workspace wait for each other, each being told once",
  async () => {
    using cache = temporaryFolder();
    await using first = await otherHolder(cache.path);
    expect(await first.nextLine()).toBe("holds");
    await using second = await otherHolder(cache.path);
    expect(await second.nextLine()).toBe("waits");
    await setTimeout(300);
    first.leave();
    expect(await first.nextLine()).toBe("left");
    expect(await second.nextLine()).toBe("holds");
    second.leave();
    expect(await second.nextLine()).toBe("left");
    expect(readdirSync(join(cache.path, "locks"))).toEqual([]);
  },
  timeoutMs,
);

it.concurrent(
  "takes the lock of a killed process over within seconds",
  async () => {
    using cache = temporaryFolder();
    await using holder = await otherHolder(cache.path);
    expect(await holder.nextLine()).toBe("holds");
    await holder.kill();
    const start = Date.now();
    let waits = 0;
    await withWorkspaceLock({ cacheDir: cache.path, id, onWait: () => waits++ }, async () => undefined);
    expect(waits).toBe(1);
    expect(Date.now() - start).toBeLessThan(12_000);
  },
  timeoutMs,
);

it.concurrent(
  "stays with a process that works for longer than a killed one is waited for",
  async () => {
    using cache = temporaryFolder();
    await using holder = await otherHolder(cache.path);
    expect(await holder.nextLine()).toBe("holds");
    const signal = AbortSignal.timeout(7_000);
    const waiting = withWorkspaceLock(
      { cacheDir: cache.path, id, signal, onWait: () => undefined },
      async () => "held",
    );
    await expect(waiting).rejects.toThrow("aborted due to timeout");
  },
  timeoutMs,
);

it.concurrent(
  "stays with a process that slept as long as the one that waits, as on a laptop",
  async () => {
    using cache = temporaryFolder();
    await using first = await otherHolder(cache.path);
    expect(await first.nextLine()).toBe("holds");
    await using second = await otherHolder(cache.path);
    expect(await second.nextLine()).toBe("waits");
    for (const { signal } of [first, second]) signal("SIGSTOP");
    await setTimeout(7_000);
    for (const { signal } of [second, first]) signal("SIGCONT");
    const next = second.nextLine();
    expect(await Promise.race([next, setTimeout(3_000, "still waits")])).toBe("still waits");
    first.leave();
    expect(await next).toBe("holds");
  },
  timeoutMs,
);

it("takes a lock that was left long ago over at once, without a word", async () => {
  using cache = temporaryFolder({ [`locks/${id}.lock`]: null });
  const longAgo = Date.now() / 1_000 - 60;
  utimesSync(join(cache.path, `locks/${id}.lock`), longAgo, longAgo);
  const onWait = () => expect.fail("waited");
  expect(await withWorkspaceLock({ cacheDir: cache.path, id, onWait }, async () => "held")).toBe("held");
  expect(readdirSync(join(cache.path, "locks"))).toEqual([]);
});

it("stops waiting on an abort, with its reason, and runs nothing", async () => {
  using cache = temporaryFolder();
  const controller = new AbortController();
  const options = { cacheDir: cache.path, id, signal: controller.signal };
  let ran = false;
  await withWorkspaceLock({ ...options, onWait: () => undefined }, async () => {
    const waiting = withWorkspaceLock(
      { ...options, onWait: () => setImmediate(() => controller.abort(new Error("interrupted"))) },
      async () => {
        ran = true;
      },
    );
    await expect(waiting).rejects.toThrow("interrupted");
  });
  expect(ran).toBe(false);
});

it("does not make workspaces wait for one another", async () => {
  using cache = temporaryFolder();
  const onWait = () => expect.fail("waited");
  const inner = () => withWorkspaceLock({ cacheDir: cache.path, id: "two", onWait }, async () => "both");
  expect(await withWorkspaceLock({ cacheDir: cache.path, id: "one", onWait }, inner)).toBe("both");
});

it("lets go after a failure", async () => {
  using cache = temporaryFolder();
  const options = { cacheDir: cache.path, id, onWait: () => expect.fail("waited") };
  await expect(withWorkspaceLock(options, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await withWorkspaceLock(options, async () => "again")).toBe("again");
});

it("says that the cache cannot be written", async () => {
  using cache = temporaryFolder({ file: "" });
  const options = { cacheDir: join(cache.path, "file"), id, onWait: () => undefined };
  expect(await thrown(withWorkspaceLock(options, async () => "held"))).toEqual({
    code: "CACHE_UNUSABLE",
    text: `The cache folder \`${join(cache.path, "file", "locks")}\` cannot be written: not a directory (ENOTDIR)\n\nhint: make room or mend its owner, or set XDG_CACHE_HOME to another folder`,
  });
});
