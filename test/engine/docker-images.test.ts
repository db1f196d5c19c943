import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { pack } from "tar-stream";
import { describe, expect, it } from "vitest";
import { devenvError } from "../../src/errors.ts";
import { baseImage, openSandbox, type Sandbox } from "../support/sandbox.ts";

describe("images", () => {
  it("are undefined when the engine has none of that name", async () => {
    await using sandbox = openSandbox();
    expect(await sandbox.engine.images.inspect("localhost/devenv-test/none:1")).toBeUndefined();
    expect(await sandbox.engine.images.inspect(`localhost/devenv-test/none@sha256:${"0".repeat(64)}`)).toBeUndefined();
    await sandbox.engine.images.remove("localhost/devenv-test/none:1");
  });

  it("are imported from a root file system with their name, labels and platform", async () => {
    await using sandbox = openSandbox();
    const { images } = sandbox.engine;
    const { platform } = await sandbox.engine.info();
    const tag = `localhost/${sandbox.name("import")}:1`;
    const tar = await smallTar("content");
    const labels = { ...sandbox.labels, awkward: "it's a:b/c, two = words" };

    await images.import(Readable.from([tar]), { tag, platform, labels });

    const layer = `sha256:${createHash("sha256").update(tar).digest("hex")}`;
    const image = await images.inspect(tag);
    expect(image).toMatchObject({ tags: [tag], labels, layers: [layer], platform });
    expect(await images.list(sandbox.labels)).toMatchObject([{ id: image?.id, tags: [tag], labels, layers: [] }]);
    expect(await images.list({ ...sandbox.labels, awkward: "no" })).toEqual([]);
  });

  it("get a second name, and stay until the last one is removed", async () => {
    await using sandbox = openSandbox();
    const { images } = sandbox.engine;
    const [first, second] = [`localhost/${sandbox.name("a")}:1`, `localhost/${sandbox.name("b")}:2`];
    await importSmall(sandbox, first);
    await images.tag(first, second);
    expect((await images.inspect(second))?.tags.toSorted()).toEqual([first, second]);
    await images.remove(first);
    expect(await images.inspect(first)).toBeUndefined();
    expect((await images.inspect(second))?.tags).toEqual([second]);
  });

  it("pass on the failure of whatever makes the root file system", async () => {
    await using sandbox = openSandbox();
    const failure = devenvError("PROGRAM_FAILED", { program: "mmdebstrap", exitCode: 25, output: "no such suite" });
    const broken = new Readable({ read: () => undefined });
    setTimeout(() => broken.destroy(failure), 50);
    const tag = `localhost/${sandbox.name("broken")}:1`;
    const imported = sandbox.engine.images.import(broken, { tag, platform: "linux/amd64", labels: sandbox.labels });
    await expect(imported).rejects.toBe(failure);
    expect(await sandbox.engine.images.inspect(tag)).toBeUndefined();
  });

  it("are not made of what is no tar", async () => {
    await using sandbox = openSandbox();
    const tag = `localhost/${sandbox.name("junk")}:1`;
    const junk = Readable.from([Buffer.alloc(2048, "x")]);
    const imported = sandbox.engine.images.import(junk, { tag, platform: "linux/amd64", labels: sandbox.labels });
    await expect(imported).rejects.toMatchObject({
      code: "ENGINE_FAILED",
      details: { action: `import image \`${tag}\`` },
    });
    expect(await sandbox.engine.images.inspect(tag)).toBeUndefined();
  });

  it("say clearly that one could not be pulled, with the engine's reason", async () => {
    await using sandbox = openSandbox();
    const reference = "localhost:1/devenv-test/none:1";
    await expect(sandbox.engine.images.pull(reference, {})).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringMatching(/^Image `localhost:1\/devenv-test\/none:1` was not found: .*refused/),
    });
    await expect(sandbox.engine.images.pull("Not A Reference", {})).rejects.toMatchObject({
      details: { reason: "it is not a valid reference" },
    });
  });

  it("give up a pull when it is aborted", async () => {
    await using sandbox = openSandbox();
    const reason = new Error("enough");
    const pulled = sandbox.engine.images.pull("localhost:1/none:1", { signal: AbortSignal.abort(reason) });
    await expect(pulled).rejects.toBe(reason);
  });

  it("run with the command given, not with their own entry point", async () => {
    await using sandbox = openSandbox();
    const image = `localhost/${sandbox.name("entrypoint")}:1`;
    await buildSmall(sandbox, image, `FROM ${baseImage}\nENTRYPOINT ["/bin/false"]\nCMD ["theirs"]\n`);
    const id = await sandbox.run({ image, command: ["echo", "mine"] });
    const { stdout } = await sandbox.engine.containers.logs(id, { follow: true });
    expect(await text(stdout)).toBe("mine\n");
  });
});

async function smallTar(content: string): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: "file", mtime: new Date(0) }, content);
  archive.finalize();
  return buffer(archive);
}

async function importSmall(sandbox: Sandbox, tag: string): Promise<void> {
  const tar = Readable.from([await smallTar(tag)]);
  const { platform } = await sandbox.engine.info();
  await sandbox.engine.images.import(tar, { tag, platform, labels: sandbox.labels });
}

async function buildSmall({ engine, labels }: Sandbox, tag: string, dockerfile: string): Promise<void> {
  const { platform } = await engine.info();
  const nothing = { context: [], secrets: {}, buildArgs: {}, onEvent: () => undefined };
  await engine.images.build({ ...nothing, dockerfile, tag, platform, labels, contextKey: tag });
}
