import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { nodeHost } from "../../../src/host/node.ts";
import { canonicalTar, type UnpackRequest } from "../../../src/host/unpack.ts";
import { listTar, makeTar, type TarMember } from "../../support/make-archive.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { thrown } from "../../support/thrown.ts";

const url = "https://ada:secret@example.com/tool.tar";
const shownUrl = "https://***@example.com/tool.tar";
const key = "image.layers[0]";
const realPrograms = { ...testHost(), processes: nodeHost().processes };

const tool: readonly TarMember[] = [
  { name: "tool-1.2/", mode: 0o700 },
  { name: "tool-1.2/bin/run", text: "#!/bin/sh\n", mode: 0o4711, uid: 501, uname: "ada" },
  { name: "tool-1.2/bin/also", type: "link", linkname: "tool-1.2/bin/run" },
  { name: "./tool-1.2/README", text: "read", mode: 0o600, mtime: new Date(1_600_000_000_000) },
  { name: "tool-1.2/current", type: "symlink", linkname: "bin/run" },
];

/** Unpack a file in a folder whose cache stands beside it. */
function unpack(folder: string, file: string, more: Partial<UnpackRequest> = {}) {
  const cacheDir = join(folder, "cache");
  const digest = sha256(readFileSync(file));
  return canonicalTar({ file, sha256: digest, strip: 0, cacheDir, host: testHost(), url, key, ...more });
}

async function refusal(members: readonly TarMember[], strip = 0) {
  using folder = temporaryFolder();
  return await thrown(unpack(folder.path, await makeTar(folder.path, members), { strip }));
}

describe("canonicalTar", () => {
  it("sorts, adds parent folders, and keeps of modes only whether a file can be run", async () => {
    using folder = temporaryFolder();
    const { file, sha256: digest, size } = await unpack(folder.path, await makeTar(folder.path, tool), { strip: 1 });
    expect(await listTar(file)).toEqual([
      "644 README = read",
      "755 bin/",
      "755 bin/also = #!/bin/sh\n",
      "755 bin/run == bin/also",
      "777 current -> bin/run",
    ]);
    const bytes = readFileSync(file);
    expect({ digest, size }).toEqual({ digest: sha256(bytes), size: bytes.length });
  });

  it("gives every entry to root, at one time, under no user's name", async () => {
    using folder = temporaryFolder();
    const { file } = await unpack(folder.path, await makeTar(folder.path, tool));
    const listing = execFileSync("tar", ["--utc", "--full-time", "-tvf", file], { encoding: "utf8" });
    expect(listing.match(/ 0\/0 .* 1970-01-01 00:00:01 /g)).toHaveLength(6);
  });

  it.each<[string, (tar: string) => string]>([
    ["gzip", (tar) => written(`${tar}.gz`, gzipSync(readFileSync(tar)))],
    ["zstd", (tar) => written(`${tar}.zst`, zstdCompressSync(readFileSync(tar)))],
    ["xz", (tar) => compressed("xz", tar)],
    ["bzip2", (tar) => compressed("bzip2", tar)],
  ])("gives the same tar for %s, told by the content and not by the name", async (_format, compress) => {
    using folder = temporaryFolder();
    const tar = await makeTar(folder.path, tool);
    const plain = await unpack(folder.path, tar);
    const other = await unpack(folder.path, compress(tar), { host: realPrograms });
    expect(other.sha256).toBe(plain.sha256);
    expect(other.file).not.toBe(plain.file);
  });

  it("reads zip files with their modes and links", async () => {
    using folder = temporaryFolder({
      "z/top/bin/run": { text: "run", mode: 0o755 },
      "z/top/a": "data",
      "z/top/l": { link: "bin/run" },
    });
    execFileSync("zip", ["--quiet", "--recurse-paths", "--symlinks", "../a.zip", "top"], {
      cwd: join(folder.path, "z"),
    });
    const { file } = await unpack(folder.path, join(folder.path, "a.zip"), { strip: 1 });
    expect(await listTar(file)).toEqual(["644 a = data", "755 bin/", "755 bin/run = run", "777 l -> bin/run"]);
  });

  it("lets the last of several entries of one name count", async () => {
    using folder = temporaryFolder();
    const tar = await makeTar(folder.path, [
      { name: "a", text: "old" },
      { name: "./a", text: "new" },
    ]);
    expect(await listTar((await unpack(folder.path, tar)).file)).toEqual(["644 a = new"]);
  });

  it("keeps the content of a hard link whose other name is stripped away", async () => {
    using folder = temporaryFolder();
    const tar = await makeTar(folder.path, [
      { name: "a", text: "kept" },
      { name: "d/b", type: "link", linkname: "a" },
    ]);
    expect(await listTar((await unpack(folder.path, tar, { strip: 1 })).file)).toEqual(["644 b = kept"]);
  });

  it("keeps names that no plain tar header can hold", async () => {
    using folder = temporaryFolder();
    const long = `${"langer-name/".repeat(20)}ü`;
    const tar = await makeTar(folder.path, [{ name: long, text: "x" }]);
    expect((await listTar((await unpack(folder.path, tar)).file)).at(-1)).toBe(`644 ${long} = x`);
  });

  it("takes the tar from the cache the second time, and makes it anew when it was cut short", async () => {
    using folder = temporaryFolder();
    const tar = await makeTar(folder.path, tool);
    const digest = sha256(readFileSync(tar));
    const first = await unpack(folder.path, tar);
    writeFileSync(tar, "no longer needed");
    expect(await unpack(folder.path, tar, { sha256: digest })).toEqual(first);
    await makeTar(folder.path, tool);
    truncateSync(first.file, 100);
    expect(await unpack(folder.path, tar)).toEqual(first);
    expect(readFileSync(first.file)).toHaveLength(first.size);
  });

  it("gives the same bytes whatever the order, owners and times in the archive", async () => {
    const name = fc.stringMatching(/^[a-cé]{1,3}(\/[a-c]{1,3}){0,2}$/);
    const member = fc.record({
      name,
      text: fc.string({ maxLength: 600 }),
      seconds: fc.nat(2 ** 31 - 1),
      uid: fc.nat(5000),
    });
    const members = fc.uniqueArray(member, {
      selector: ({ name: path }) => path.split("/")[0],
      minLength: 1,
      maxLength: 5,
    });
    const shuffled = members.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([list, other]) => {
        using folder = temporaryFolder();
        const plain = list.map(({ name: path, text }) => ({ name: path, text }));
        const varied = other.map(({ seconds, ...rest }) => ({ ...rest, mtime: new Date(seconds * 1000) }));
        const one = await unpack(folder.path, await makeTar(folder.path, plain, "one.tar"));
        const two = await unpack(folder.path, await makeTar(folder.path, varied, "two.tar"));
        expect(two.sha256).toBe(one.sha256);
      }),
      { numRuns: 25 },
    );
  });

  it.each<[string, TarMember, string]>([
    ["an absolute name", { name: "/etc/passwd", text: "" }, "`/etc/passwd` has an absolute name"],
    ["a name that goes up", { name: "a/../../b", text: "" }, "`a/../../b` has `..` in its name"],
    [
      "an absolute link",
      { name: "l", type: "symlink", linkname: "/etc" },
      "`l` is a link to `/etc`, outside the archive",
    ],
    [
      "a link that leads up and out",
      { name: "d/l", type: "symlink", linkname: "../../x" },
      "`d/l` is a link to `../../x`, outside the archive",
    ],
    ["a hard link that leads out", { name: "l", type: "link", linkname: "../x" }, "`l` is a hard link to `../x`"],
  ])("refuses %s", async (_description, member, reason) => {
    expect(await refusal([{ name: "a", text: "" }, member])).toEqual({
      code: "ARCHIVE_UNSAFE",
      text: `\`${shownUrl}\` of \`${key}\` is not unpacked, because its entry ${reason}\n\nhint: if you trust the archive, fetch and unpack it in a \`run\` layer`,
    });
  });

  it.each<[string, readonly TarMember[]]>([
    [
      "entries below a link",
      [
        { name: "l", type: "symlink", linkname: "d" },
        { name: "l/x", text: "" },
      ],
    ],
    [
      "a link that goes up behind another link",
      [
        { name: "deep", type: "symlink", linkname: "." },
        { name: "out", type: "symlink", linkname: "deep/.." },
      ],
    ],
  ])("refuses %s", async (_description, members) => {
    expect((await refusal(members)).code).toBe("ARCHIVE_UNSAFE");
  });

  it.each<[string, readonly TarMember[], number, string]>([
    ["a device", [{ name: "null", type: "character-device" }], 0, "its entry `null` is a character device"],
    [
      "a hard link to nothing",
      [{ name: "l", type: "link", linkname: "x" }],
      0,
      "its entry `l` is a hard link to `x`, which is no file before it",
    ],
    [
      "a file that is a folder too",
      [
        { name: "a", text: "" },
        { name: "a/b", text: "" },
      ],
      0,
      "its entry `a` is both a file and a folder",
    ],
    [
      "`strip` that drops everything",
      [{ name: "a/b", text: "" }],
      2,
      "nothing is left of it with `strip: 2`\n\nhint: give a smaller `strip`",
    ],
  ])("cannot use %s", async (_description, members, strip, reason) => {
    expect(await refusal(members, strip)).toEqual({
      code: "ARCHIVE_UNREADABLE",
      text: `\`${shownUrl}\` of \`${key}\` cannot be unpacked: ${reason}`,
    });
  });

  it("says that a single file is no archive, and what to do with it", async () => {
    using folder = temporaryFolder({ tool: "#!/bin/sh\necho hi\n" });
    expect(await thrown(unpack(folder.path, join(folder.path, "tool")))).toEqual({
      code: "ARCHIVE_UNREADABLE",
      text: `\`${shownUrl}\` of \`${key}\` cannot be unpacked: it is neither a tar (plain, gzip, xz, bzip2, zstd) nor a zip\n\nhint: a single file is fetched by a \`run\` layer, or put into the project and brought in by a \`copy\` layer`,
    });
  });

  it.each<[string, (tar: string) => string]>([
    ["gzip", (tar) => written(`${tar}.gz`, gzipSync(readFileSync(tar)).subarray(0, 150))],
    ["zstd", (tar) => written(`${tar}.zst`, zstdCompressSync(readFileSync(tar)).subarray(0, 100))],
    ["tar", (tar) => written(`${tar}.cut`, readFileSync(tar).subarray(0, 1700))],
    ["xz", (tar) => written(`${tar}.cut`, readFileSync(compressed("xz", tar)).subarray(0, 150))],
    ["zip", (tar) => written(`${tar}.zip`, Buffer.from("504b0304000000000000", "hex"))],
    ["single file in gzip", (tar) => written(`${tar}.gz`, gzipSync("only text, but long enough\n".repeat(100)))],
  ])("calls a damaged %s unreadable and leaves nothing behind", async (_format, damage) => {
    using folder = temporaryFolder();
    const file = damage(await makeTar(folder.path, tool));
    expect((await thrown(unpack(folder.path, file, { host: realPrograms }))).code).toBe("ARCHIVE_UNREADABLE");
    expect(readdirSync(join(folder.path, "cache"), { recursive: true })).toEqual(["tmp"]);
  });

  it("names the package of a program that is missing", async () => {
    using folder = temporaryFolder();
    const file = compressed("xz", await makeTar(folder.path, tool));
    expect(await thrown(unpack(folder.path, file))).toEqual({
      code: "UNPACKER_MISSING",
      text: `\`${shownUrl}\` of \`${key}\` cannot be unpacked: the program \`xz\` is not installed\n\nhint: install the package \`xz-utils\` (Debian, Ubuntu) or \`xz\` (Fedora, Alpine, Homebrew)`,
    });
  });

  it("ends with the signal's reason when it is stopped", async () => {
    using folder = temporaryFolder();
    const file = await makeTar(folder.path, tool);
    const unpacking = unpack(folder.path, file, { signal: AbortSignal.abort(new Error("stopped")) });
    await expect(unpacking).rejects.toThrow("stopped");
  });
});

function written(path: string, bytes: Uint8Array): string {
  writeFileSync(path, bytes);
  return path;
}

/** The name says nothing of the format. */
function compressed(program: string, tar: string): string {
  return written(`${tar}.bin`, execFileSync(program, ["--stdout", tar]));
}
