import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sha256 } from "../../../../src/digest.ts";
import { packagesFetcher } from "../../../../src/env/image/bootstrap-package.ts";
import type { OperationContext, ProgressEvent } from "../../../../src/env/operation.ts";
import type { BootstrapBase } from "../../../../src/spec/spec.ts";
import { serveHttp } from "../../../support/http-server.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";
import { thrown } from "../../../support/thrown.ts";

const pin = (name: string) => ({
  version: "1",
  architecture: "amd64",
  archive: "debian",
  path: `pool/${name}.deb`,
  sha256: sha256(name),
  size: name.length,
});
const packages = { bash: pin("bash"), dash: pin("dash") };

/** Answers with the files whose address is among the keys. */
const serve = (files: Readonly<Record<string, string>>) =>
  serveHttp(({ url = "" }, response) => {
    response.writeHead(files[url] === undefined ? 404 : 200).end(files[url]);
  });

/** Only this machine is reached. */
const env = { http_proxy: "http://127.0.0.1:1", no_proxy: "127.0.0.1" };

function fetcherOf(cacheDir: string, { mirror, snapshot }: { mirror: string; snapshot: string | false }) {
  const events: ProgressEvent[] = [];
  const host = testHost({ platform: "linux", cacheDir, env });
  const spec = { packages: { mirrors: {}, snapshot } };
  const context = { host, spec, report: (event: ProgressEvent) => events.push(event) } as unknown as OperationContext;
  const base: BootstrapBase = { kind: "bootstrap", suite: "bookworm", packages: [], variant: "minbase", mirror };
  return { fetch: packagesFetcher(context, base, { environment: "dev", platform: "linux/amd64" }), events };
}

it("has all packages of a base from the base's mirror as one step with bytes, then from the cache", async () => {
  await using server = await serve({ "/pool/bash.deb": "bash", "/pool/dash.deb": "dash" });
  using cache = temporaryFolder();
  const { fetch, events } = fetcherOf(cache.path, { mirror: server.url, snapshot: false });
  const files = await fetch(packages);
  expect([...files].map(([name, file]) => [name, readFileSync(file, "utf8")])).toEqual([
    ["bash", "bash"],
    ["dash", "dash"],
  ]);
  expect(events.filter(({ kind }) => kind !== "transfer")).toMatchObject([
    { kind: "step-started", step: "download", text: "downloading 2 packages" },
    { kind: "step-finished", step: "download", text: "2 packages downloaded" },
  ]);
  expect(events.findLast(({ kind }) => kind === "transfer")).toMatchObject({ progress: { current: 8, total: 8 } });
  expect(await fetch(packages)).toEqual(files);
  expect(server.requests).toHaveLength(2);
});

it("refuses a package of a base that is another one", async () => {
  await using server = await serve({ "/pool/bash.deb": "evil" });
  await using snapshot = await serve({});
  using cache = temporaryFolder({ [`packages/${sha256("dash")}`]: "dash" });
  const { fetch } = fetcherOf(cache.path, { mirror: server.url, snapshot: snapshot.url });
  expect(await thrown(fetch(packages))).toMatchObject({ code: "PACKAGE_REFUSED" });
});
