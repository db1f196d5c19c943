import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type Header, pack } from "tar-stream";
import { describe, expect, it } from "vitest";
import { readSavedImage } from "../../../../src/host/saved-image/read-image.ts";

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");

type Entry = readonly [Partial<Header> & { readonly name: string; readonly pax?: object }, (string | Buffer)?];

async function tar(...entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) archive.entry(header, content ?? "");
  archive.finalize();
  return buffer(archive);
}

const layers = () =>
  Promise.all([
    tar([{ name: "./", type: "directory" }], [{ name: "etc/ünï cödé", mode: 0o4755, uid: 5, gid: 6 }, "hello"]),
    tar(
      [{ name: "opt/big" }, Buffer.alloc(300_000, "x")],
      [{ name: "opt/a", type: "link", linkname: "opt/big" }],
      [{ name: "opt/b", type: "symlink", linkname: "../big", mode: 0o644 }],
      [{ name: "opt/n", type: "character-device", devmajor: 1, devminor: 3 }],
      [{ name: "opt/c", pax: { "SCHILY.xattr.security.capability": "cap" } }, "c"],
    ),
    tar(),
  ]);

const config = (tars: readonly Buffer[]) =>
  JSON.stringify({ config: { User: "ada" }, rootfs: { diff_ids: tars.map((data) => `sha256:${sha256(data)}`) } });

const read = (data: Buffer) => readSavedImage(Readable.from([data]));

describe("a saved image", () => {
  it("in Docker's layout is read in the image's order, links between layers followed", async () => {
    const tars = await layers();
    const [one, two, three] = tars as [Buffer, Buffer, Buffer];
    const all = [one, two, three, two];
    const manifest = JSON.stringify([
      { Config: "c.json", Layers: ["1", "2", "3", "4"].map((id) => `${id}/layer.tar`) },
    ]);
    const image = await read(
      await tar(
        [{ name: "4/layer.tar", type: "symlink", linkname: "../2/layer.tar" }],
        [{ name: "3/layer.tar" }, three],
        [{ name: "2/VERSION" }, "1.0"],
        [{ name: "2/layer.tar" }, two],
        [{ name: "1/layer.tar" }, one],
        [{ name: "c.json" }, config(all)],
        [{ name: "manifest.json" }, manifest],
      ),
    );
    expect(image.config.config).toEqual({ User: "ada" });
    expect(image.layers.map(({ diffId }) => diffId)).toEqual(all.map((data) => `sha256:${sha256(data)}`));
    const root = { uid: 0, gid: 0 };
    expect(image.layers[0]?.entries).toEqual([
      { path: "/", kind: "folder", mode: 0o755, ...root },
      { path: "/etc/ünï cödé", kind: "file", mode: 0o4755, uid: 5, gid: 6, size: 5, sha256: sha256("hello") },
    ]);
    expect(image.layers[1]?.entries).toEqual([
      { path: "/opt/big", kind: "file", mode: 0o644, ...root, size: 300_000, sha256: sha256("x".repeat(300_000)) },
      { path: "/opt/a", kind: "hard-link", mode: 0o644, ...root, target: "/opt/big" },
      { path: "/opt/b", kind: "link", mode: 0o777, ...root, target: "../big" },
      { path: "/opt/n", kind: "character-device", mode: 0o644, ...root, device: [1, 3] },
      {
        path: "/opt/c",
        kind: "file",
        mode: 0o644,
        ...root,
        size: 1,
        sha256: sha256("c"),
        xattrs: { "security.capability": "cap" },
      },
    ]);
    expect(image.layers[2]?.entries).toEqual([]);
    expect(image.layers[3]?.entries).toEqual(image.layers[1]?.entries);
  });

  it("in the layout of OCI is read by its index, past platforms that it lacks; layers may be compressed", async () => {
    const tars = await layers();
    const packed = [gzipSync(tars[0] ?? ""), zstdCompressSync(tars[1] ?? ""), tars[2] ?? Buffer.alloc(0)];
    const blob = (data: string | Buffer): Entry => [{ name: `blobs/sha256/${sha256(data)}` }, data];
    const reference = (data: string | Buffer) => ({ digest: `sha256:${sha256(data)}` });
    const json = config(tars);
    const absent = JSON.stringify({ config: reference("no"), layers: [reference("none")] });
    const manifest = JSON.stringify({ config: reference(json), layers: packed.map(reference) });
    const index = JSON.stringify({ manifests: [reference(absent), reference(manifest)] });
    const image = await read(
      await tar(
        ...[...packed, json, absent, manifest, index].map(blob),
        [{ name: "oci-layout" }, "{}"],
        [{ name: "index.json" }, JSON.stringify({ manifests: [reference("lost"), reference(index)] })],
      ),
    );
    expect(image.layers.map(({ entries }) => entries.length)).toEqual([2, 5, 0]);
  });

  it("that ends early or lacks a part is refused", async () => {
    const [one] = await layers();
    const whole = await tar(
      [{ name: "1/layer.tar" }, one],
      [{ name: "manifest.json" }, '[{"Config":"c","Layers":[]}]'],
    );
    await expect(read(whole)).rejects.toThrow("it lacks `c`");
    await expect(read(whole.subarray(0, 1024))).rejects.toThrow();
    await expect(read(await tar())).rejects.toThrow("it lacks `index.json`");
  });
});
