import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExecRequest } from "../../src/engine/containers.ts";
import { openSandbox } from "../support/sandbox.ts";

const shared = openSandbox();
let container: string;

beforeAll(async () => {
  container = await shared.run({ env: { NAME: "devenv" } });
});
afterAll(() => shared[Symbol.asyncDispose]());

describe("a command in a container", () => {
  it.each([
    { command: ["true"], exitCode: 0 },
    { command: ["sh", "-c", "exit 7"], exitCode: 7 },
    { command: ["sh", "-c", "kill -9 $$"], exitCode: 137 },
  ])("ends with exit code $exitCode for $command", async ({ command, exitCode }) => {
    expect(await finish({ command })).toEqual({ stdout: "", stderr: "", exitCode });
  });

  it("ends with 126 or 127 when there is no such command", async () => {
    const { exitCode, stdout, stderr } = await finish({ command: ["no-such-command"] });
    expect([126, 127]).toContain(exitCode);
    expect(stdout + stderr).toContain("no-such-command");
  });

  it("has its own variables, folder and user, and keeps stdout and stderr apart", async () => {
    const command = ["sh", "-c", "echo $NAME $OWN; pwd; id -u; echo bad >&2"];
    const request = { command, env: { OWN: "x y" }, workdir: "/var", user: "33" };
    const result = await finish(request);
    expect(result).toEqual({ stdout: "devenv x y\n/var\n33\n", stderr: "bad\n", exitCode: 0 });
  });

  it("reads stdin to its end and answers after it", async () => {
    const exec = await shared.engine.containers.exec(container, { command: ["sh", "-c", "wc -c; echo done; exit 3"] });
    for (let part = 0; part < 16; part += 1) exec.stdin.write(Buffer.alloc(65_536, part));
    exec.stdin.end();
    expect(await text(exec.stdout)).toBe(`${16 * 65_536}\ndone\n`);
    expect(await exec.exitCode()).toBe(3);
  });

  it("may leave stdin unread: what is still written is dropped", async () => {
    const exec = await shared.engine.containers.exec(container, { command: ["head", "-c", "1"] });
    exec.stdin.write(Buffer.alloc(4 * 1024 * 1024, "a"));
    expect(await text(exec.stdout)).toBe("a");
    expect(await exec.exitCode()).toBe(0);
    exec.stdin.end("more");
  });

  it("prints 20 MB on each stream, and every byte arrives", async () => {
    const script = "head -c 20000000 /dev/zero | tr '\\0' o; head -c 20000000 /dev/zero | tr '\\0' e >&2";
    const exec = await shared.engine.containers.exec(container, { command: ["sh", "-c", script] });
    exec.stdin.end();
    const [stdout, stderr] = await Promise.all([hash(exec.stdout), hash(exec.stderr)]);
    expect(stdout).toBe(createHash("sha256").update(Buffer.alloc(20_000_000, "o")).digest("hex"));
    expect(stderr).toBe(createHash("sha256").update(Buffer.alloc(20_000_000, "e")).digest("hex"));
    expect(await exec.exitCode()).toBe(0);
  });

  it("waits for a reader that is slow", async () => {
    const exec = await shared.engine.containers.exec(container, { command: ["head", "-c", "3000000", "/dev/zero"] });
    let size = 0;
    for await (const chunk of exec.stdout) {
      size += chunk.length;
      if (size < 500_000) await delay(20);
    }
    expect(size).toBe(3_000_000);
  });

  it("knows its exit code also when it closed its output long before it ends", async () => {
    const result = await finish({ command: ["sh", "-c", "exec >&- 2>&-; sleep 0.7; exit 9"] });
    expect(result.exitCode).toBe(9);
  });

  it("has a terminal of the size asked for, and follows when that changes", async () => {
    const exec = await shared.engine.containers.exec(container, {
      command: ["sh", "-c", "sleep 0.5; stty size; read line; stty size; echo $line >&2"],
      tty: { columns: 101, rows: 31 },
    });
    const printed = text(exec.stdout);
    await delay(1_500);
    await exec.resize(90, 20);
    exec.stdin.write("hello\r");
    expect(await printed).toBe("31 101\r\nhello\r\n20 90\r\nhello\r\n");
    expect(await text(exec.stderr)).toBe("");
    expect(await exec.exitCode()).toBe(0);
  });

  it("is refused in a container that does not run, whatever its state", async () => {
    await using sandbox = openSandbox();
    const { containers } = sandbox.engine;
    const id = await sandbox.create();
    const run = () => containers.exec(id, { command: ["true"] });
    await expect(run()).rejects.toMatchObject({
      code: "CONTAINER_NOT_RUNNING",
      message: `Container \`${id}\` is not running: it is created`,
    });
    await containers.start(id);
    await containers.stop(id, 1);
    await expect(run()).rejects.toMatchObject({ details: { state: "exited" } });
    await containers.remove(id);
    await expect(run()).rejects.toMatchObject({ details: { state: "gone" } });
  });

  it("fails when its container is removed under it", async () => {
    await using sandbox = openSandbox();
    const id = await sandbox.run();
    const exec = await sandbox.engine.containers.exec(id, { command: ["sh", "-c", "echo ready; sleep 60"] });
    await once(exec.stdout, "data");
    const exitCode = exec.exitCode().catch((error) => error.message);
    await sandbox.engine.containers.remove(id);
    expect([137, `Container \`${id}\` is not running: it is gone`]).toContain(await exitCode);
  });
});

async function finish(request: ExecRequest) {
  const exec = await shared.engine.containers.exec(container, request);
  exec.stdin.end();
  const [stdout, stderr] = await Promise.all([text(exec.stdout), text(exec.stderr)]);
  return { stdout, stderr, exitCode: await exec.exitCode() };
}

async function hash(stream: Readable): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of stream) digest.update(chunk);
  return digest.digest("hex");
}
