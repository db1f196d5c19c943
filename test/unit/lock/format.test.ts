import { describe, expect, it } from "vitest";
import { parseLockfile, printLockfile } from "../../../src/lock/format.ts";
import type { Lockfile, PackagePin } from "../../../src/lock/lockfile.ts";
import { thrown } from "../../support/thrown.ts";

const sha256 = "a".repeat(64);
const git: PackagePin = {
  version: "1:2.39.5-0+deb12u2",
  architecture: "amd64",
  archive: "debian",
  suite: "bookworm",
  component: "main",
  path: "pool/main/g/git/git_2.39.5-0+deb12u2_amd64.deb",
  sha256,
  size: 7_260_408,
};
const lockfile: Lockfile = {
  archives: { "npm:npm@11.21.2": { integrity: "sha512-abc", sha256, size: 12 } },
  bases: {
    "docker.io/library/debian:bookworm-slim": {
      index: `sha256:${sha256}`,
      platforms: { "linux/arm64": { manifest: `sha256:${sha256}` }, "linux/amd64": { manifest: `sha256:${sha256}` } },
    },
    "bootstrap(bookworm)": { platforms: { "linux/amd64": { packages: { git } } } },
  },
  packages: { "bootstrap(bookworm)": { "linux/amd64": { "apt(git)": { git } } } },
  environments: {
    dev: {
      requests: { "image.from": "bootstrap(bookworm)" },
      images: { "linux/amd64": { fingerprint: sha256, content: sha256, layers: [{ key: "from", content: sha256 }] } },
    },
  },
};

describe("printLockfile", () => {
  it("gives the same text whatever the order of the keys", () => {
    const turned = Object.fromEntries(Object.entries(lockfile).reverse()) as unknown as Lockfile;
    expect(printLockfile(turned)).toBe(printLockfile(lockfile));
    expect(printLockfile(lockfile)).toMatch(/^\{\n {2}"archives": \{\n[\s\S]*\n {2}"version": 1\n\}\n$/);
  });

  it("reads back what it printed", () => {
    expect(parseLockfile(printLockfile(lockfile))).toEqual(lockfile);
  });
});

describe("parseLockfile", () => {
  it.each([
    ["a byte order mark", `\uFEFF${printLockfile(lockfile)}`, "it starts with a byte order mark"],
    ["a key that is what records inherit from", '{ "environments": { "__proto__": {} }, "version": 1 }', "`__proto__`"],
    ["such a key in other letters", '{ "environments": { "__pr\\u006fto__": {} }, "version": 1 }', "`__proto__`"],
    ["a path out of the archive", printLockfile(lockfile).replace("pool/main/g", "../x"), "a relative path without"],
    ["a digest cut short", printLockfile(lockfile).replaceAll(sha256, "abc"), "64 hex digits"],
    ["a key that no lock has", printLockfile(lockfile).replace('"suite"', '"suit"'), "suit"],
    ["something else", "[]", "Lock file `devenv-lock.json` cannot be understood"],
  ])("refuses %s", async (_what, text, reason) => {
    const error = await thrown((async () => parseLockfile(text))());
    expect(error.code).toBe("LOCK_INVALID");
    expect(error.text).toContain(reason);
  });

  it("asks for a newer devenv when the lock is of a newer one", async () => {
    const newer = printLockfile(lockfile).replace('"version": 1', '"version": 2');
    expect(await thrown((async () => parseLockfile(newer))())).toEqual({
      code: "LOCK_VERSION",
      text: "Lock file `devenv-lock.json` has version 2; this devenv knows versions up to 1\n\nhint: update devenv",
    });
  });
});
