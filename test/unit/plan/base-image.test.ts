import { describe, expect, it } from "vitest";
import type { BasePin } from "../../../src/lock/lockfile.ts";
import { baseImageTag, countedPin } from "../../../src/plan/base-image.ts";

const reference = { kind: "reference", reference: "docker.io/library/debian:bookworm-slim" } as const;
const bootstrap = {
  kind: "bootstrap",
  suite: "bookworm",
  packages: [],
  variant: "minbase",
  mirror: undefined,
} as const;
const platform = "linux/amd64";
const bash = {
  version: "5.2",
  architecture: "amd64",
  archive: "debian",
  suite: "bookworm",
  component: "main",
  path: "pool/main/b/bash/bash_5.2_amd64.deb",
  sha256: "1".repeat(64),
  size: 1,
};
const packages = (changes: Partial<typeof bash> = {}): BasePin => ({ packages: { bash: { ...bash, ...changes } } });

describe("the name of a base in the engine", () => {
  it("is what the config says while nothing is locked, and for an image that only the engine has", () => {
    expect(baseImageTag(reference, platform, undefined)).toBe(reference.reference);
    expect(baseImageTag(reference, platform, { layers: "1".repeat(64) })).toBe(reference.reference);
  });

  it("tells the image of a registry by its manifest", () =>
    expect(baseImageTag(reference, platform, { manifest: `sha256:${"3f".repeat(32)}` })).toBe(
      "localhost/devenv/base:debian-bookworm-slim-3f3f3f3f3f3f",
    ));

  it("is one that engines take, however long the reference is", () => {
    const long = { ...reference, reference: `docker.io/x/${"y".repeat(100)}:${"z".repeat(100)}` };
    expect(baseImageTag(long, platform, { manifest: `sha256:${"3f".repeat(32)}` })).toMatch(
      /^localhost\/devenv\/base:[\w.-]{128}$/,
    );
  });

  it("is another one for another version of a package", () => {
    const tags = [undefined, packages(), packages({ version: "5.3", sha256: "2".repeat(64) })].map((pin) =>
      baseImageTag(bootstrap, platform, pin),
    );
    for (const tag of tags) expect(tag).toMatch(/^localhost\/devenv\/bootstrap:bookworm-[0-9a-f]{12}$/);
    expect(new Set(tags).size).toBe(3);
  });
});

it("counts of a package what it is, not where it is", () => {
  expect(countedPin(packages({ suite: "bookworm-updates", path: "pool/b.deb" }))).toEqual(countedPin(packages()));
  expect(countedPin(packages({ sha256: "2".repeat(64) }))).not.toEqual(countedPin(packages()));
});
