import { describe, expect, it } from "vitest";
import type { ImageConfig } from "../../../src/config/define.ts";
import { apt, archive } from "../../../src/config/layers.ts";
import { bootstrap, node } from "../../../src/index.ts";
import { emptyLockfile } from "../../../src/lock/lockfile.ts";
import { archivePlatforms, lockedPlatforms, notedTexts, pinnedPlatforms } from "../../../src/lock/platforms.ts";
import { pinRequests } from "../../../src/lock/requests.ts";
import { withoutPackages } from "../../../src/lock/status-file.ts";
import { amd64, lockOf, packageSetOf } from "../../support/locks.ts";
import { specOf } from "../../support/plans.ts";

const arm64 = "linux/arm64";
const from = bootstrap({ suite: "bookworm" });
const url = { [amd64]: "https://a.example/amd64.tar", [arm64]: "https://a.example/arm64.tar" };

function projectOf(image: ImageConfig) {
  const spec = specOf({ dev: { image } });
  const [dev] = spec.environments;
  if (dev === undefined) throw new Error("no environment");
  return [spec, dev] as const;
}

describe("lockedPlatforms", () => {
  const lockfile = lockOf({ "apt(git)": { git: "1" } });
  const both = {
    ...lockfile,
    packages: {
      "bootstrap(bookworm)": { ...lockfile.packages["bootstrap(bookworm)"], [arm64]: { "apt(git)": packageSetOf({}) } },
    },
  };
  const [spec, dev] = projectOf({ from, layers: [apt("git")] });

  it("are those that packages are locked for", () => {
    expect(lockedPlatforms(spec, lockfile, dev)).toEqual([amd64]);
    expect(lockedPlatforms(spec, both, dev)).toEqual([amd64, arm64]);
    expect(lockedPlatforms(spec, emptyLockfile, dev)).toEqual([]);
  });

  it("are not all that an image of a registry is there for", () => {
    const [image, debian] = projectOf({ from: "debian:12" });
    const manifest = { manifest: `sha256:${"a".repeat(64)}` };
    const bases = { "docker.io/library/debian:12": { platforms: { [amd64]: manifest, [arm64]: manifest } } };
    expect(lockedPlatforms(image, { ...emptyLockfile, bases }, debian)).toEqual([]);
  });

  it("are none beside its own for an environment that says its platform", () => {
    const [fixed, one] = projectOf({ from, layers: [apt("git"), node()], platform: amd64 });
    expect(lockedPlatforms(fixed, both, one)).toEqual([]);
    expect(archivePlatforms(fixed, one)).toEqual([]);
  });

  it("tells which a request is pinned for", () => {
    const [base, layer] = pinRequests(spec, dev, amd64);
    if (base === undefined || layer === undefined) throw new Error("no requests");
    expect(pinnedPlatforms(both, base)).toEqual([amd64]);
    expect(pinnedPlatforms(both, layer)).toEqual([amd64, arm64]);
  });
});

describe("notedTexts", () => {
  const noted = (image: ImageConfig, platform: string) => {
    const [spec, dev] = projectOf(image);
    return notedTexts(spec, dev, platform);
  };

  it("are the same on every platform, and say for which one an address is", () => {
    const image = { from, layers: [archive({ url, to: "/opt" }), archive({ url: "https://a.example/t", to: "/opt" })] };
    const [amd, arm] = [`${url[amd64]} (${amd64})`, `${url[arm64]} (${arm64})`];
    expect(noted(image, amd64)).toEqual({
      "image.from": "bootstrap(bookworm)",
      "image.layers": "2 layers",
      "image.layers[0]": `${amd} + ${arm} + to /opt`,
      "image.layers[1]": "https://a.example/t + to /opt",
    });
    expect(noted(image, arm64)).toEqual(noted(image, amd64));
  });

  it("are those of its platform alone where an environment says one", () => {
    expect(noted({ from, layers: [archive({ url, to: "/opt" })], platform: arm64 }, arm64)).toEqual({
      "image.from": "bootstrap(bookworm)",
      "image.layers": "1 layer",
      "image.layers[0]": "https://a.example/arm64.tar + to /opt",
    });
  });
});

it("a status file loses the packages that are named, and keeps all else", () => {
  const stanza = (name: string) => `Package: ${name}\nStatus: install ok installed\nDescription: it\n more\n\n`;
  expect(withoutPackages(stanza("a") + stanza("b") + stanza("ab"), ["b"])).toBe(stanza("a") + stanza("ab"));
});
