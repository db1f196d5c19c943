import { expect, it } from "vitest";
import { openSandbox } from "../support/sandbox.ts";

it("makes, lists, measures and removes volumes, and refuses one that is in use", async () => {
  await using sandbox = openSandbox();
  const { volumes, containers } = sandbox.engine;
  const name = sandbox.name("volume");
  const labels = { ...sandbox.labels, part: "a = b" };
  try {
    await volumes.create(name, labels);
    await volumes.create(name, { ...sandbox.labels, part: "again" });
    expect(await volumes.list(sandbox.labels)).toEqual([{ name, labels, created: expect.any(Number) }]);
    expect(await volumes.list({ ...sandbox.labels, part: "other" })).toEqual([]);

    const other = sandbox.name("made");
    const { product } = await sandbox.engine.info();
    // Podman forgets the labels of volumes that it makes with a container
    if (product === "podman") await volumes.create(other, { ...sandbox.labels, made: "with" });
    const id = await sandbox.create({
      mounts: [
        { kind: "volume", source: name, target: "/data", readOnly: false },
        { kind: "volume", source: other, target: "/made", readOnly: true, labels: { ...sandbox.labels, made: "with" } },
      ],
    });
    expect((await containers.list(sandbox.labels))[0]?.volumes?.toSorted()).toEqual([other, name].sort());
    expect((await volumes.list({ ...sandbox.labels, made: "" })).map((volume) => volume.name)).toEqual([other]);
    await containers.writeFiles(id, [{ path: "/data/x", mode: 0o644, uid: 0, gid: 0, content: Buffer.alloc(100_000) }]);
    // Podman 5.4 says 0 for all that is in a volume
    expect((await volumes.sizes()).get(name)).toBeGreaterThanOrEqual(product === "podman" ? 0 : 100_000);
    await expect(volumes.remove(name)).rejects.toMatchObject({
      code: "VOLUME_IN_USE",
      message: `Volume \`${name}\` is in use by a container`,
      hint: `see which one with \`docker ps --all --filter volume=${name}\``,
    });
    await containers.remove(id);
    // a volume with a name outlives its container
    expect(await volumes.list(sandbox.labels)).toHaveLength(2);
  } finally {
    for (const { id } of await containers.list(sandbox.labels)) await containers.remove(id);
    for (const volume of await volumes.list(sandbox.labels)) await volumes.remove(volume.name);
  }
  await volumes.remove(name);
  expect(await volumes.list(sandbox.labels)).toEqual([]);
});
