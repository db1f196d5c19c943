/** The container's side on a real engine: the agent in its helper, beside an environment that shares the volume. */
import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ownMark, writeMark } from "../../src/host/process-mark.ts";
import { projectLabel, syncLabel } from "../../src/plan/labels.ts";
import { agentPath, ensureAgentImage } from "../../src/sync/container/agent-image.ts";
import { openHelperSide, type SyncHelper, startHelper } from "../../src/sync/container/helper.ts";
import type { NewFile, Side, Stat } from "../../src/sync/side.ts";
import { openSandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const sandbox = openSandbox();
const { engine } = sandbox;
const volume = sandbox.name("workspace");
const owner = { uid: 4242, gid: 4343 };
let helper: SyncHelper;
let helperId: string;
let environment: string;
let side: Side;
const told = new Set<string>();
const lost: string[] = [];
let onTold = () => {};

const listener = {
  onChange: (paths: readonly string[]) => {
    for (const path of paths) told.add(path);
    onTold();
  },
  onOverflow: () => told.add("everything"),
  onUnwatched: (reason: string) => told.add(reason),
  onLost: (reason: string) => lost.push(reason),
};

beforeAll(async () => {
  const labels = { ...sandbox.labels, [projectLabel]: sandbox.name("project"), [syncLabel]: randomUUID() };
  const host = testHost();
  const self = { host, mark: await ownMark(host), folder: "/nowhere" };
  const { platform } = await engine.info();
  helper = { name: sandbox.name("sync"), environment: "dev", owner: self, volume, labels, platform };
  await engine.volumes.create(volume, labels);
  helperId = await startHelper(engine, helper);
  const mounts = [{ kind: "volume", source: volume, target: "/workspace", readOnly: false }] as const;
  environment = await sandbox.run({ mounts, workdir: "/workspace" });
  side = await openHelperSide(engine, helperId, { ...owner, listener });
});

beforeEach(async () => {
  await inside("find /workspace -mindepth 1 -delete");
  await side.list("");
  await side.barrier();
  told.clear();
});

afterAll(async () => {
  await side?.close();
  await sandbox[Symbol.asyncDispose]();
  await engine.volumes.remove(volume);
});

const ended = (starting: Promise<string>) =>
  starting.then(
    () => undefined,
    (error: unknown) => error,
  );

async function otherVolume(): Promise<AsyncDisposable & { readonly helper: SyncHelper }> {
  const name = sandbox.name(`other-${randomUUID().slice(0, 8)}`);
  const labels = { ...helper.labels, [syncLabel]: randomUUID() };
  await engine.volumes.create(name, labels);
  return {
    helper: { ...helper, name, volume: name, labels },
    [Symbol.asyncDispose]: async () => {
      for (const { id } of await engine.containers.list({ [syncLabel]: labels[syncLabel] }))
        await engine.containers.remove(id);
      await engine.volumes.remove(name);
    },
  };
}

describe("the helper", () => {
  it("is kept when it runs, started when it does not, and made anew under another name", async () => {
    await using other = await otherVolume();
    const id = await startHelper(engine, other.helper);
    expect(await startHelper(engine, other.helper)).toBe(id);
    await engine.containers.stop(id, 1);
    expect(await startHelper(engine, other.helper)).toBe(id);
    const renamed = { ...other.helper, name: sandbox.name("renamed") };
    const second = await startHelper(engine, renamed);
    expect(second).not.toBe(id);
    const found = await engine.containers.list(other.helper.labels);
    expect(found.map(({ name, state }) => [name, state])).toEqual([[renamed.name, "running"]]);
  });

  it("is made anew where the process that had it is dead", async () => {
    await using other = await otherVolume();
    // its number is this one's by now
    const { owner: self } = other.helper;
    const id = await startHelper(engine, { ...other.helper, owner: { ...self, mark: { ...self.mark, started: "1" } } });
    expect(await startHelper(engine, other.helper)).not.toBe(id);
  });

  it("is not given to a second process, wherever that keeps its state", async () => {
    await using other = await otherVolume();
    await using folder = temporaryFolder({});
    const process = spawn("sleep", ["60"]);
    const { owner: self } = other.helper;
    const [stat = ""] = [readFileSync(`/proc/${process.pid}/stat`, "utf8")];
    const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
    const mark = { ...self.mark, pid: process.pid ?? 0, started };
    folder.write({ process: writeMark(mark) });
    const first = { ...other.helper, owner: { ...self, mark, folder: folder.path } };
    await startHelper(engine, first);
    const refused = await ended(startHelper(engine, other.helper));
    expect(refused).toMatchObject({ code: "SYNC_ELSEWHERE", details: { pid: process.pid, folder: folder.path } });
    // without its state it is a stray, and ended
    rmSync(join(folder.path, "process"));
    await startHelper(engine, other.helper);
    expect(process.signalCode).toBe("SIGTERM");
  });

  it("makes no volume where its own is gone, or somebody else's has its name", async () => {
    const labels = { ...helper.labels, [syncLabel]: randomUUID() };
    const gone = { ...helper, name: sandbox.name("gone"), volume: sandbox.name("gone"), labels };
    expect(await ended(startHelper(engine, gone))).toMatchObject({ code: "SYNC_VOLUME_MISSING" });
    await engine.volumes.create(gone.volume, { ...labels, [syncLabel]: randomUUID() });
    expect(await ended(startHelper(engine, gone))).toMatchObject({ code: "SYNC_VOLUME_MISSING" });
    await engine.volumes.remove(gone.volume);
    expect(await engine.volumes.list(labels)).toEqual([]);
  });

  it("ends at once when it is told to", async () => {
    await using other = await otherVolume();
    const id = await startHelper(engine, other.helper);
    const start = performance.now();
    await engine.containers.stop(id, 10);
    expect(performance.now() - start).toBeLessThan(5_000);
    await engine.containers.remove(id);
  });

  it("has an image that holds the agent alone, which tells its version", async () => {
    const image = await engine.images.inspect(await ensureAgentImage(engine, helper.platform));
    expect(image?.layers).toHaveLength(1);
    expect(image?.size).toBeLessThan(200_000);
    const exec = await engine.containers.exec(helperId, { command: [agentPath, "--version"] });
    exec.stdin.end();
    expect(await text(exec.stdout)).toMatch(/^devenv-sync-agent \d+\n$/);
  });

  it("cannot be made for a platform without an agent", async () => {
    await expect(ensureAgentImage(engine, "linux/riscv64")).rejects.toMatchObject({
      code: "SYNC_AGENT_MISSING",
      message: "The workspace cannot be synced to an engine on `linux/riscv64`: devenv has no agent for it",
    });
  });
});

describe("the container's side", () => {
  it("makes everything the user's, whatever the helper runs as", async () => {
    await side.makeFolder("folder", 0o755);
    await side.write("folder/file", newFile(2), chunks("hi"));
    await side.makeLink("folder/link", "file", undefined);
    expect(await inside("stat -c '%n %u %g %a' folder folder/file folder/link")).toBe(
      "folder 4242 4343 755\nfolder/file 4242 4343 640\nfolder/link 4242 4343 777\n",
    );
    expect(await inside("stat -c %.9Y folder/file; cat folder/link")).toBe("1600000000.123456789\nhi");
  });

  it("lists and reads what was made inside, of any name", async () => {
    const names = ["a b", "quote'\"", "-dash", "ünï", "日本語", "back\\slash", "new\nline", "x".repeat(255)];
    for (const name of names) await side.write(name, newFile(Buffer.byteLength(name)), chunks(name));
    await inside("mkfifo pipe; mkdir folder; ln -s 'no where' link; printf 'x' > $(printf 'bad\\377')");
    const { children } = (await side.list("")) ?? { children: new Map<string, Stat | string>() };
    for (const name of names) {
      const { stamp } = children.get(name) as Stat;
      expect(await collect(side.read(name, stamp))).toBe(name);
    }
    expect(children.get("pipe")).toMatchObject({ kind: "other" });
    expect(children.get("folder")).toMatchObject({ kind: "folder" });
    expect(children.get("link")).toMatchObject({ kind: "link", target: "no where" });
    expect(children.get("bad\uFFFD")).toBe("its name is not UTF-8");
  });

  it("refuses what is not as expected, and leaves it as it is", async () => {
    await inside("echo one > file");
    const { stamp } = (await side.stat("file")) as Stat;
    await inside("echo two > file");
    const refused = { kind: "changed" };
    await expect(side.write("file", newFile(1, stamp), chunks("x"))).rejects.toMatchObject(refused);
    await expect(side.write("file", newFile(1), chunks("x"))).rejects.toMatchObject(refused);
    await expect(side.remove("file", stamp, "file")).rejects.toMatchObject(refused);
    await expect(side.makeLink("file", "x", stamp)).rejects.toMatchObject(refused);
    await expect(collect(side.read("file", stamp))).rejects.toMatchObject(refused);
    expect(await inside("cat file; ls -A -I .devenv-sync")).toBe("two\nfile\n");
  });

  it("refuses to leave the folder, by name or by link", async () => {
    await inside("ln -s /etc out; mkdir in; ln -s ../.. in/up");
    for (const path of ["../new", "out/new", "in/up/new", "/new", "in/../../new", "in//new", "./new", "in/", ".."]) {
      await expect(side.write(path, newFile(1), chunks("x")), path).rejects.toBeInstanceOf(Error);
      await expect(side.makeFolder(path, 0o755), path).rejects.toBeInstanceOf(Error);
      await expect(side.move("in", path), path).rejects.toBeInstanceOf(Error);
    }
    expect(await side.list("out")).toBeUndefined();
    expect(await side.stat("out/passwd").catch(() => "refused")).toBeUndefined();
    expect(await inside("ls -A -I .devenv-sync . in; test -e /etc/new || echo clean")).toBe(
      ".:\nin\nout\n\nin:\nup\nclean\n",
    );
  });

  it("waits for a writer that has the file open, and keeps what it wrote", async () => {
    await inside("echo one > file");
    const { stamp } = (await side.stat("file")) as Stat;
    const writer = await engine.containers.exec(environment, {
      command: ["sh", "-c", "exec 3>>file; echo open; read go; sleep 0.02; echo two >&3"],
      workdir: "/workspace",
    });
    await once(writer.stdout, "data");
    writer.stdin.write("go\n");
    await side.write("file", newFile(4, stamp), chunks("new\n")).catch(() => undefined);
    await writer.exitCode();
    expect(["one\ntwo\n", "new\n"]).toContain(await inside("cat file; ls -A | grep -v file"));
  });

  it("tells of changes made inside within milliseconds, once", async () => {
    const times: number[] = [];
    const shell = await engine.containers.exec(environment, {
      command: ["sh", "-c", "while read name; do echo x > $name; done"],
      workdir: "/workspace",
    });
    for (let index = 0; index < 30; index += 1) {
      const start = performance.now();
      const seen = new Promise<void>((resolve) => {
        onTold = () => told.has(`file-${index}`) && resolve();
      });
      shell.stdin.write(`file-${index}\n`);
      await seen;
      times.push(performance.now() - start);
    }
    shell.stdin.end();
    const median = times.toSorted((a, b) => a - b)[15] ?? 0;
    console.log(`change inside → told: p50 ${median.toFixed(1)} ms`);
    expect(median).toBeLessThan(100);
  });

  it("has told everything once a barrier is passed, and nothing of folders that are forgotten", async () => {
    await inside("mkdir one two");
    await side.list("one");
    await side.list("two");
    side.forget("two");
    await side.barrier();
    told.clear();
    await inside("for i in $(seq 500); do echo $i > one/$i; done; echo x > two/x; mv one/1 one/first; rm one/2");
    await side.barrier();
    expect(told).toEqual(new Set([...Array.from({ length: 500 }, (_one, index) => `one/${index + 1}`), "one/first"]));
  });

  it("flushes to the disk while it goes on working", async () => {
    await side.write("file", newFile(2), chunks("hi"));
    const flushed = side.flush();
    expect(await side.stat("file")).toMatchObject({ size: 2 });
    await flushed;
  });

  it("carries a large file both ways, and small requests overtake it", async () => {
    const bytes = randomBytes(20_000_000);
    const stat = await side.write("large", newFile(bytes.length), chunks(bytes));
    const reading = side.read("large", stat.stamp)[Symbol.asyncIterator]();
    const parts = [(await reading.next()).value as Uint8Array];
    // nobody takes what comes, and everybody else goes on
    expect(await side.stat("large")).toMatchObject({ size: bytes.length });
    for (let next = await reading.next(); !next.done; next = await reading.next()) parts.push(next.value);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });

  it("answers many requests at once, each with its own answer", async () => {
    const names = Array.from({ length: 1_000 }, (_name, index) => `file-${index}`);
    await Promise.all(names.map((name) => side.write(name, newFile(name.length), chunks(name))));
    const contents = await Promise.all(
      names.map(async (name) => collect(side.read(name, ((await side.stat(name)) as Stat).stamp))),
    );
    expect(contents).toEqual(names);
  });

  it("leaves nothing half written behind when it is closed, and says that it is over", async () => {
    const second = await openHelperSide(engine, helperId, { ...owner, listener });
    async function* endless() {
      yield Buffer.from("half");
      yield Buffer.from("more");
      await second.close();
      yield Buffer.from("rest");
    }
    await expect(second.write("file", newFile(1_000), endless())).rejects.toMatchObject({ kind: "lost" });
    await expect(second.stat("file")).rejects.toMatchObject({ kind: "lost" });
    await vi.waitFor(async () => expect(await inside("ls -A")).toBe(""), 5_000);
    expect(lost).toEqual([]);
  });

  it("is lost when its container is stopped under it, and can be opened again", async () => {
    await using other = await otherVolume();
    const id = await startHelper(engine, other.helper);
    const second = await openHelperSide(engine, id, { ...owner, listener });
    await engine.containers.stop(id, 1);
    await vi.waitFor(() => expect(lost).toHaveLength(1), 10_000);
    await expect(second.stat("")).rejects.toMatchObject({ kind: "lost" });
    await expect(openHelperSide(engine, id, { ...owner, listener })).rejects.toMatchObject({ kind: "lost" });
    await startHelper(engine, other.helper);
    const third = await openHelperSide(engine, id, { ...owner, listener });
    expect(await third.list("")).toMatchObject({ folder: { kind: "folder" } });
    await third.close();
  });
});

/** Run a script in the environment; gives what it printed. */
async function inside(script: string): Promise<string> {
  const exec = await engine.containers.exec(environment, { command: ["sh", "-c", script], workdir: "/workspace" });
  exec.stdin.end();
  return text(exec.stdout);
}

function newFile(size: number, expected?: number): NewFile {
  return { mode: 0o640, mtimeNs: 1_600_000_000_123_456_789n, size, expected };
}

async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part as string);
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts).toString();
}
