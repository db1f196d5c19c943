import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { sha256 } from "../../../../src/digest.ts";
import { dropDamaged, fetchPackage, type PackageRequest } from "../../../../src/host/packages/fetch-package.ts";
import { rememberArchives } from "../../../../src/host/packages/known-archives.ts";
import { tarPart } from "../../../support/apk-repository.ts";
import { serveHttp } from "../../../support/http-server.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";
import { thrown } from "../../../support/thrown.ts";

const content = "the package\n";
const path = "pool/main/t/tiny/tiny_1.0+deb12u1_all.deb";
const served = `/${path.replace("+", "%2B")}`;
const pin = { version: "1:1.0+deb12u1", architecture: "all", archive: "local", path, sha256: sha256(content) };

/** Answers with the files whose address is among the keys. */
const serve = (files: Readonly<Record<string, string | Buffer>>) =>
  serveHttp(({ url = "" }, response) => {
    const file = files[url];
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });

const requestOf = (cacheDir: string, overrides: Partial<PackageRequest> = {}): PackageRequest => ({
  name: "tiny",
  pin: { ...pin, size: content.length },
  cacheDir,
  sources: { mirrors: {}, snapshot: false },
  host: testHost({ arch: "amd64" }),
  ...overrides,
});

it("asks a mirror once and then the cache alone", async () => {
  await using server = await serve({ [served]: content });
  using cache = temporaryFolder();
  const request = requestOf(cache.path, { sources: { mirrors: { local: `${server.url}/` }, snapshot: false } });
  const first = await fetchPackage(request);
  expect(first).toEqual({ file: join(cache.path, "packages", pin.sha256), size: content.length });
  expect(readFileSync(first.file, "utf8")).toBe(content);
  expect(await fetchPackage(request)).toEqual(first);
  expect(server.requests).toEqual([`GET ${served}`]);
});

it("receives a cached file of another size anew", async () => {
  await using server = await serve({ [served]: content });
  using cache = temporaryFolder({ [`packages/${pin.sha256}`]: "half" });
  const request = requestOf(cache.path, { sources: { mirrors: { local: server.url }, snapshot: false } });
  expect(readFileSync((await fetchPackage(request)).file, "utf8")).toBe(content);
});

it("takes out of the cache what was changed, and leaves all else", async () => {
  using cache = temporaryFolder({ [`packages/${pin.sha256}`]: content.toUpperCase() });
  const whole = { ...pin, size: content.length };
  await dropDamaged(cache.path, [whole]);
  expect(existsSync(join(cache.path, "packages", pin.sha256))).toBe(false);
  writeFileSync(join(cache.path, "packages", pin.sha256), content);
  await dropDamaged(cache.path, [whole, { ...whole, sha256: sha256("absent") }]);
  expect(readFileSync(join(cache.path, "packages", pin.sha256), "utf8")).toBe(content);
});

it("goes on from a mirror that has not got it to an address met before, and to a snapshot", async () => {
  await using empty = await serve({});
  await using full = await serve({ [served]: content, [`/old/local${served}`]: content });
  using one = temporaryFolder();
  await rememberArchives(one.path, [{ archive: "local", address: full.url }]);
  const mirrors = { local: empty.url };
  await fetchPackage(requestOf(one.path, { sources: { mirrors, snapshot: false } }));
  expect(full.requests).toEqual([`GET ${served}`]);
  using other = temporaryFolder();
  await fetchPackage(requestOf(other.path, { sources: { mirrors, snapshot: `${full.url}/old` } }));
  expect(full.requests.at(-1)).toBe(`GET /old/local${served}`);
});

it("refuses other bytes, unless another place has the right ones", async () => {
  await using wrong = await serve({ [served]: "other bytes" });
  await using right = await serve({ [`/local${served}`]: content });
  using cache = temporaryFolder();
  const mirrors = { local: wrong.url };
  const refused = await thrown(fetchPackage(requestOf(cache.path, { sources: { mirrors, snapshot: false } })));
  expect(refused.code).toBe("PACKAGE_REFUSED");
  for (const part of ["`tiny`", `${wrong.url}${served}`, pin.sha256, sha256("other bytes")]) {
    expect(refused.text).toContain(part);
  }
  expect(existsSync(join(cache.path, "packages"))).toBe(false);
  await fetchPackage(requestOf(cache.path, { sources: { mirrors, snapshot: right.url } }));
  expect(existsSync(join(cache.path, "packages", pin.sha256))).toBe(true);
});

it.each([
  { kind: "with suites", suite: "bookworm", component: "main", list: "/dists/bookworm/main/binary-amd64/Packages.gz" },
  { kind: "that is flat", suite: undefined, component: undefined, list: "/Packages.gz" },
])("says which version an archive $kind has instead", async ({ suite, component, list }) => {
  const packages = "Package: other\nVersion: 9\n\nPackage: tiny\nVersion: 1:2.0\n\nPackage: tiny-doc\nVersion: 3\n";
  await using server = await serve({ [list]: gzipSync(packages) });
  using cache = temporaryFolder();
  const sources = { mirrors: { local: server.url }, snapshot: false } as const;
  const gone = await thrown(
    fetchPackage(requestOf(cache.path, { sources, pin: { ...pin, size: content.length, suite, component } })),
  );
  expect(gone.code).toBe("PACKAGE_GONE");
  for (const part of ["`tiny`", "`1:1.0+deb12u1`", "`1:2.0`", "`devenv lock --update tiny`", "`packages.snapshot`"]) {
    expect(gone.text).toContain(part);
  }
});

it("says which version an apk repository has instead, by its signed index", async () => {
  const packages = "C:Q1a=\nP:other\nV:9-r0\n\nC:Q1b=\nP:tiny\nV:2.0-r1\nA:x86_64\n\nC:Q1c=\nP:tiny-doc\nV:3-r0\n\n";
  const signature = gzipSync(await tarPart([[".SIGN.RSA.ada.rsa.pub", Buffer.from("signature")]]));
  const list = gzipSync(await tarPart([["APKINDEX", Buffer.from(packages)]], true));
  await using server = await serve({ "/v3.20/main/x86_64/APKINDEX.tar.gz": Buffer.concat([signature, list]) });
  using cache = temporaryFolder();
  const sources = { mirrors: { local: server.url }, snapshot: false } as const;
  const own = { version: "1.0-r0", architecture: "x86_64", path: "v3.20/main/x86_64/tiny-1.0-r0.apk" };
  const gone = await thrown(
    fetchPackage(requestOf(cache.path, { sources, pin: { ...pin, ...own, size: content.length } })),
  );
  expect(gone.code).toBe("PACKAGE_GONE");
  expect(gone.text).toContain("it has version `2.0-r1` now");
});

it("names an archive that no address is known of", async () => {
  using cache = temporaryFolder();
  writeFileSync(join(cache.path, "unrelated"), "");
  const gone = await thrown(fetchPackage(requestOf(cache.path)));
  expect(gone).toEqual({
    code: "PACKAGE_ARCHIVE_UNKNOWN",
    text: [
      "Package `tiny` is locked to version `1:1.0+deb12u1` of archive `local`, and this machine does not know where that archive is",
      "",
      'hint: name its address, as the `URIs` of its source say it, in the config: `packages: { mirrors: { "local": "https://…" } }`',
    ].join("\n"),
  });
});

it("does not take a network that is down for a package that is gone", async () => {
  await using server = await serve({});
  const { url } = server;
  await server[Symbol.asyncDispose]();
  using cache = temporaryFolder();
  const request = requestOf(cache.path, { sources: { mirrors: { local: url }, snapshot: false } });
  expect(await thrown(fetchPackage(request))).toMatchObject({ code: "DOWNLOAD_FAILED" });
});
