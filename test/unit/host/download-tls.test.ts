import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { fetchArchive } from "../../../src/host/download.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { thrown } from "../../support/thrown.ts";

/** An HTTPS server whose certificate no public authority has signed. */
async function openServer() {
  using folder = temporaryFolder();
  const [key, cert] = [join(folder.path, "key.pem"), join(folder.path, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", "-x509", "-days", "2", ...made, ...subject], { stdio: "pipe" });
  const certificate = readFileSync(cert, "utf8");
  let connections = 0;
  const server = createServer({ key: readFileSync(key), cert: certificate }, (_request, response) =>
    response.end("ok"),
  );
  server.on("connection", () => connections++);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/x`,
    certificate,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const host = testHost({ env: {} });

it("trusts a certificate that the caller gives", async () => {
  await using server = await openServer();
  using cache = temporaryFolder();
  const certificates = server.certificate;
  const received = await fetchArchive({ url: server.url, cacheDir: cache.path, host, certificates });
  expect(received.sha256).toBe(sha256("ok"));
});

it("says at once that it does not trust a certificate, and how to make it", async () => {
  await using server = await openServer();
  using cache = temporaryFolder();
  expect(await thrown(fetchArchive({ url: server.url, cacheDir: cache.path, host }))).toEqual({
    code: "DOWNLOAD_FAILED",
    text: `\`${server.url}\` could not be downloaded: its certificate is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)\n\nhint: behind a proxy that inspects TLS, name its CA certificate in NODE_EXTRA_CA_CERTS; then run \`devenv doctor\``,
  });
  expect(server.connections()).toBe(1);
});
