import { describe, expect, it } from "vitest";
import { apt, archive } from "../../../src/config/layers.ts";
import { bootstrap } from "../../../src/index.ts";
import { lockChanges } from "../../../src/lock/changes.ts";
import { addImage, addPin, noteTexts, removeUnused } from "../../../src/lock/edit.ts";
import { emptyLockfile } from "../../../src/lock/lockfile.ts";
import { preferredPackages } from "../../../src/lock/prefer.ts";
import { releaseAll, releaseNamed } from "../../../src/lock/release.ts";
import { requestedArchives } from "../../../src/lock/requested-archives.ts";
import { pinRequests } from "../../../src/lock/requests.ts";
import { amd64, lockOf, packageSetOf } from "../../support/locks.ts";
import { specOf } from "../../support/plans.ts";

const from = bootstrap({ suite: "bookworm" });
const url = { [amd64]: "https://a.example/amd64.tar", "linux/arm64": "https://a.example/arm64.tar" };
const spec = specOf({ dev: { image: { from, layers: [apt("git"), archive({ url, to: "/opt" })] } } });
const [dev] = spec.environments;
if (dev === undefined) throw new Error("no environment");
const requests = pinRequests(spec, dev, amd64);

describe("addPin", () => {
  it("keeps the pins of other platforms and chains", () => {
    const [, layer] = requests;
    if (layer?.kind !== "packages") throw new Error("no package layer");
    const arm = addPin(emptyLockfile, { request: layer, packages: packageSetOf({ git: "1" }) }, "linux/arm64");
    const both = addPin(arm, { request: layer, packages: packageSetOf({ git: "2" }) }, amd64);
    expect(both.packages["bootstrap(bookworm)"]?.["linux/arm64"]?.["apt(git)"]?.git?.version).toBe("1");
    expect(both.packages["bootstrap(bookworm)"]?.[amd64]?.["apt(git)"]?.git?.version).toBe("2");
  });
});

describe("removeUnused", () => {
  it("takes away what nothing asks for, and keeps what another platform asks for", () => {
    const archives = Object.fromEntries(
      [...Object.values(url), "https://a.example/old.tar"].map((key) => [key, { sha256: "a".repeat(64), size: 1 }]),
    );
    const lockfile = { ...lockOf({ "apt(git)": { git: "1" }, "apt(curl)": { curl: "8" } }), archives };
    const noted = noteTexts(noteTexts(lockfile, "dev", {}), "gone", {});
    const tidy = removeUnused(noted, new Map([["dev", requests]]), requestedArchives(spec));
    expect(lockChanges(noted, tidy).map(({ name }) => name)).toEqual(["curl", "https://a.example/old.tar"]);
    expect(Object.keys(tidy.environments)).toEqual(["dev"]);
  });
});

describe("noteTexts", () => {
  it("notes what each place says, and keeps what was noted of its files", () => {
    const image = { fingerprint: "a".repeat(64), content: "a".repeat(64), layers: [] };
    const files = { "image.layers[0]": "123", "image.layers[1]": "456" };
    const built = addImage(emptyLockfile, { environment: "dev", platform: amd64, image, files });
    const noted = noteTexts(built, "dev", { "image.layers[0]": "copy(a, /a)" });
    expect(noted.environments.dev?.requests).toEqual({
      "image.layers[0]": "copy(a, /a)",
      "image.layers[0] (files)": "123",
    });
    const again = addImage(noted, { environment: "dev", platform: amd64, image, files: {} });
    expect(again.environments.dev?.requests).toEqual({ "image.layers[0]": "copy(a, /a)" });
  });

  it("takes no environment for what a record inherits", () => {
    expect(noteTexts(emptyLockfile, "constructor", {}).environments).toEqual({
      constructor: { requests: {}, images: {} },
    });
  });
});

describe("releaseNamed", () => {
  const lockfile = {
    ...lockOf({ "apt(git)": { git: "1", zlib: "1" }, "apt(curl)": { curl: "8" } }),
    archives: { "npm:npm@11.0.0": { sha256: "a".repeat(64), size: 1 } },
  };

  it.each<[string, string, readonly string[]]>([
    ["a package: the layers that have it are resolved anew", "git", ["git", "zlib"]],
    ["a base by its suite, and what stands on it", "bookworm", ["bootstrap(bookworm)", "curl", "dpkg", "git", "zlib"]],
    ["a base by a package of it, likewise", "dpkg", ["bootstrap(bookworm)", "curl", "dpkg", "git", "zlib"]],
    ["an npm package", "npm", ["npm:npm@11.0.0"]],
  ])("lets go of %s", (_what, name, gone) => {
    const release = releaseNamed(lockfile, [name], amd64);
    expect(release.unknown).toEqual([]);
    expect(lockChanges(lockfile, release.lockfile).map((change) => change.name)).toEqual(gone);
  });

  it("tells names that the lock does not have", () => {
    expect(releaseNamed(lockfile, ["gti", "git"], amd64).unknown).toEqual(["gti"]);
  });
});

describe("releaseAll", () => {
  it("lets go of everything of one platform", () => {
    const lockfile = lockOf({ "apt(git)": { git: "1" } });
    const { lockfile: left } = releaseAll(lockfile, amd64, []);
    expect(lockChanges(lockfile, left).map(({ name }) => name)).toEqual(["bootstrap(bookworm)", "dpkg", "git"]);
    expect(lockChanges(lockfile, releaseAll(lockfile, "linux/arm64", []).lockfile)).toEqual([]);
  });
});

describe("preferredPackages", () => {
  it("gathers what is locked on a base, the longest chain first", () => {
    const lockfile = lockOf({ "apt(git) > apt(curl)": { curl: "8", zlib: "2" }, "apt(git)": { git: "1", zlib: "1" } });
    const preferred = preferredPackages(lockfile, { baseKey: "bootstrap(bookworm)", platform: amd64 });
    expect(Object.entries(preferred).map(([name, { version }]) => `${name}=${version}`)).toEqual(
      expect.arrayContaining(["curl=8", "git=1", "zlib=2"]),
    );
  });
});

describe("lockChanges", () => {
  it("tells from which version to which", () => {
    const before = lockOf({ "apt(git)": { git: "1", zlib: "1" } });
    const after = lockOf({ "apt(git)": { git: "2", less: "5" } });
    expect(lockChanges(before, after)).toEqual([
      { kind: "package", name: "git", platform: amd64, from: "1", to: "2" },
      { kind: "package", name: "less", platform: amd64, from: undefined, to: "5" },
      { kind: "package", name: "zlib", platform: amd64, from: "1", to: undefined },
    ]);
  });
});
