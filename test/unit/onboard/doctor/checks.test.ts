import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { describe, expect, it } from "vitest";
import { checkBootstrapTools } from "../../../../src/onboard/doctor/bootstrap-check.ts";
import { checkDisk, judgeDisk } from "../../../../src/onboard/doctor/disk-check.ts";
import { runDoctor } from "../../../../src/onboard/doctor/doctor.ts";
import { checkEngineVersion, judgeEngine } from "../../../../src/onboard/doctor/engine-version-check.ts";
import { checkCertificates, judgeProxies } from "../../../../src/onboard/doctor/network-check.ts";
import { checkNode, isNewEnough } from "../../../../src/onboard/doctor/node-check.ts";
import { healthyEngine, illMachine } from "./ill-machine.ts";

const keyring = { "usr/share/keyrings/debian-archive-keyring.gpg": "" };

describe("the engine's version", () => {
  it.each([
    ["a new Docker", {}, "ok", "26.1.5, overlay2, BuildKit"],
    ["the oldest Docker that will do", { version: "20.10.24+dfsg1" }, "ok", "20.10.24+dfsg1, overlay2, BuildKit"],
    ["a rootless one", { rootless: true }, "ok", "26.1.5, overlay2, BuildKit, rootless"],
    ["too old a Docker", { version: "19.03.15" }, "failed", "19.03.15, overlay2, BuildKit"],
    ["Podman", { product: "podman", version: "5.4.2", buildkit: false }, "warning", "5.4.2, overlay2, no BuildKit"],
    [
      "too old a Podman",
      { product: "podman", version: "3.4.4", buildkit: false },
      "failed",
      "3.4.4, overlay2, no BuildKit",
    ],
  ] as const)("is judged for %s", (_case, info, status, found) => {
    expect(judgeEngine({ ...healthyEngine, ...info })).toMatchObject({ name: "version", status, found });
  });

  it("is not spoken of when no engine answers", async () => {
    using machine = illMachine({});
    expect(await checkEngineVersion(machine.context)).toBeUndefined();
  });
});

describe("the tools for bootstrapped bases", () => {
  it("are there", async () => {
    using machine = illMachine({ programs: ["mmdebstrap"], files: keyring });
    expect(await checkBootstrapTools(machine.context)).toMatchObject({ name: "bootstrap", status: "ok" });
  });

  it("are installed", async () => {
    using machine = illMachine({ programs: ["apt-get"] });
    expect(await checkBootstrapTools(machine.context)).toMatchObject({ status: "fixed" });
    expect(machine.commands[0]).toMatch(/ install -y --no-install-recommends mmdebstrap debian-archive-keyring$/);
  });

  it("are named when they are missing", async () => {
    using machine = illMachine({ programs: ["apt-get", "mmdebstrap", "sudo"], fix: false, host: { uid: 1000 } });
    expect(await checkBootstrapTools(machine.context)).toEqual({
      name: "bootstrap",
      status: "warning",
      found:
        "newuidmap and /usr/share/keyrings/debian-archive-keyring.gpg missing: bases by `bootstrap(…)` cannot be made",
      advice: "run `devenv doctor --fix`",
    });
  });

  it("are no loss where the distribution has none", async () => {
    using machine = illMachine({ programs: ["zypper"] });
    expect(await checkBootstrapTools(machine.context)).toMatchObject({
      status: "warning",
      advice: 'use images as bases, `from: "debian:bookworm-slim"`, or install mmdebstrap',
    });
  });

  it("are not spoken of on macOS", async () => {
    using machine = illMachine({ host: { platform: "darwin" } });
    expect(await checkBootstrapTools(machine.context)).toBeUndefined();
  });
});

describe("the disk", () => {
  it.each([
    [82.4e9, "ok", "82 GB free at /var/lib/docker"],
    [5e9, "ok", "5.0 GB free at /var/lib/docker"],
    [4.96e9, "warning", "5.0 GB free at /var/lib/docker"],
    [0, "warning", "0.0 GB free at /var/lib/docker"],
  ])("with %d bytes free is judged %s", (bytes, status, found) => {
    expect(judgeDisk(bytes, "/var/lib/docker")).toMatchObject({ name: "disk", status, found });
  });

  it("is measured where the engine keeps its data", async () => {
    using machine = illMachine({ engine: "running", files: { "var/lib/docker": null } });
    expect((await checkDisk(machine.context))?.found).toMatch(/^[\d.]+ GB free at \/var\/lib\/docker$/);
  });

  it.each([
    ["is on another machine", { address: "tcp://build.corp:2376" }],
    ["is in a virtual machine", { info: { dataRoot: "/nowhere" } }],
    ["does not answer", { engine: "stopped" }],
  ] as const)("is not spoken of when the engine %s", async (_case, options) => {
    using machine = illMachine({ engine: "running", files: { "var/lib/docker": null }, ...options });
    expect(await checkDisk(machine.context)).toBeUndefined();
  });
});

describe("the proxy", () => {
  it.each([
    ["none", {}, "ok", "none"],
    [
      "one",
      { HTTPS_PROXY: "http://ada:secret@proxy.corp:3128" },
      "ok",
      "HTTPS_PROXY set, handed to builds and containers",
    ],
    [
      "exceptions for this machine",
      { no_proxy: "localhost,127.0.0.1" },
      "ok",
      "no_proxy set, handed to builds and containers",
    ],
  ])("is named, without its value, when there is %s", (_case, proxies, status, found) => {
    expect(judgeProxies(proxies)).toEqual({ name: "proxy", status, found });
  });

  it.each(["http://localhost:3128", "127.0.0.1:3128", "http://[::1]:3128", "socks5://127.8.0.1:1080"])(
    "at %s is no use in a container",
    (proxy) => {
      expect(judgeProxies({ HTTP_PROXY: proxy })).toMatchObject({
        status: "warning",
        found: "HTTP_PROXY names this machine's loopback address, which in a container is the container itself",
      });
    },
  );
});

describe("Node", () => {
  it.each([
    ["v20.20.2", false],
    ["v22.17.1", false],
    ["v22.18.0", true],
    ["v23.11.0", false],
    ["v24.0.0", true],
    ["v26.1.0", true],
  ])("%s is new enough: %s", (version, expected) => expect(isNewEnough(version)).toBe(expected));

  it("is not spoken of when there is none on PATH", async () => {
    using machine = illMachine({});
    expect(await checkNode(machine.context)).toBeUndefined();
  });
});

it("counts the CA certificates that are handed in", async () => {
  const made = rootCertificates.slice(0, 1).join("").replace(/^MII/m, "MIJ");
  using machine = illMachine({ files: { "company.pem": made } });
  const env = { SSL_CERT_FILE: join(machine.folder.path, "company.pem") };
  const { found } = await checkCertificates({ ...machine.context, host: { ...machine.context.host, env } });
  expect(found).toMatch(/^\d+ extra CA certificates? of this host, handed to builds and containers$/);
});

it("examines everything in order, and leaves out what another check tells of", async () => {
  using ill = illMachine({ fix: false, files: keyring, programs: ["mmdebstrap"] });
  const names = (await runDoctor(ill.context)).checks.map(({ name }) => name);
  expect(names).toEqual(["engine", "bootstrap", "certificates", "proxy"]);
  using well = illMachine({
    engine: "running",
    files: { ...keyring, "var/lib/docker": null },
    programs: ["mmdebstrap"],
  });
  expect((await runDoctor(well.context)).checks.map(({ name }) => name)).toEqual([
    "engine",
    "version",
    "bootstrap",
    "disk",
    "certificates",
    "proxy",
  ]);
});
