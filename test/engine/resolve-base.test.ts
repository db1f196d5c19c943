import { expect, it } from "vitest";
import { digestOf } from "../../src/digest.ts";
import { resolveBase } from "../../src/env/lock/resolve-base.ts";
import type { OperationContext } from "../../src/env/operation.ts";
import { baseImage, openSandbox, type Sandbox } from "../support/sandbox.ts";
import { isReachedByEngine, openSmallRegistry } from "../support/small-registry.ts";
import { testHost } from "../support/test-host.ts";

function contextOf({ engine }: Sandbox, registries: Readonly<Record<string, string>> = {}): OperationContext {
  const spec = {
    project: "resolved",
    root: "/",
    registries,
    packages: { mirrors: {}, snapshot: undefined },
    environments: [],
  };
  return { host: testHost(), engine, spec, locate: async () => undefined, report: () => {} };
}
const reference = (text: string) => ({ kind: "reference", reference: text }) as const;

it.runIf(isReachedByEngine)(
  "a pin stays at the image that its tag named, and gives it when the tag has moved on",
  async () => {
    await using sandbox = openSandbox();
    const { images } = sandbox.engine;
    const { platform } = await sandbox.engine.info();
    await using registry = await openSmallRegistry(platform);
    const context = contextOf(sandbox, { "docker.io": registry.host });
    const ask = async () => {
      const { platforms } = await resolveBase(context, reference("docker.io/library/small:1"), platform);
      return (platforms[platform] as { manifest: string }).manifest;
    };
    const before = await ask();
    await registry.push("something newer\n");
    const after = await ask();
    expect(after).not.toBe(before);
    const names = [before, after].map((digest) => `${registry.host}/library/small@${digest}`);
    try {
      for (const name of names) await images.pull(name, { platform });
      const [old, current] = await Promise.all(names.map((name) => images.inspect(name)));
      expect(old?.digests).toContain(names[0]);
      expect(old?.layers).not.toEqual(current?.layers);
    } finally {
      for (const name of names) await images.remove(name);
    }
  },
);

it("an image that only the engine has is pinned by its layers", async () => {
  await using sandbox = openSandbox();
  const image = await sandbox.engine.images.inspect(baseImage);
  const { platform } = await sandbox.engine.info();
  const lock = await resolveBase(contextOf(sandbox), reference(`docker.io/${baseImage}`), platform);
  expect(lock).toEqual({ platforms: { [platform]: { layers: digestOf(image?.layers) } } });
});

it("a name that no registry can have is looked for in the engine alone", async () => {
  await using sandbox = openSandbox();
  const { platform } = await sandbox.engine.info();
  await expect(resolveBase(contextOf(sandbox), reference("localhost/nothing:1"), platform)).rejects.toMatchObject({
    code: "IMAGE_NOT_FOUND",
  });
});

it("an image that no registry can have is pinned by its layers, also where the engine gives it a digest", async () => {
  await using sandbox = openSandbox();
  const image = await sandbox.engine.images.inspect(baseImage);
  const { platform } = await sandbox.engine.info();
  const { images } = sandbox.engine;
  const inspect: typeof images.inspect = async () =>
    image && { ...image, digests: [`localhost/local@sha256:${"0".repeat(64)}`] };
  const engine = { ...sandbox.engine, images: { ...images, inspect } };
  const lock = await resolveBase({ ...contextOf(sandbox), engine }, reference("localhost/local:1"), platform);
  expect(lock).toEqual({ platforms: { [platform]: { layers: digestOf(image?.layers) } } });
});

it("says for which platforms an image exists", async () => {
  await using sandbox = openSandbox();
  await using registry = await openSmallRegistry("linux/s390x");
  const wanted = reference(`${registry.host}/library/small:1`);
  await expect(resolveBase(contextOf(sandbox), wanted, "linux/amd64")).rejects.toMatchObject({
    code: "IMAGE_PLATFORM_MISSING",
    details: { platform: "linux/amd64", known: ["linux/s390x"] },
  });
});
