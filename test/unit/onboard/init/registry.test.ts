import { expect, it } from "vitest";
import { registryAnswers } from "../../../../src/host/registry-probe.ts";
import { hasRegistry } from "../../../../src/onboard/init/registry.ts";
import { serveHttp } from "../../../support/http-server.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";

const options = { env: {}, timeoutMs: 500 };
const login = { "www-authenticate": 'Bearer realm="https://auth.example.com/token"' };

it.each([
  ["is open", 200, {}, true],
  ["wants a login", 401, login, true],
  ["is a proxy that refuses", 403, {}, false],
  ["is a page that wants a login of its own", 401, {}, false],
  ["is no registry", 404, {}, false],
])("a server that %s answers as a registry: %#", async (_, status, headers, answers) => {
  await using server = await serveHttp((_request, response) => response.writeHead(status, headers).end("{}"));
  expect(await registryAnswers(`${server.url}/`, options)).toBe(answers);
  expect(server.requests).toEqual(["GET /v2/"]);
});

it("a server that says nothing, or is not there, does not answer", async () => {
  await using silent = await serveHttp(() => {});
  expect(await registryAnswers(silent.url, options)).toBe(false);
  expect(await registryAnswers("http://127.0.0.1:1", options)).toBe(false);
  expect(await registryAnswers("no address", options)).toBe(false);
});

it("a mirror that the engine is set up with counts", async () => {
  await using mirror = await serveHttp((_request, response) => response.writeHead(401, login).end());
  const daemon = JSON.stringify({ "registry-mirrors": [mirror.url] });
  using root = temporaryFolder({ "etc/docker/daemon.json": daemon });
  // A proxy that is not there: nothing but the mirror is reached.
  const host = testHost({ env: { HTTPS_PROXY: "http://127.0.0.1:1" } });
  expect(await hasRegistry(host, root.path)).toBe(true);
  using bare = temporaryFolder({ "etc/docker/daemon.json": "broken" });
  expect(await hasRegistry(host, bare.path)).toBe(false);
});
