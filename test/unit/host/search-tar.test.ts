import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type Pack, pack } from "tar-stream";
import { describe, expect, it } from "vitest";
import { searchTar } from "../../../src/host/archive/search-tar.ts";
import { openSecretSearch } from "../../../src/host/secrets/search-content.ts";

const password = 'hunter2/hunter2+ö"x';
const key = `-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu
NMoSfm76oqFvAp8Gy0iz5sxjZmSnXyCdPEovGhLa0VzMaQ8s+CLOyS56YyCFGeJZ
-----END PRIVATE KEY-----
`;
const account = JSON.stringify(
  { type: "service_account", auth_uri: "https://accounts.example.com/o/oauth2/auth", private_key: key },
  undefined,
  2,
);
const values = [
  { name: "TOKEN", value: password },
  { name: "PIN", value: "4711" },
  { name: "KEY", value: key },
];

async function search(fill: (tar: Pack) => void, { chunkSize = 65_536, secrets = values } = {}) {
  const tar = pack();
  fill(tar);
  tar.finalize();
  const bytes = await buffer(tar);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkSize) }, (_, index) =>
    bytes.subarray(index * chunkSize, (index + 1) * chunkSize),
  );
  const looked = openSecretSearch(secrets.map(({ name, value }) => ({ name, value: Buffer.from(value) })));
  return searchTar(Readable.from(chunks), looked);
}

async function namesIn(content: string | Buffer, options = {}): Promise<readonly string[]> {
  const { findings } = await search((tar) => void tar.entry({ name: "a" }, Buffer.from(content)), options);
  return findings.flatMap(({ names }) => names);
}

describe("searching a tar", () => {
  it("names each file and what it holds, and no other", async () => {
    const { findings } = await search((tar) => {
      tar.entry({ name: "home/.npmrc" }, `token=${password}\n`);
      tar.entry({ name: "home/both" }, `4711 ${password}`);
      tar.entry({ name: "home/near" }, "hunter2/hunter2+ 471 1");
      tar.entry({ name: "home/empty" }, "");
    });
    expect(findings).toEqual([
      { path: "home/.npmrc", names: ["TOKEN"], in: "content" },
      { path: "home/both", names: expect.arrayContaining(["PIN", "TOKEN"]), in: "content" },
    ]);
  });

  it.each([1, 2, 7, 15, 512, 700])("finds what stands across chunks of %d bytes", async (chunkSize) => {
    for (const value of [password, Buffer.from(key).toString("base64"), gzipSync(key)])
      expect(await namesIn(Buffer.concat([Buffer.from(value), Buffer.alloc(900)]), { chunkSize })).toHaveLength(1);
    expect(await namesIn(`${"x".repeat(690)}${password}${"y".repeat(900)}`, { chunkSize })).toEqual(["TOKEN"]);
  });

  it("does not join the end of a file to the beginning of the next", async () => {
    const { findings } = await search((tar) => {
      tar.entry({ name: "a" }, password.slice(0, 8));
      tar.entry({ name: "b" }, password.slice(8));
    });
    expect(findings).toEqual([]);
  });

  it("looks at names, targets of links, attributes and hard links, and passes what has no content", async () => {
    const { findings } = await search((tar) => {
      tar.entry({ name: "d", type: "directory" });
      tar.entry({ name: "d/a" }, "4711");
      tar.entry({ name: "d/hard", type: "link", linkname: "d/a" });
      tar.entry({ name: "d/soft", type: "symlink", linkname: "../x4711y" });
      tar.entry({ name: "d/of-4711/", type: "directory" });
      tar.entry({ name: "d/of-4711/below" }, "");
      tar.entry({ name: "d/x", pax: { "SCHILY.xattr.user.pin": "is 4711" } }, "");
      tar.entry({ name: "d/pipe", type: "fifo" });
      tar.entry({ name: "d/tty", type: "character-device", devmajor: 5, devminor: 0 });
    });
    expect(findings.map(({ path, in: place }) => [path, place])).toEqual([
      ["d/a", "content"],
      ["d/hard", "content"],
      ["d/soft", "target"],
      ["d/of-4711/", "name"],
      ["d/x", "attribute"],
    ]);
  });
});

describe("a value is found", () => {
  const json = JSON.stringify({ password });
  const base64 = Buffer.from(key).toString("base64");
  it.each<[string, string | Buffer, string]>([
    ["in base64", Buffer.from(password).toString("base64"), "TOKEN"],
    ["in base64 after a user's name", Buffer.from(`ada:${password}`).toString("base64"), "TOKEN"],
    ["in base64 of lines", base64.replace(/.{76}/g, "$&\n"), "KEY"],
    ["in hexadecimal", Buffer.from(password).toString("hex"), "TOKEN"],
    ["in an address", `https://x/?p=${encodeURIComponent(password)}&q`, "TOKEN"],
    ["in JSON", json, "TOKEN"],
    ["in JSON of one line", JSON.stringify({ key }), "KEY"],
    ["with the line ends of Windows", key.replaceAll("\n", "\r\n"), "KEY"],
    ["by one of its lines", `x ${key.split("\n")[2]} y`, "KEY"],
    ["by a part of a line", `x ${key.split("\n")[2]?.slice(9, 60)} y`, "KEY"],
    ["in gzip", gzipSync(`${"a".repeat(300_000)} ${password}`), "TOKEN"],
    ["in two gzips, one after the other", Buffer.concat([gzipSync("a"), gzipSync(password)]), "TOKEN"],
    ["in an object of git", deflateSync(`blob 5\0${password}`), "TOKEN"],
    ["in zstd", zstdCompressSync(password), "TOKEN"],
    ["in gzip that is cut short", gzipSync(`${password} ${Math.random()}`).subarray(0, -4), "TOKEN"],
  ])("%s", async (_, content, name) => {
    expect(await namesIn(content)).toEqual([name]);
  });

  it("as bytes that are no text", async () => {
    const tar = pack();
    tar.entry({ name: "a" }, Buffer.from([0, 255, 0, 200, 0]));
    tar.finalize();
    const looked = openSecretSearch([{ name: "KEY", value: Buffer.from([255, 0, 200, 0]) }]);
    expect((await searchTar(Readable.from(tar), looked)).findings).toMatchObject([{ path: "a", names: ["KEY"] }]);
  });
});

it("finds in the document of a cloud's account what is secret of it, and not what everybody's has", async () => {
  const secrets = [{ name: "ACCOUNT", value: account }];
  const everybodys = `"type": "service_account",\n  "auth_uri": "https://accounts.example.com/o/oauth2/auth",\n`;
  expect(await namesIn(everybodys, { secrets })).toEqual([]);
  expect(await namesIn("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", { secrets: values })).toEqual([]);
  expect(await namesIn(account, { secrets })).toEqual(["ACCOUNT"]);
  expect(await namesIn(key, { secrets })).toEqual(["ACCOUNT"]);
});

it("ends a bomb, says so, and goes on with the next file", async () => {
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  const { findings, partial } = await search((tar) => {
    tar.entry({ name: "bomb" }, bomb);
    tar.entry({ name: "no-gzip" }, Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8]));
    tar.entry({ name: "next" }, password);
  });
  expect(partial).toEqual(["bomb"]);
  expect(findings).toMatchObject([{ path: "next", names: ["TOKEN"] }]);
}, 60_000);
