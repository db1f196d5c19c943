import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { baseImage, openSandbox, type Sandbox } from "../support/sandbox.ts";
import { docker } from "../support/test-project.ts";

async function sh({ engine }: Sandbox, id: string, script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await engine.containers.exec(id, { command: ["sh", "-c", script] });
  const [printed] = await Promise.all([text(stdout), text(stderr)]);
  expect(await exitCode()).toBe(0);
  return printed;
}

describe("the writable layer of a container", () => {
  it("lists what was added and what was changed, and not what was removed", async () => {
    await using sandbox = openSandbox();
    const id = await sandbox.run();
    await sh(sandbox, id, "mkdir -p /opt/new/deep; echo a > /opt/new/deep/file; echo b >> /etc/passwd; rm /etc/issue");
    const changes = await sandbox.engine.containers.changes(id);
    const wanted = ["/etc", "/etc/passwd", "/etc/issue", "/opt", "/opt/new", "/opt/new/deep", "/opt/new/deep/file"];
    expect(changes.filter(({ path }) => wanted.includes(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: "/etc", isNew: false },
      { path: "/etc/passwd", isNew: false },
      { path: "/opt", isNew: false },
      { path: "/opt/new", isNew: true },
      { path: "/opt/new/deep", isNew: true },
      { path: "/opt/new/deep/file", isNew: true },
    ]);
  });

  it("stands still while the container is paused, where the engine can", async () => {
    await using sandbox = openSandbox();
    const { containers } = sandbox.engine;
    const { rootless } = await sandbox.engine.info();
    const id = await sandbox.run();
    // on the first version of cgroups a rootless engine cannot
    const paused = await containers.pause(id);
    expect(paused || rootless).toBe(true);
    expect(await containers.pause(id)).toBe(false);
    const state = paused ? "paused" : "running";
    expect((await containers.list(sandbox.labels)).map((container) => container.state)).toEqual([state]);
    await containers.unpause(id);
    await containers.unpause(id);
    expect((await containers.list(sandbox.labels)).map(({ state }) => state)).toEqual(["running"]);
  });
});

describe("an image of the writable layer", () => {
  it("holds the files, and of the container's own config nothing but the labels asked for", async () => {
    await using sandbox = openSandbox();
    const { containers, images } = sandbox.engine;
    const id = await sandbox.run({
      env: { HTTPS_PROXY: "http://proxy.of.the.host:3128", DEVENV_PORT_3000: "31234" },
      labels: { "devenv.root": "/home/of/the/host" },
      user: "4321:4321",
      workdir: "/tmp",
    });
    await sh(sandbox, id, "echo kept > /tmp/kept");
    const tag = `localhost/${sandbox.name("layer")}:one`;
    const labels = { ...sandbox.labels, message: 'a "quoted" $word\nand a line' };

    await containers.commit(id, { tag, labels, pause: true });

    const [base, image] = await Promise.all([images.inspect(baseImage), images.inspect(tag)]);
    expect(image).toMatchObject({ labels: { ...base?.labels, ...labels }, platform: base?.platform });
    expect(image?.layers.slice(0, -1)).toEqual(base?.layers);
    const inspected = await docker("image", "inspect", tag);
    for (const leak of ["proxy.of.the.host", "31234", "/home/of/the/host", "4321", id.slice(0, 12)]) {
      expect(inspected).not.toContain(leak);
    }
    const restored = await sandbox.run({ image: tag, command: ["sleep", "infinity"] });
    expect(await sh(sandbox, restored, `cat /tmp/kept; [ -z "$HTTPS_PROXY" ] && echo unset`)).toBe("kept\nunset\n");
    expect((await containers.list(sandbox.labels)).map(({ state }) => state)).toEqual(["running", "running"]);
  });

  it("replaces the image that had its name, and leaves no other behind", async () => {
    await using sandbox = openSandbox();
    const { containers, images } = sandbox.engine;
    const id = await sandbox.run();
    const tag = `localhost/${sandbox.name("layer")}:again`;
    await containers.commit(id, { tag, labels: { ...sandbox.labels, turn: "first" }, pause: false });
    await containers.commit(id, { tag, labels: { ...sandbox.labels, turn: "second" }, pause: false });
    expect((await images.inspect(tag))?.labels.turn).toBe("second");
    const second = await images.list({ ...sandbox.labels, turn: "second" });
    expect(second.map(({ tags }) => tags)).toEqual([[tag]]);
  });
});
