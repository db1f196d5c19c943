import { expect, it } from "vitest";
import { imageChain } from "../../../../src/env/image/chain.ts";
import { billParts } from "../../../../src/env/sbom/bill.ts";
import { billDocument } from "../../../../src/env/sbom/document.ts";
import { apt, archive, bootstrap } from "../../../../src/index.ts";
import { packageSetOf } from "../../../support/locks.ts";
import { imageOf } from "../../../support/plans.ts";

const distribution = { id: "debian", suite: "bookworm" };
const sha256 = "ab".repeat(32);
const dpkg = { name: "dpkg", version: "1.21", architecture: "amd64" };
const bootstrapped = imageOf(
  { image: { from: bootstrap({ suite: "bookworm" }), layers: [apt("git")] } },
  {
    basePin: { packages: packageSetOf({ dpkg: "1.21" }) },
    sources: [{ kind: "packages", packages: packageSetOf({ git: "2.39" }) }],
  },
);

function partsOf(image: typeof bootstrapped, installed: readonly (typeof dpkg)[] = []) {
  return billParts({ images: [image], installed, distribution });
}

it("has every installed package, with the checksum of those that are locked in that version", () => {
  const [first, second, third] = partsOf(bootstrapped, [dpkg, { ...dpkg, version: "1.22" }, { ...dpkg, name: "git" }]);
  const purl = "pkg:deb/debian/dpkg@1.21?arch=amd64&distro=bookworm";
  expect(first).toMatchObject({ name: "dpkg", version: "1.21", purl, properties: { "devenv:locked": "true" } });
  expect(first?.sha256).toBe(packageSetOf({ dpkg: "1.21" }).dpkg?.sha256);
  expect(second).toMatchObject({ version: "1.22", sha256: undefined, properties: { "devenv:locked": "false" } });
  expect(third).toMatchObject({ name: "git", properties: { "devenv:locked": "false" } });
});

it("has the locked packages where an image has no database of packages", () => {
  const parts = billParts({ images: [bootstrapped], installed: undefined, distribution });
  expect(parts.map(({ name, version }) => `${name} ${version}`)).toEqual(["dpkg 1.21", "git 2.39"]);
});

it("names archives by where they come from, without credentials", () => {
  const urls = ["npm:@scope/tool@1.2.3", "https://user:word@host.test/dl/tool.tar.gz?token=abc"];
  const image = imageOf(
    { image: { from: bootstrap({ suite: "bookworm" }), layers: urls.map((url) => archive({ url, to: "/opt" })) } },
    { sources: urls.map((url) => ({ kind: "archive", url, sha256 })) },
  );
  const parts = partsOf(image);
  expect(parts).toMatchObject([
    { type: "library", group: "@scope", name: "tool", version: "1.2.3", purl: "pkg:npm/%40scope/tool@1.2.3", sha256 },
    { type: "file", name: "tool.tar.gz", sha256 },
  ]);
  expect(parts[1]?.purl).toMatch(`pkg:generic/tool.tar.gz?checksum=sha256:${sha256}&download_url=https:%2F%2F`);
  expect(JSON.stringify(parts)).not.toMatch(/word|token=abc|token%3Dabc/);
});

it("has the base image by its manifest, and one that no registry has by its layers", () => {
  const config = { image: { from: "ghcr.io/acme/base:1" } };
  const purl = `pkg:oci/base@sha256:${sha256}?arch=amd64&repository_url=ghcr.io%2Facme%2Fbase&tag=1`;
  const base = { type: "container", name: "ghcr.io/acme/base", version: "1" };
  expect(partsOf(imageOf(config, { basePin: { manifest: `sha256:${sha256}` } }))).toMatchObject([
    { ...base, purl, sha256 },
  ]);
  const [local] = partsOf(imageOf(config, { basePin: { layers: sha256 } }));
  expect(local).toEqual({ ...base, properties: { "devenv:layers": sha256 } });
});

it("counts what the environments below have", () => {
  const image = imageOf({ image: { from: "debian" } });
  const top = { ...image, environment: "top", base: { kind: "environment", environment: "dev" } } as const;
  const plan = { project: "shop", environments: [{ name: "dev", image }] };
  expect(imageChain(plan, top)).toEqual([top, image]);
});

it("is the same document in whatever order the parts come, and says neither time nor serial number", () => {
  const parts = partsOf(bootstrapped, [dpkg, { ...dpkg, name: "apt" }]);
  const document = billDocument("shop", bootstrapped, parts);
  const text = JSON.stringify(document);
  expect(JSON.stringify(billDocument("shop", bootstrapped, [...parts, ...parts].reverse()))).toBe(text);
  expect(document).toMatchObject({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    metadata: { component: { name: "shop/dev", version: bootstrapped.fingerprint.slice(0, 12) } },
    components: [{ name: "apt" }, { name: "dpkg", hashes: [{ alg: "SHA-256" }] }],
  });
  expect(text).not.toMatch(/timestamp|serialNumber|dependencies/);
});
