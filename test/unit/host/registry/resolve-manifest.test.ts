import { createServer } from "node:http";
import { expect, it } from "vitest";
import { sha256 } from "../../../../src/digest.ts";
import { resolveManifest } from "../../../../src/host/registry/resolve-manifest.ts";
import { type HttpServer, serveHttp } from "../../../support/http-server.ts";
import { openSmallRegistry } from "../../../support/small-registry.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";

const indexType = "application/vnd.oci.image.index.v1+json";
const digestOf = (text: string) => `sha256:${sha256(text)}`;
const of = (os: string, architecture: string, variant?: string) => ({
  digest: digestOf(`${os}${architecture}${variant}`),
  platform: { os, architecture, ...(variant && { variant }) },
});
const index = JSON.stringify({
  schemaVersion: 2,
  mediaType: indexType,
  manifests: [
    of("linux", "amd64"),
    of("linux", "arm64", "v8"),
    of("linux", "arm", "v7"),
    of("unknown", "unknown"),
    of("windows", "amd64"),
    { ...of("linux", "amd64"), digest: digestOf("a second one") },
  ],
});

interface Served {
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly status?: number;
}

/** A registry that answers every manifest alike, once `authorization` is what it wants. */
function serve({ body = index, headers = {}, status = 200 }: Served = {}, wants?: Wants): Promise<HttpServer> {
  return serveHttp((request, response) => {
    if (wants?.token(request.url ?? "", request.headers.authorization)) return response.end(`{"token":"t0ken"}`);
    if (wants !== undefined && request.headers.authorization !== wants.authorization) {
      return response.writeHead(401, { "www-authenticate": wants.challenge(`http://${request.headers.host}`) }).end();
    }
    return response.writeHead(status, { "content-type": indexType, ...headers }).end(body);
  });
}

interface Wants {
  readonly authorization: string;
  challenge(address: string): string;
  token(url: string, authorization: string | undefined): boolean;
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;
const bearer = (login: string | undefined): Wants => ({
  authorization: "Bearer t0ken",
  challenge: (address) => `Bearer realm="${address}/token",service="here",scope="repository:a/b:pull"`,
  token: (url, authorization) =>
    url === "/token?service=here&scope=repository%3Aa%2Fb%3Apull" && authorization === login,
});

async function ask(server: HttpServer, options: { home?: string; digest?: string } = {}) {
  const registry = new URL(server.url).host;
  const host = testHost({ env: { HTTP_PROXY: "http://127.0.0.1:1" }, ...(options.home && { home: options.home }) });
  const named =
    options.digest === undefined ? { tag: "1", digest: undefined } : { tag: undefined, digest: options.digest };
  return resolveManifest({ host, reference: { registry, repository: "a/b", ...named } });
}

const expected = {
  index: digestOf(index),
  platforms: {
    "linux/amd64": of("linux", "amd64").digest,
    "linux/arm64": of("linux", "arm64", "v8").digest,
    "linux/arm/v7": of("linux", "arm", "v7").digest,
  },
};

it("gives the digests of all Linux platforms of an index, without attestations", async () => {
  await using server = await serve();
  expect(await ask(server)).toEqual(expected);
  expect(server.requests).toEqual(["GET /v2/a/b/manifests/1"]);
});

it("asks for a digest where the reference has one", async () => {
  await using server = await serve();
  expect(await ask(server, { digest: digestOf(index) })).toEqual(expected);
  expect(server.requests).toEqual([`GET /v2/a/b/manifests/${digestOf(index)}`]);
});

it("reads the platform of a single manifest from its config", async () => {
  await using registry = await openSmallRegistry("linux/arm64");
  const reference = { registry: registry.host, repository: "library/small", tag: "1", digest: undefined };
  const { index: none, platforms } = await resolveManifest({ host: testHost(), reference });
  expect(none).toBeUndefined();
  expect(Object.keys(platforms)).toEqual(["linux/arm64"]);
  const byDigest = { ...reference, tag: undefined, digest: platforms["linux/arm64"] };
  expect(await resolveManifest({ host: testHost(), reference: byDigest })).toEqual({ platforms });
});

it("fetches a token without a login where the registry wants one", async () => {
  await using server = await serve({}, bearer(undefined));
  expect(await ask(server)).toEqual(expected);
});

it.each([
  { name: "a token", wants: bearer(basic("ada:secret")) },
  {
    name: "a password",
    wants: { authorization: basic("ada:secret"), challenge: () => 'Basic realm="here"', token: () => false },
  },
])("gives $name by the login that Docker has stored", async ({ wants }) => {
  await using server = await serve({}, wants);
  const auth = Buffer.from("ada:secret").toString("base64");
  const config = JSON.stringify({ auths: { [new URL(server.url).host]: { auth } } });
  using home = temporaryFolder({ ".docker/config.json": config });
  expect(await ask(server, { home: home.path })).toEqual(expected);
});

it("gives the login to no realm elsewhere that has no TLS", async () => {
  const wants = { ...bearer(undefined), challenge: () => 'Bearer realm="http://elsewhere.example/token"' };
  await using server = await serve({}, wants);
  await expect(ask(server)).rejects.toMatchObject({ code: "REGISTRY_DENIED" });
});

it("gives the login to no server that it is redirected to", async () => {
  const seen: (string | undefined)[] = [];
  await using elsewhere = await serveHttp((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(200, { "content-type": indexType }).end(index);
  });
  const wants = {
    authorization: "Bearer t0ken",
    challenge: bearer(undefined).challenge,
    token: bearer(undefined).token,
  };
  await using server = await serve({ status: 307, headers: { location: `${elsewhere.url}/there` } }, wants);
  expect(await ask(server)).toEqual(expected);
  expect(seen).toEqual([undefined]);
});

it.each([
  { served: { status: 404 }, code: "IMAGE_NOT_FOUND", reason: "the registry answered 404 Not Found" },
  { served: { status: 403 }, code: "REGISTRY_DENIED", reason: "the registry answered 403 Forbidden" },
  { served: { status: 503 }, code: "REGISTRY_FAILED", reason: "it answered 503 Service Unavailable" },
  { served: { body: "<html>" }, code: "REGISTRY_FAILED", reason: "what it sent is no JSON" },
  {
    served: { headers: { "docker-content-digest": digestOf("other") } },
    code: "REGISTRY_FAILED",
    reason: "what it sent is not what its digest says",
  },
  {
    served: { body: '{"mediaType":"text/plain"}' },
    code: "REGISTRY_FAILED",
    reason: "it gives a document of type `text/plain`, which is no image for Linux",
  },
])("says $reason", async ({ served, code, reason }) => {
  await using server = await serve(served);
  await expect(ask(server)).rejects.toMatchObject({ code, details: { reason } });
});

const indexOf = (manifests: unknown) => ({ mediaType: indexType, manifests });
const imageType = "application/vnd.oci.image.manifest.v1+json";

it.each([
  ["nothing", { mediaType: indexType }],
  ["no list", indexOf(null)],
  ["a text for a list", indexOf("linux/amd64")],
  ["no config", { mediaType: imageType, config: null }],
  ["a config that leads elsewhere", { mediaType: imageType, config: { digest: "../../other" } }],
])("says that a registry gives no image where its document holds %s", async (_what, document) => {
  await using server = await serve({ body: JSON.stringify(document) });
  await expect(ask(server)).rejects.toMatchObject({ code: "REGISTRY_FAILED" });
});

it("takes out of an index what makes sense", async () => {
  const { digest } = of("linux", "amd64");
  const platform = { os: "linux", architecture: "amd64" };
  const manifests = [
    ...[null, 1, "a", [], { platform: null }, { digest: 5, platform: "linux" }],
    ...[64, "../x", null].map((architecture) => ({ digest, platform: { os: "linux", architecture } })),
    ...["sha256:5", 5, null].map((wrong) => ({ digest: wrong, platform })),
    { digest, platform: { ...platform, variant: 8 } },
    { digest, platform },
  ];
  await using server = await serve({ body: JSON.stringify(indexOf(manifests)) });
  expect((await ask(server)).platforms).toEqual({ "linux/amd64": digest });
});

it("refuses bytes that are not those of the digest that was asked for", async () => {
  await using server = await serve();
  await expect(ask(server, { digest: digestOf("other") })).rejects.toMatchObject({ code: "REGISTRY_FAILED" });
});

it("says that no registry is there", async () => {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  const reference = { registry: `localhost:${port}`, repository: "a/b", tag: "1", digest: undefined };
  await expect(resolveManifest({ host: testHost(), reference })).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    details: { reference: `localhost:${port}/a/b:1`, reason: expect.stringContaining("ECONNREFUSED") },
  });
});
