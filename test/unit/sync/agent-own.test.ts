import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { openAgentSide } from "../../../src/sync/container/agent-side.ts";
import type { Side } from "../../../src/sync/side.ts";
import { startAgent } from "../../support/native-agent.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

it("tells nothing of what it does itself", async () => {
  await using agent = await openAgent();
  const { side, told } = agent;
  const folder = await side.makeFolder("folder", 0o755);
  await side.list("folder");
  const first = await put(side, "folder/file", "one");
  const second = await put(side, "folder/file", "two", first.stamp);
  const link = await side.makeLink("link", "one", undefined);
  const other = await side.makeLink("link", "other", link.stamp);
  await side.remove("folder/file", second.stamp, "file");
  await side.remove("link", other.stamp, "link");
  await side.barrier();
  expect(folder.kind).toBe("folder");
  expect(told()).toEqual([]);
  await side.tidy?.();
  expect(told()).toEqual([]);
  expect(readdirSync(agent.root, { recursive: true })).toEqual(["folder"]);
});

it("tells of others that are quick to change what it wrote", async () => {
  await using agent = await openAgent();
  const { side, told, root } = agent;
  mkdirSync(join(root, "unwatched"));
  for (let round = 0; round < 200; round += 1) {
    const path = `file-${round}`;
    const aside = join(root, "unwatched", path);
    writeFileSync(aside, "theirs");
    const writing = put(side, path, "mine!!").then(
      (stat) => stat.stamp,
      () => "refused",
    );
    while (!existsSync(join(root, path))) await setImmediate();
    renameSync(aside, join(root, path));
    const acked = await writing;
    await side.barrier();
    const now = await side.stat(path);
    const isKnown = acked === "refused" || told().includes(path);
    expect([path, isKnown || now?.stamp === acked]).toEqual([path, true]);
    expect(readFileSync(join(root, path), "utf8")).toBe("theirs");
  }
});

it("goes on to tell of a folder that is forgotten by its old path while it is listed by the new one", async () => {
  await using agent = await openAgent();
  const { side, told, root } = agent;
  mkdirSync(join(root, "old"));
  await side.list("old");
  renameSync(join(root, "old"), join(root, "new"));
  const listed = side.list("new");
  side.forget("old");
  await listed;
  await side.barrier();
  told();
  writeFileSync(join(root, "new/file"), "");
  await side.barrier();
  expect(new Set(told())).toEqual(new Set(["new/file"]));
});

it("does not remove a file that somebody has open to write, and tells of what was written", async () => {
  await using agent = await openAgent();
  const { side, told, root } = agent;
  const { stamp } = await put(side, "file", "one");
  const writer = openSync(join(root, "file"), "r+");
  await expect(side.remove("file", stamp, "file")).rejects.toMatchObject({ kind: "busy" });
  await side.tidy?.();
  expect(readdirSync(root)).toEqual(["file"]);
  writeSync(writer, "two");
  closeSync(writer);
  await side.barrier();
  expect(readFileSync(join(root, "file"), "utf8")).toBe("two");
  await side.tidy?.();
  expect(readdirSync(root)).toEqual(["file"]);
  expect(told()).toContain("file");
});

it("tells of another agent's doing, and of a change that was undone", async () => {
  await using agent = await openAgent();
  await using other = await openAgent(agent.root);
  await put(other.side, "theirs", "one");
  const before = await put(agent.side, "mine", "one");
  writeFileSync(join(agent.root, "mine"), "two");
  await expect(put(agent.side, "mine", "three", before.stamp)).rejects.toMatchObject({ kind: "changed" });
  await agent.side.barrier();
  await other.side.barrier();
  expect(agent.told()).toEqual(["theirs", "mine"]);
  expect(new Set(other.told())).toEqual(new Set(["mine"]));
});

async function openAgent(shared?: string) {
  const scratch = temporaryFolder();
  const root = shared ?? scratch.path;
  const agent = startAgent(root);
  const told: string[] = [];
  const listener = {
    onChange: (paths: readonly string[]) => void told.push(...paths),
    onOverflow: () => undefined,
    onUnwatched: () => undefined,
    onLost: () => undefined,
  };
  const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const side = await openAgentSide(agent, { ...ids, listener });
  await side.list("");
  return {
    root,
    side,
    /** Since it was asked last. */
    told: () => told.splice(0).filter((path, index, all) => path !== all[index - 1]),
    async [Symbol.asyncDispose]() {
      const ended = agent.exitCode === null ? once(agent, "exit") : undefined;
      await side.close();
      await ended;
      scratch[Symbol.dispose]();
    },
  };
}

function put(side: Side, path: string, text: string, expected?: number) {
  const content = (async function* () {
    yield Buffer.from(text);
  })();
  return side.write(path, { mode: 0o644, mtimeNs: 1_000_000_000n, size: text.length, expected }, content);
}
