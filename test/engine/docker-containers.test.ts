import { existsSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { isDevenvError } from "../../src/errors.ts";
import { freePort } from "../support/ports.ts";
import { baseImage, openSandbox } from "../support/sandbox.ts";

describe("a container's life", () => {
  it("goes from created over running to exited and away, and each state is listed", async () => {
    await using sandbox = openSandbox();
    const { containers } = sandbox.engine;
    const state = async () => (await containers.list(sandbox.labels)).map((container) => container.state);

    expect(await state()).toEqual([]);
    const id = await sandbox.create();
    expect(await state()).toEqual(["created"]);
    await containers.start(id);
    await containers.start(id);
    expect(await state()).toEqual(["running"]);
    await containers.stop(id, 1);
    await containers.stop(id, 1);
    expect(await state()).toEqual(["exited"]);
    await containers.remove(id);
    await containers.remove(id);
    await containers.stop(id, 1);
    expect(await state()).toEqual([]);
  });

  it("lists name, image, labels and ports, and only what carries every label asked for", async () => {
    await using sandbox = openSandbox();
    const port = await freePort();
    const name = sandbox.name("web");
    const id = await sandbox.run({ name, labels: { part: "web" }, ports: [{ container: 80, host: port }] });
    await sandbox.create({ labels: { part: "other" } });

    const listed = await sandbox.engine.containers.list({ ...sandbox.labels, part: "web" });

    expect(listed).toEqual([
      {
        id,
        name,
        image: expect.stringContaining(baseImage),
        state: "running",
        labels: expect.objectContaining({ ...sandbox.labels, part: "web" }),
        ports: [{ container: 80, host: port }],
        created: expect.any(Number),
      },
    ]);
  });

  it("stops at once on SIGTERM although its command is not the first process", async () => {
    await using sandbox = openSandbox();
    const id = await sandbox.run();
    const start = performance.now();
    await sandbox.engine.containers.stop(id, 10);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it("is removed while it runs and ignores SIGTERM, in less than the grace time", async () => {
    await using sandbox = openSandbox();
    const id = await sandbox.run({ command: ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"] });
    const start = performance.now();
    await sandbox.engine.containers.remove(id);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(await sandbox.engine.containers.list(sandbox.labels)).toEqual([]);
  });

  it("starts with its command, variables, folder, user and mounts, and gains no privileges", async () => {
    await using sandbox = openSandbox();
    const script =
      "echo $GREETING; pwd; id -u; test -e /mnt/vitest.config.ts && echo mounted; touch /mnt/x; grep NoNewPrivs /proc/self/status";
    const id = await sandbox.run({
      command: ["sh", "-c", script],
      env: { GREETING: "a = $b 'c'" },
      workdir: "/var/tmp",
      user: "1234:1234",
      mounts: [{ kind: "bind", source: `${process.cwd()}/.config`, target: "/mnt", readOnly: true }],
    });
    const logs = await sandbox.engine.containers.logs(id, { follow: true });
    const [out, err] = await Promise.all([text(logs.stdout), text(logs.stderr)]);
    expect(out).toBe("a = $b 'c'\n/var/tmp\n1234\nmounted\nNoNewPrivs:\t1\n");
    expect(err).toContain("Read-only file system");
  });

  it("is refused by Docker, which creates nothing, when a mount's source is missing; Podman makes the folder", async () => {
    await using sandbox = openSandbox();
    const { product } = await sandbox.engine.info();
    await using folder = await mkdtempDisposable(join(tmpdir(), "devenv-test-"));
    const source = join(folder.path, "missing");
    const started = sandbox.run({ mounts: [{ kind: "bind", source, target: "/mnt", readOnly: false }] });
    const outcome = await started.then(
      () => "started",
      (error) => error.code,
    );
    expect(outcome).toBe(product === "docker" ? "ENGINE_FAILED" : "started");
    expect(product === "docker" && existsSync(source)).toBe(false);
  });
});

describe("what stands in a container's way", () => {
  it("names the container that publishes a port", async () => {
    await using sandbox = openSandbox();
    const ports = [{ container: 80, host: await freePort() }];
    await sandbox.run({ name: sandbox.name("first"), ports });
    const second = await sandbox.create({ name: sandbox.name("second"), ports });
    const port = ports[0]?.host;
    await expect(sandbox.engine.containers.start(second)).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: `Container \`${sandbox.name("second")}\` could not be started: port ${port} is in use (container \`${sandbox.name("first")}\` publishes it)`,
    });
  });

  it("says that a name is taken", async () => {
    await using sandbox = openSandbox();
    const name = sandbox.name("same");
    await sandbox.create({ name });
    const error: unknown = await sandbox.create({ name }).catch((reason) => reason);
    expect(isDevenvError(error, "CONTAINER_NAME_TAKEN") && error.message).toBe(
      `A container named \`${name}\` exists already and is not one of this workspace`,
    );
  });

  it("says that an image is missing", async () => {
    await using sandbox = openSandbox();
    await expect(sandbox.create({ image: "localhost/devenv-test/none:1" })).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      details: { reference: "localhost/devenv-test/none:1" },
    });
  });

  it("reports a command that cannot be started as the engine's failure, not as a taken port", async () => {
    await using sandbox = openSandbox();
    const ports = [{ container: 80, host: await freePort() }];
    const id = await sandbox.create({ ports, workdir: "/etc/passwd" }).catch((error) => error);
    const failure: unknown = typeof id === "string" ? await sandbox.engine.containers.start(id).catch((e) => e) : id;
    expect(failure).toMatchObject({ code: "ENGINE_FAILED" });
  });
});

describe("logs", () => {
  it("keep stdout and stderr apart and give the last lines only when asked to", async () => {
    await using sandbox = openSandbox();
    const id = await sandbox.run({ command: ["sh", "-c", "echo one; echo two; sleep 0.2; echo three; echo bad >&2"] });
    const all = await sandbox.engine.containers.logs(id, { follow: true });
    expect(await Promise.all([text(all.stdout), text(all.stderr)])).toEqual(["one\ntwo\nthree\n", "bad\n"]);
    const last = await sandbox.engine.containers.logs(id, { follow: false, tail: 2 });
    expect((await Promise.all([text(last.stdout), text(last.stderr)])).join("")).toBe("three\nbad\n");
  });

  it("end when they are aborted while the container still prints", async () => {
    await using sandbox = openSandbox();
    const id = await sandbox.run({ command: ["sh", "-c", "while :; do echo tick; sleep 0.1; done"] });
    const abort = new AbortController();
    const { stdout } = await sandbox.engine.containers.logs(id, { follow: true, signal: abort.signal });
    const printed = text(stdout);
    await delay(500);
    abort.abort();
    expect(await printed).toMatch(/^(tick\n)+$/);
  });
});
