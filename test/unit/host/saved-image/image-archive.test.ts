import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import { sha256 } from "../../../../src/digest.ts";
import { openContents } from "../../../../src/host/saved-image/contents.ts";
import type { LayerEntry } from "../../../../src/host/saved-image/entry.ts";
import { imageArchive } from "../../../../src/host/saved-image/image-archive.ts";
import { ociImage } from "../../../../src/host/saved-image/oci-image.ts";
import { readSavedImage } from "../../../../src/host/saved-image/read-image.ts";
import { type Spool, saveBlob } from "../../../../src/host/saved-image/spool.ts";
import { layerTar } from "../../../../src/host/saved-image/write-layer.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const big = "x".repeat(600_000);
const entries = ["hello", big, ""].map((text, index): LayerEntry => {
  const content = { size: text.length, sha256: sha256(text) };
  return { path: `/${index}`, kind: "file", mode: 0o644, uid: 0, gid: 0, ...content };
});

async function* content(digest: string) {
  yield Buffer.from(digest === sha256(big) ? big : "hello");
}

it("is the same bytes for the same image, and reads as that image; contents can be read from a spool", async () => {
  using folder = temporaryFolder();
  const layer = await saveBlob(layerTar(entries, content), `${folder.path}/layer`);
  const empty = await saveBlob(layerTar([], content), `${folder.path}/empty`);
  const blobs = [layer, empty, empty];
  const config = { os: "linux", architecture: "amd64", rootfs: { diff_ids: blobs.map(({ digest }) => digest) } };
  const image = ociImage(config, blobs);
  const archive = await buffer(imageArchive({ image, reference: "localhost/shop/dev:1" }));
  expect(sha256(archive)).toBe("1bea29ca4737317190d28bb79fdcabac99ce18ab2b735a50c6c79ed54da704d0");

  const spool: Spool = { folder: folder.path, contents: new Map() };
  const saved = await readSavedImage(Readable.from([archive]), { spool });
  expect(saved.config).toEqual(config);
  expect(saved.layers.map((read) => read.entries)).toEqual([entries, [], []]);
  expect(saved.layers.map(({ blob }) => blob?.digest)).toEqual(blobs.map(({ digest }) => digest));

  await using contents = openContents(spool);
  const again = await saveBlob(layerTar(entries, contents.read), `${folder.path}/again`);
  expect(again.digest).toBe(layer.digest);
  await expect(buffer(contents.read(sha256("lost"), 4))).rejects.toThrow("it lacks the content");
});
