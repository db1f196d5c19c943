import { execFileSync } from "node:child_process";
import { createReadStream, readdirSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import type { BootstrapPackages } from "../../src/host/bootstrap/packages.ts";
import { resolveBootstrap } from "../../src/host/bootstrap/resolve.ts";
import { bootstrapTar } from "../../src/host/bootstrap.ts";
import type { Host } from "../../src/host/host.ts";
import { bootstrapEpoch } from "../../src/host/mmdebstrap.ts";
import { nodeHost } from "../../src/host/node.ts";
import { fetchFrom } from "../support/bootstrap-base.ts";
import { openSandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const host = nodeHost();
const platform = `linux/${host.arch}`;
/** The base that the other tests stand on: their set-up has made it, so that the first of two is there. */
const base = { suite: "bookworm", packages: [], variant: "minbase", mirror: undefined } as const;
const offline = { ...host, env: { ...host.env, http_proxy: "http://127.0.0.1:1", HTTP_PROXY: "http://127.0.0.1:1" } };
let packages: BootstrapPackages = {};
beforeAll(async () => {
  packages = await resolveBootstrap({ base, platform, cacheDir: host.cacheDir, host });
}, 120_000);

// Making one takes a minute on a busy machine of two cores.
it("bootstraps the same bytes twice from the same packages, also offline, with nothing of this host in them", {
  timeout: 600_000,
}, async () => {
  using folder = temporaryFolder();
  expect(packages.bash).toMatchObject({ archive: "debian", suite: "bookworm", component: "main" });
  await fetchFrom(host)(packages);
  const make = (machine: Host, cacheDir: string) =>
    bootstrapTar({
      suite: base.suite,
      packages,
      platform,
      cacheDir,
      host: machine,
      fetchPackages: fetchFrom(machine),
    });
  const first = await make(host, host.cacheDir);
  const second = await make(offline, folder.path);
  expect(second.sha256).toBe(first.sha256);

  const { file, sha256 } = second;
  const read = (path: string) => execFileSync("tar", ["-xOf", file, `./${path}`]).toString();
  expect([read("etc/hostname"), read("etc/hosts"), read("etc/resolv.conf")]).toEqual(["", "", ""]);
  const list = execFileSync("tar", ["--full-time", "--utc", "-tvf", file], { maxBuffer: 2 ** 26 }).toString();
  const lines = list.trimEnd().split("\n");
  const times = lines.map((line) => Date.parse(`${line.split(/\s+/).slice(3, 5).join("T")}Z`));
  expect(Math.max(...times)).toBe(bootstrapEpoch * 1000);

  await using sandbox = openSandbox();
  const tag = `${sandbox.name("bootstrap")}:1`;
  await sandbox.engine.images.import(createReadStream(file), { tag, platform, labels: sandbox.labels });
  expect((await sandbox.engine.images.inspect(tag))?.layers).toEqual([`sha256:${sha256}`]);
});

it("stops at once when it is aborted, and leaves nothing behind", async () => {
  using folder = temporaryFolder();
  const controller = new AbortController();
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(line);
    if (line.includes("extracting archives")) controller.abort(new Error("stop"));
  };
  const { signal } = controller;
  const options = { suite: base.suite, packages, platform, cacheDir: folder.path, host, signal, onLine };
  const fetchPackages = fetchFrom(host);
  await expect(bootstrapTar({ ...options, fetchPackages })).rejects.toThrow("stop");
  expect(lines.join("\n")).not.toContain("installing");
  expect(readdirSync(folder.path, { recursive: true })).toEqual(["tmp"]);
});
