import { describe, expect, it } from "vitest";
import { apk, apt, archive, env } from "../../../src/config/layers.ts";
import { bootstrap } from "../../../src/index.ts";
import { missingPins } from "../../../src/lock/check.ts";
import { emptyLockfile } from "../../../src/lock/lockfile.ts";
import { type PinRequest, pinRequests } from "../../../src/lock/requests.ts";
import { amd64, lockOf } from "../../support/locks.ts";
import { specOf } from "../../support/plans.ts";

const from = bootstrap({ suite: "bookworm" });
const requestsOf = (environments: Parameters<typeof specOf>[0], name: string): readonly PinRequest[] => {
  const spec = specOf(environments);
  const environment = spec.environments.find((one) => one.name === name);
  if (environment === undefined) throw new Error(`no environment ${name}`);
  return pinRequests(spec, environment, amd64);
};

describe("pinRequests", () => {
  it("asks for the base, then for packages and archives in the order of the layers", () => {
    const layers = [
      apt("git", "curl"),
      env({ A: "1" }),
      archive({ url: "https://a.example/t.tar", to: "/opt" }),
      apk("jq"),
    ];
    const requests = requestsOf({ dev: { image: { from: "debian:12", layers } } }, "dev");
    expect(requests.map(({ key, text }) => [key, text])).toEqual([
      ["environments.dev.image.from", "docker.io/library/debian:12"],
      ["environments.dev.image.layers[0]", "apt(curl, git)"],
      ["environments.dev.image.layers[2]", "https://a.example/t.tar"],
      ["environments.dev.image.layers[3]", "apk(jq)"],
    ]);
  });

  it("names a package layer by all package layers from the base to it", () => {
    const environments = {
      base: { image: { from, layers: [apt("git")] } },
      dev: { image: { from: { environment: "base" }, layers: [apt("sqlite3"), apt("less", "less")] } },
    };
    const requests = requestsOf(environments, "dev");
    expect(
      requests.map((request) => (request.kind === "packages" ? [request.baseKey, request.chain] : request.kind)),
    ).toEqual([
      ["bootstrap(bookworm)", "apt(git) > apt(sqlite3)"],
      ["bootstrap(bookworm)", "apt(git) > apt(sqlite3) > apt(less)"],
    ]);
  });

  it("does not tell mirrors of a base apart, but its variant and packages", () => {
    const keyOf = (base: Parameters<typeof bootstrap>[0]) =>
      requestsOf({ dev: { image: { from: bootstrap(base) } } }, "dev")[0]?.text;
    expect(keyOf({ suite: "bookworm", mirror: "http://mirror.example/debian" })).toBe("bootstrap(bookworm)");
    expect(keyOf({ suite: "bookworm", variant: "apt", packages: ["curl"] })).toBe("bootstrap(bookworm, apt, curl)");
  });

  it("keeps passwords of addresses out of the lock", () => {
    const url = "https://ada:secret@a.example/t.tar?token=abc&v=1";
    const requests = requestsOf({ dev: { image: { from, layers: [archive({ url, to: "/opt" })] } } }, "dev");
    expect(
      JSON.stringify(requests.map((one) => (one.kind === "archive" ? [one.archiveKey, one.text] : []))),
    ).not.toMatch(/secret|abc/);
  });
});

describe("missingPins", () => {
  const requests = requestsOf({ dev: { image: { from, layers: [apt("git"), apt("sqlite3")] } } }, "dev");

  it("finds nothing missing in a lock that answers everything", () => {
    const lockfile = lockOf({ "apt(git)": { git: "1" }, "apt(git) > apt(sqlite3)": { sqlite3: "3" } });
    expect(missingPins({ lockfile, environment: "dev", platform: amd64 }, requests)).toEqual([]);
  });

  it("names what a field was locked as", () => {
    const lockfile = {
      ...lockOf({ "apt(curl)": { curl: "8" } }),
      environments: { dev: { requests: { "image.layers[0]": "apt(curl)" }, images: {} } },
    };
    const missing = missingPins({ lockfile, environment: "dev", platform: amd64 }, requests);
    expect(missing.map(({ request, lockedAs }) => [request.key, lockedAs])).toEqual([
      ["environments.dev.image.layers[0]", "apt(curl)"],
      ["environments.dev.image.layers[1]", undefined],
    ]);
  });

  it("names what a field was locked as on the same platform, where that says for which", () => {
    const url = (version: string) => ({ [amd64]: `npm:x64@${version}`, "linux/arm64": `npm:arm64@${version}` });
    const noted = "npm:x64@1 (linux/amd64) + npm:npm@1 + npm:arm64@1 (linux/arm64)";
    const lockfile = {
      ...lockOf({}),
      environments: { dev: { requests: { "image.layers[0]": noted }, images: {} } },
    };
    const layers = [archive({ url: url("2"), to: "/opt" })];
    const missing = missingPins(
      { lockfile, environment: "dev", platform: amd64 },
      requestsOf({ dev: { image: { from, layers } } }, "dev"),
    );
    expect(missing.map(({ lockedAs }) => lockedAs)).toEqual(["npm:x64@1 + npm:npm@1"]);
  });

  it("does not take the pins of another platform", () => {
    const lockfile = lockOf({ "apt(git)": { git: "1" }, "apt(git) > apt(sqlite3)": { sqlite3: "3" } });
    expect(missingPins({ lockfile, environment: "dev", platform: "linux/arm64" }, requests)).toHaveLength(3);
  });

  it("does not take a pin whose checksum is not the one that the config asks for", () => {
    const sha256 = "b".repeat(64);
    const layers = [archive({ url: "https://a.example/t.tar", sha256, to: "/opt" })];
    const wanted = requestsOf({ dev: { image: { from, layers } } }, "dev").slice(1);
    const locked = (pinned: string) => ({
      ...emptyLockfile,
      archives: { "https://a.example/t.tar": { sha256: pinned, size: 1 } },
    });
    const query = { environment: "dev", platform: amd64 };
    expect(missingPins({ ...query, lockfile: locked(sha256) }, wanted)).toEqual([]);
    expect(missingPins({ ...query, lockfile: locked("a".repeat(64)) }, wanted)).toHaveLength(1);
  });
});
