import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bootstrap, type ImageConfig } from "../../../src/config/define.ts";
import { apt, archive, copy, env, run } from "../../../src/config/layers.ts";
import type { LayerSource } from "../../../src/plan/image-input.ts";
import { imageOf } from "../../support/plans.ts";

const entry = {
  kind: "file",
  path: "a.txt",
  mode: 0o644,
  size: 3,
  digest: "1".repeat(64),
  source: "/x/a.txt",
} as const;
const base: ImageConfig = { from: "debian:12", layers: [apt("git"), copy("a.txt", "/a"), env({ A: "1", B: "2" })] };
const sourcesOf = (changes: Partial<Omit<typeof entry, "kind">> = {}): LayerSource[] => [
  undefined,
  { kind: "copy", entries: [{ ...entry, ...changes } as typeof entry] },
  undefined,
];
const fingerprintOf = (image: ImageConfig, sources = sourcesOf(), platform = "linux/amd64") =>
  imageOf({ image }, { sources, platform }).fingerprint;

describe("the fingerprint of an image", () => {
  const reference = fingerprintOf(base);

  it("is a lower-case sha256 and the tag, below a host that no registry answers for", () => {
    const image = imageOf({ image: base }, { sources: sourcesOf() });
    expect(image.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(image.tag).toBe(`localhost/shop/dev:${image.fingerprint}`);
  });

  it.each<[string, string]>([
    ["the place of a copied file on the host", fingerprintOf(base, sourcesOf({ source: "/elsewhere/a.txt" } as never))],
    [
      "the order of variables",
      fingerprintOf({ ...base, layers: [apt("git"), copy("a.txt", "/a"), env({ B: "2", A: "1" })] }),
    ],
    ["a default written out", fingerprintOf({ ...base, from: "docker.io/library/debian:12" })],
  ])("does not change with %s", (_name, fingerprint) => expect(fingerprint).toBe(reference));

  it.each<[string, string]>([
    ["the base", fingerprintOf({ ...base, from: "debian:13" })],
    ["the user", fingerprintOf({ ...base, user: "dev" })],
    ["the platform", fingerprintOf(base, sourcesOf(), "linux/arm64")],
    [
      "a package",
      fingerprintOf({ ...base, layers: [apt("git", "curl"), copy("a.txt", "/a"), env({ A: "1", B: "2" })] }),
    ],
    [
      "the order of layers",
      fingerprintOf({ ...base, layers: [copy("a.txt", "/a"), apt("git"), env({ A: "1", B: "2" })] }, [
        sourcesOf()[1],
        undefined,
        undefined,
      ]),
    ],
    ["a variable", fingerprintOf({ ...base, layers: [apt("git"), copy("a.txt", "/a"), env({ A: "1", B: "3" })] })],
    ["the content of a copied file", fingerprintOf(base, sourcesOf({ digest: "2".repeat(64) } as never))],
    ["the mode of a copied file", fingerprintOf(base, sourcesOf({ mode: 0o755 } as never))],
    ["the name of a copied file", fingerprintOf(base, sourcesOf({ path: "b.txt" } as never))],
  ])("changes with %s", (_name, fingerprint) => expect(fingerprint).not.toBe(reference));

  it("does not change with the mirror of a bootstrapped base, and does with its packages", () => {
    const of = (options: Parameters<typeof bootstrap>[0]) => imageOf({ image: { from: bootstrap(options) } });
    const plain = of({ suite: "bookworm", packages: ["a", "b"] });
    expect(of({ suite: "bookworm", packages: ["b", "a"], mirror: "http://m.example.com/debian" }).fingerprint).toBe(
      plain.fingerprint,
    );
    expect(of({ suite: "bookworm", packages: ["a"] }).fingerprint).not.toBe(plain.fingerprint);
    expect(plain.baseTag).toMatch(/^localhost\/devenv\/bootstrap:bookworm-[0-9a-f]{12}$/);
  });

  it("follows the base environment", () => {
    const child = (layers: ImageConfig["layers"]) =>
      imageOf(
        { image: { from: { environment: "base" } } },
        { base: imageOf({ image: { from: "debian:12", layers: layers ?? [] } }) },
      );
    expect(child([run("a")]).fingerprint).not.toBe(child([run("b")]).fingerprint);
    expect(child([run("a")]).fingerprint).toBe(child([run("a")]).fingerprint);
  });

  it("takes an archive by its sha256, never by its address", () => {
    const of = (url: string, sha256: string) =>
      imageOf(
        { image: { from: "debian:12", layers: [archive({ url, to: "/opt" })] } },
        { sources: [{ kind: "archive", url, sha256 }] },
      ).fingerprint;
    expect(of("https://a.example.com/x.tgz", "3".repeat(64))).toBe(of("https://b.example.com/x.tgz", "3".repeat(64)));
    expect(of("https://a.example.com/x.tgz", "3".repeat(64))).not.toBe(
      of("https://a.example.com/x.tgz", "4".repeat(64)),
    );
  });

  it("tells any two commands apart", () => {
    const of = (command: string) => imageOf({ image: { from: "debian:12", layers: [run(command)] } }).fingerprint;
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(of(one) === of(other)).toBe(one === other);
      }),
    );
  });
});
