import { readdirSync, readFileSync, truncateSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { type ArchiveRequest, fetchArchive, lookupArchive } from "../../../src/host/download.ts";
import { serveHttp } from "../../support/http-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { thrown } from "../../support/thrown.ts";

const content = "the archive";
const digest = sha256(content);
const key = "image.layers[0]";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const give: Answer = (_request, response) => response.end(content);
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(code, headers).end("no");
/** Promises more than it sends. */
const cutShort: Answer = (_request, response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write("half", () => response.destroy());
};

/** A server that gives these answers in turn, the last one for ever. */
function serveInTurn(...answers: readonly Answer[]) {
  let served = 0;
  return serveHttp((request, response) => answers[Math.min(served++, answers.length - 1)]?.(request, response));
}

function requestOf(cacheDir: string, url: string, more: Partial<ArchiveRequest> = {}): ArchiveRequest {
  return { cacheDir, url, key, host: testHost({ env: {} }), ...more };
}

/** All files of the cache, relative to it. */
function filesOf(cacheDir: string): readonly string[] {
  const entries = readdirSync(cacheDir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(cacheDir.length + 1));
}

describe("fetchArchive", () => {
  it("keeps a download under its sha256 and asks the network once only", async () => {
    await using server = await serveInTurn(give);
    using cache = temporaryFolder();
    const url = `${server.url}/tool.tar`;
    const progress: unknown[] = [];
    const received = await fetchArchive(requestOf(cache.path, url, { onProgress: (now) => progress.push(now) }));
    expect(received).toEqual({ file: join(cache.path, "downloads/sha256", digest), sha256: digest, size: 11 });
    expect(readFileSync(received.file, "utf8")).toBe(content);
    expect(progress).toEqual([{ current: 11, total: 11 }]);
    expect(await fetchArchive(requestOf(cache.path, url))).toEqual(received);
    expect(server.requests).toEqual(["GET /tool.tar"]);
    expect(filesOf(cache.path).toSorted()).toEqual([
      `downloads/index/${sha256(url)}.json`,
      `downloads/sha256/${digest}`,
    ]);
  });

  it("needs no network for a checksum that is in the cache, whatever the address", async () => {
    await using server = await serveInTurn(give);
    using cache = temporaryFolder();
    await fetchArchive(requestOf(cache.path, `${server.url}/a`));
    const mirror = requestOf(cache.path, "http://127.0.0.1:1/b", { sha256: digest.toUpperCase() });
    expect((await fetchArchive(mirror)).sha256).toBe(digest);
  });

  it("tries again after a passing status and after a broken connection", async () => {
    await using server = await serveInTurn(status(500), cutShort, give);
    using cache = temporaryFolder();
    expect((await fetchArchive(requestOf(cache.path, server.url))).sha256).toBe(digest);
    expect(server.requests).toHaveLength(3);
  });

  it("follows redirects, and keeps the credentials from another server", async () => {
    const seen: (string | undefined)[] = [];
    const note: Answer = (request, response) => {
      seen.push(request.headers.authorization);
      give(request, response);
    };
    await using target = await serveInTurn(note);
    await using server = await serveHttp((request, response) => {
      seen.push(request.headers.authorization);
      const location = request.url === "/a" ? "/b" : `${target.url}/c`;
      response.writeHead(302, { location }).end();
    });
    using cache = temporaryFolder();
    const url = `${server.url.replace("//", "//ada:s%20cret@")}/a`;
    expect((await fetchArchive(requestOf(cache.path, url))).sha256).toBe(digest);
    const basic = `Basic ${Buffer.from("ada:s cret").toString("base64")}`;
    expect(seen).toEqual([basic, basic, undefined]);
    expect(readFileSync(join(cache.path, `downloads/index/${sha256(url)}.json`), "utf8")).not.toContain("cret");
  });

  it("gives up on a redirect that goes round", async () => {
    await using server = await serveInTurn(status(302, { location: "/again" }));
    using cache = temporaryFolder();
    const { text } = await thrown(fetchArchive(requestOf(cache.path, server.url)));
    expect(text).toContain("it redirects more than 10 times");
  });

  it("names status and address when the server refuses, without trying again", async () => {
    await using server = await serveInTurn(status(404));
    using cache = temporaryFolder();
    const url = `${server.url.replace("//", "//ada:secret@")}/tool.tar?version=1&token=abc`;
    expect(await thrown(fetchArchive(requestOf(cache.path, url)))).toEqual({
      code: "DOWNLOAD_FAILED",
      text: `\`${server.url.replace("//", "//***@")}/tool.tar?version=1&token=***\` of \`${key}\` could not be downloaded: the server answered 404 Not Found\n\nhint: check the address and the version in it, or use the address of a mirror`,
    });
    expect(server.requests).toHaveLength(1);
  });

  it("does not wait for a server that asks for too much patience", async () => {
    await using server = await serveInTurn(status(429, { "retry-after": "3600" }));
    using cache = temporaryFolder();
    const { text } = await thrown(fetchArchive(requestOf(cache.path, server.url)));
    expect(text).toContain("the server answered 429 Too Many Requests");
    expect(server.requests).toHaveLength(1);
  });

  it("leaves nothing behind when the body always ends early", async () => {
    await using server = await serveInTurn(cutShort);
    using cache = temporaryFolder();
    const { code } = await thrown(fetchArchive(requestOf(cache.path, server.url)));
    expect(code).toBe("DOWNLOAD_FAILED");
    expect(server.requests).toHaveLength(4);
    expect(filesOf(cache.path)).toEqual([]);
  });

  it("refuses other content than the checksum names, and keeps none of it", async () => {
    await using server = await serveInTurn(give);
    using cache = temporaryFolder();
    const expected = "0".repeat(64);
    expect(await thrown(fetchArchive(requestOf(cache.path, server.url, { sha256: expected })))).toEqual({
      code: "CHECKSUM_MISMATCH",
      text: `\`${server.url}\` of \`${key}\` is not what the config expects:\n  expected sha256  ${expected}\n  received sha256  ${digest}\n\nhint: compare with the checksum that the publisher names; if the received one is right, put it into the config`,
    });
    expect(filesOf(cache.path)).toEqual([]);
  });

  it("downloads again when the cached file was cut short", async () => {
    await using server = await serveInTurn(give);
    using cache = temporaryFolder();
    const { file } = await fetchArchive(requestOf(cache.path, server.url));
    truncateSync(file, 3);
    expect(await lookupArchive({ cacheDir: cache.path, url: server.url })).toBeUndefined();
    expect(readFileSync((await fetchArchive(requestOf(cache.path, server.url))).file, "utf8")).toBe(content);
  });

  it("says that nobody listens, with a hint on the network", async () => {
    using cache = temporaryFolder();
    expect(await thrown(fetchArchive(requestOf(cache.path, "http://127.0.0.1:1/x")))).toEqual({
      code: "DOWNLOAD_FAILED",
      text: `\`http://127.0.0.1:1/x\` of \`${key}\` could not be downloaded: connection refused (ECONNREFUSED)\n\nhint: check the network; behind a proxy set HTTPS_PROXY, or use the address of a mirror`,
    });
  });

  it.each(["ftp://example.com/x.tar", "file:///etc/passwd", "./tool.tar"])("does not support `%s`", async (url) => {
    using cache = temporaryFolder();
    const { text } = await thrown(fetchArchive(requestOf(cache.path, url)));
    expect(text).toBe(
      `\`${url}\` of \`${key}\` could not be downloaded: this kind of address is not supported\n\nhint: use an \`http(s):\` address, or \`npm:NAME@VERSION\` with an exact version`,
    );
  });

  it("ends with the signal's reason when it is stopped, and leaves nothing behind", async () => {
    const stop = new AbortController();
    await using server = await serveHttp((_request, response) => {
      response.writeHead(200);
      response.write("half", () => stop.abort(new Error("stopped")));
    });
    using cache = temporaryFolder();
    const download = fetchArchive(requestOf(cache.path, server.url, { signal: stop.signal }));
    await expect(download).rejects.toThrow("stopped");
    expect(filesOf(cache.path)).toEqual([]);
  });

  it("serves several at once from one cache", async () => {
    await using server = await serveInTurn(give);
    using cache = temporaryFolder();
    const all = await Promise.all([1, 2, 3, 4].map(() => fetchArchive(requestOf(cache.path, server.url))));
    expect(new Set(all.map((one) => one.sha256))).toEqual(new Set([digest]));
    expect(filesOf(cache.path)).toHaveLength(2);
  });

  it("says that the cache cannot be written", async () => {
    await using server = await serveInTurn(give);
    using folder = temporaryFolder({ cache: "a file" });
    const cacheDir = join(folder.path, "cache");
    expect(await thrown(fetchArchive(requestOf(cacheDir, server.url)))).toEqual({
      code: "CACHE_UNUSABLE",
      text: `The cache folder \`${cacheDir}\` cannot be written: not a directory (ENOTDIR)\n\nhint: make room or mend its owner, or set XDG_CACHE_HOME to another folder`,
    });
  });

  it.each([
    ["HTTP_PROXY", {}, true],
    ["http_proxy", {}, true],
    ["HTTP_PROXY", { NO_PROXY: "127.0.0.1" }, false],
  ])("goes through the proxy in %s except as NO_PROXY says: %o", async (variable, more, isProxied) => {
    await using server = await serveInTurn(give);
    await using proxy = await openProxy();
    using cache = temporaryFolder();
    const host = testHost({ env: { [variable]: proxy.url, ...more } });
    await fetchArchive(requestOf(cache.path, server.url, { host }));
    expect(proxy.tunnels()).toBe(isProxied ? 1 : 0);
    expect(server.requests).toHaveLength(1);
  });
});

describe("lookupArchive", () => {
  it("knows nothing of an address never asked", async () => {
    using cache = temporaryFolder();
    expect(await lookupArchive({ cacheDir: cache.path, url: "http://example.com/x" })).toBeUndefined();
  });

  it("discards a file that does not have the checksum it is kept under", async () => {
    using cache = temporaryFolder({ [`downloads/sha256/${digest}`]: "something else" });
    const query = { cacheDir: cache.path, url: "http://example.com/x", sha256: digest };
    expect(await lookupArchive(query)).toBeUndefined();
    expect(filesOf(cache.path)).toEqual([]);
  });

  it("takes a damaged index as no index", async () => {
    const url = "http://example.com/x";
    using cache = temporaryFolder({ [`downloads/index/${sha256(url)}.json`]: "{" });
    expect(await lookupArchive({ cacheDir: cache.path, url })).toBeUndefined();
  });
});

/** A proxy for plain requests and for tunnels. */
async function openProxy() {
  let tunnels = 0;
  const proxy = createServer((request, response) => {
    tunnels++;
    fetch(request.url ?? "").then(async (answer) => response.end(Buffer.from(await answer.arrayBuffer())));
  });
  proxy.on("connect", (request, socket, head) => {
    tunnels++;
    const [host, port] = request.url?.split(":") ?? [];
    const target = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    socket.on("error", () => target.destroy());
    target.on("error", () => socket.destroy());
  });
  await new Promise<void>((ready) => proxy.listen(0, "127.0.0.1", ready));
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    tunnels: () => tunnels,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await new Promise((closed) => proxy.close(closed));
    },
  };
}
