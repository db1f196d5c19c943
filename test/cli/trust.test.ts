/** A host whose network needs a CA certificate of its own: its programs work inside, and nothing of it stays in the image. */
import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const server = `
import { createServer } from "node:https";
import { readFileSync } from "node:fs";
const read = (name) => readFileSync(new URL(name, import.meta.url));
const commit = "1".repeat(40);
createServer({ key: read("server.key"), cert: read("server.crt") }, ({ url }, response) => {
  if (url.includes("/info/refs")) return response.end(commit + "\\trefs/heads/main\\n");
  if (url === "/thing") return response.end(JSON.stringify({ name: "thing", "dist-tags": { latest: "1.2.3" }, versions: { "1.2.3": { name: "thing", version: "1.2.3" } } }));
  if (url === "/simple/thing/") return response.writeHead(200, { "content-type": "text/html" }).end('<a href="/thing-1.2.3.tar.gz">thing-1.2.3.tar.gz</a>');
  response.end("hello");
}).listen(8443, "127.0.0.1");
`;

/** Each program reaches a TLS server whose certificate only the host's own CA vouches for. */
const script = `#!/bin/sh -e
node /srv/server.mjs & server=$!
for attempt in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; curl -fsS https://localhost:8443/ && break; done
echo " by curl"
git ls-remote https://localhost:8443/repo.git
pip index versions thing --index-url https://localhost:8443/simple
npm view thing version --registry https://localhost:8443/
node -e 'fetch("https://localhost:8443/").then((answer) => answer.text()).then((text) => console.log(text, "by node"))'
/usr/lib/apt/apt-helper -q download-file https://localhost:8443/file /tmp/file >/dev/null;  cat /tmp/file && echo " by apt" && rm /tmp/file
kill $server
`;
const printed = `hello by curl\n${"1".repeat(40)}\trefs/heads/main\nthing (1.2.3)\nAvailable versions: 1.2.3\n1.2.3\nhello by node\nhello by apt\n`;

const config = (name: string, layers: string) => `
import { apt, bootstrap, copy, defineConfig, node, python, run } from "devenv";
export default defineConfig({
  name: "${name}",
  image: { from: bootstrap({ suite: "bookworm" }), layers: [${layers}] },
});
`;

function makeCertificates(folder: string, name: string): void {
  const openssl = (...args: string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"];
  openssl("req", "-x509", ...key, "-subj", `/CN=${name}`, "-keyout", "ca.key", "-out", "ca.pem");
  openssl(
    "req",
    ...key,
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=DNS:localhost",
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
  );
  openssl(
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-days",
    "2",
    "-copy_extensions",
    "copy",
    "-out",
    "server.crt",
  );
}

/** The host's own certificates with one more, and a cache of its own: what runs beside it writes others into the shared one. */
function hostWith(folder: string): Record<string, string> {
  const own = process.env.NODE_EXTRA_CA_CERTS;
  if (own !== undefined)
    appendFileSync(join(folder, "ca.pem"), `\\n${execFileSync("cat", [own], { encoding: "utf8" })}`);
  return { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"), XDG_CACHE_HOME: join(folder, "cache") };
}

it("curl, git, pip, npm, node and apt trust what the host trusts, during the build and in the container", async () => {
  const layers =
    'apt("curl", "git"), python(), node("24.21.0"), copy("srv", "/srv/"), run("sh /srv/check.sh > /checked")';
  using folder = temporaryFolder({
    "devenv.config.ts": config("trust", layers),
    "srv/server.mjs": server,
    "srv/check.sh": script,
  });
  makeCertificates(join(folder.path, "srv"), "devenv test CA");
  const env = hostWith(join(folder.path, "srv"));
  try {
    const up = await runCli(["up"], { cwd: folder.path, env, timeoutMs: 250_000 });
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect((await runCli(["exec", "--", "cat", "/checked"], { cwd: folder.path, env })).stdout).toBe(printed);
    expect((await runCli(["exec", "--", "sh", "/srv/check.sh"], { cwd: folder.path, env })).stdout).toBe(printed);
  } finally {
    await removeProject("trust");
  }
});

it("two hosts with different certificates get the same fingerprint and the same layers", async () => {
  using folder = temporaryFolder({ "devenv.config.ts": config("same", 'run("echo made > /made")') });
  using one = temporaryFolder();
  using other = temporaryFolder();
  makeCertificates(one.path, "one");
  makeCertificates(other.path, "other");
  const { images } = connectEngine(testHost());
  const build = async (env: Record<string, string>) => {
    const { stdout } = await runCli(["build", "--json"], { cwd: folder.path, env, timeoutMs: 250_000 });
    const [{ image, fingerprint, action }] = JSON.parse(stdout).environments;
    const layers = (await images.inspect(image))?.layers;
    await images.remove(image);
    return { fingerprint, action, layers };
  };
  try {
    const first = await build(hostWith(one.path));
    expect(first.action).toBe("built");
    expect(
      await build({ ...hostWith(other.path), HTTPS_PROXY: "", HTTP_PROXY: "http://proxy.example.com:3128" }),
    ).toEqual(first);
  } finally {
    await removeProject("same");
  }
});
