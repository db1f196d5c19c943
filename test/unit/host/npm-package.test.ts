import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { type ArchiveRequest, fetchArchive } from "../../../src/host/download.ts";
import { nodeHost } from "../../../src/host/node.ts";
import { canonicalTar } from "../../../src/host/unpack.ts";
import { serveHttp } from "../../support/http-server.ts";
import { listTar, makeTar } from "../../support/make-archive.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { thrown } from "../../support/thrown.ts";

const host = { ...testHost(), processes: nodeHost().processes };
const key = "image.layers[0]";

/** An npm registry on loopback that has `@team/tiny` in version 1.2.3 and nothing else. */
async function serveRegistry(tarball: Uint8Array) {
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  return serveHttp((request, response) => {
    if (request.url?.endsWith(".tgz")) return response.end(tarball);
    if (request.url !== "/@team%2ftiny") return response.writeHead(404).end("{}");
    const dist = { tarball: `http://${request.headers.host}/tiny.tgz`, integrity };
    const versions = { "1.2.3": { name: "@team/tiny", version: "1.2.3", dist } };
    return response.end(JSON.stringify({ name: "@team/tiny", "dist-tags": { latest: "1.2.3" }, versions }));
  });
}

async function openProject() {
  const folder = temporaryFolder();
  const manifest = JSON.stringify({ name: "@team/tiny", version: "1.2.3" });
  const tar = await makeTar(folder.path, [{ name: "package/package.json", text: manifest }]);
  const tarball = gzipSync(readFileSync(tar));
  const registry = await serveRegistry(tarball);
  folder.write({ ".npmrc": `registry=${registry.url}/\ncache=${join(folder.path, "npm-cache")}\nfetch-retries=0\n` });
  const request = (url: string): ArchiveRequest => {
    return { url, key, host, cwd: folder.path, cacheDir: join(folder.path, "cache") };
  };
  return {
    tarball,
    manifest,
    registry,
    request,
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

describe("fetchArchive of an npm package", () => {
  it("fetches it from the registry that the project's .npmrc names, once", async () => {
    await using project = await openProject();
    const request = project.request("npm:@team/tiny@1.2.3");
    const received = await fetchArchive(request);
    expect(received.sha256).toBe(sha256(project.tarball));
    const requests = project.registry.requests.length;
    expect(await fetchArchive(request)).toEqual(received);
    expect(project.registry.requests).toHaveLength(requests);
    const tar = await canonicalTar({ ...request, ...received, strip: 1 });
    expect(await listTar(tar.file)).toEqual([`644 package.json = ${project.manifest}`]);
  });

  it("says what npm says of a version that does not exist", async () => {
    await using project = await openProject();
    const { code, text } = await thrown(fetchArchive(project.request("npm:@team/tiny@9.9.9")));
    expect(code).toBe("DOWNLOAD_FAILED");
    expect(text).toBe(
      `\`npm:@team/tiny@9.9.9\` of \`${key}\` could not be downloaded: ETARGET: No matching version found for @team/tiny@9.9.9.\n\nhint: check the name and the version; a company registry and its token belong into \`.npmrc\``,
    );
  });

  it.each(["npm:tiny", "npm:tiny@latest", "npm:tiny@^1.0.0", "npm:../tiny@1.0.0", "npm:--help@1.0.0"])(
    "wants a name and an exact version, which `%s` is not",
    async (url) => {
      using cache = temporaryFolder();
      const { text } = await thrown(fetchArchive({ url, key, host, cacheDir: cache.path }));
      expect(text).toBe(
        `\`${url}\` of \`${key}\` could not be downloaded: it is not of the form \`npm:NAME@VERSION\`\n\nhint: use an \`http(s):\` address, or \`npm:NAME@VERSION\` with an exact version`,
      );
    },
  );

  it("says that npm is missing", async () => {
    using cache = temporaryFolder();
    const url = "npm:tiny@1.0.0";
    const { code } = await thrown(fetchArchive({ url, key, host: testHost(), cacheDir: cache.path }));
    expect(code).toBe("PROGRAM_MISSING");
  });
});
