import { chmodSync, mkdirSync, renameSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { extract, type Header } from "tar-stream";
import { expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { packFolder } from "../../../src/host/pack-folder.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

const owner = { uid: 1000, gid: 100 };
const skips = () => false;

async function unpack(tar: Readable): Promise<(Header & { content: Buffer })[]> {
  const reader = extract();
  tar.on("error", (error) => reader.destroy(error)).pipe(reader as unknown as NodeJS.WritableStream);
  const entries: (Header & { content: Buffer })[] = [];
  for await (const entry of reader) {
    entries.push({ ...entry.header, content: await buffer(entry as AsyncIterable<Uint8Array>) });
  }
  return entries;
}

it("keeps content, modes, times and links, gives everything the owner, and lets it write", async () => {
  using folder = temporaryFolder({
    "run.sh": { text: "#!/bin/sh\n", mode: 0o750 },
    "a/b": "b\n",
    link: { link: "../outside" },
    "left/out": "no\n",
    "a/left": "yes\n",
  });
  chmodSync(join(folder.path, "a"), 0o555);
  utimesSync(join(folder.path, "run.sh"), 1, 1_700_000_000);
  const entries = await unpack(
    packFolder({ root: folder.path, target: "/src/shop", owner, skips: (path) => path === "left" }),
  );
  expect(entries.map(({ name, type, uid, gid }) => [name, type, uid, gid]).sort()).toEqual([
    ["src/shop", "directory", 1000, 100],
    ["src/shop/a", "directory", 1000, 100],
    ["src/shop/a/b", "file", 1000, 100],
    ["src/shop/a/left", "file", 1000, 100],
    ["src/shop/link", "symlink", 1000, 100],
    ["src/shop/run.sh", "file", 1000, 100],
  ]);
  const run = entries.find(({ name }) => name.endsWith("run.sh"));
  expect(run).toMatchObject({ mode: 0o750, mtime: new Date(1_700_000_000_000) });
  expect(run?.content.toString()).toBe("#!/bin/sh\n");
  expect(entries.find(({ name }) => name === "src/shop/a")?.mode).toBe(0o755);
  expect(entries.find(({ name }) => name.endsWith("link"))?.linkname).toBe("../outside");
});

it("packs large files, long names, and names of any letters", async () => {
  using folder = temporaryFolder();
  const large = Buffer.alloc(5 * 1024 * 1024 + 17, "devenv");
  const name = `${"ü".repeat(100)} = 'x'`;
  writeFileSync(join(folder.path, name), large);
  const [, file] = await unpack(packFolder({ root: folder.path, target: "/w", owner, skips }));
  expect([file?.name, file?.size]).toEqual([`w/${name}`, large.length]);
  expect(sha256(file?.content ?? "")).toBe(sha256(large));
});

it("names what cannot be read, and tells of an abort", async () => {
  using folder = temporaryFolder({ "a.txt": "a" });
  const missing = join(folder.path, "nowhere");
  expect(await thrown(unpack(packFolder({ root: missing, target: "/w", owner, skips })))).toEqual({
    code: "FOLDER_UNREADABLE",
    text: `\`${missing}\` cannot be copied into the container: no such file or directory (ENOENT)

hint: make it readable, or move it out of the folder`,
  });
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(unpack(packFolder({ root: folder.path, target: "/w", owner, skips, signal }))).rejects.toThrow(
    "stopped",
  );
});

it("follows the root when it is a link, and leaves out what no tar holds", async () => {
  using folder = temporaryFolder({ "real/a": "a" });
  symlinkSync("real", join(folder.path, "link"));
  mkdirSync(join(folder.path, "real/sub"));
  unlinkSync(join(folder.path, "real/a"));
  const entries = await unpack(packFolder({ root: join(folder.path, "link"), target: "/w", owner, skips }));
  expect(entries.map(({ name }) => name)).toEqual(["w", "w/sub"]);
});

it.each([10, 2_000_000])(
  "takes no file of %d bytes of another folder, where a link takes the folder's place meanwhile",
  async (size) => {
    using outside = temporaryFolder({ "sub/file": "s".repeat(size) });
    using folder = temporaryFolder({ "sub/file": "m".repeat(size) });
    const sub = join(folder.path, "sub");
    const swap = (path: string) => {
      if (path === "sub/file") {
        renameSync(sub, `${outside.path}/away`);
        symlinkSync(join(outside.path, "sub"), sub);
      }
      return false;
    };
    const tar = packFolder({ root: folder.path, target: "/w", owner, skips: swap });
    expect(await thrown(unpack(tar))).toMatchObject({ code: "LINK_LEAVES_WORKSPACE" });
  },
);
