import { expect, it } from "vitest";
import {
  baseClaimTag,
  claimTag,
  type ImageName,
  isSharedBase,
  readImageName,
  replacedTag,
} from "../../../src/plan/image-names.ts";

const fingerprint = "a".repeat(64);
const own = { project: "shop", id: "0123456789ab" };
const base = "localhost/devenv/bootstrap:bookworm-3f9a1c27e0b4";

it.each<[string, Partial<ImageName> | undefined]>([
  [`localhost/shop/dev:${fingerprint}`, { kind: "image", project: "shop", environment: "dev", name: fingerprint }],
  [
    claimTag(own, { environment: "dev", fingerprint }),
    { kind: "claim", ...own, environment: "dev", name: fingerprint },
  ],
  [baseClaimTag(own, base) ?? "", { kind: "base", ...own, name: "bootstrap:bookworm-3f9a1c27e0b4" }],
  ["localhost/shop/devenv/base:debian-12-3f9a1c27e0b4", { kind: "base", project: "shop", id: undefined }],
  [replacedTag(own, "dev", `sha256:${fingerprint}`), { kind: "replaced", ...own, name: "replaced-aaaaaaaaaaaa" }],
  ["localhost/shop/dev/snapshots/0123456789ab:one", { kind: "snapshot", ...own, environment: "dev", name: "one" }],
  ["localhost/shop/dev/snapshots:one", { kind: "snapshot", project: "shop", id: undefined, name: "one" }],
  ["localhost/shop/dev/unchecked/0123456789ab:one", { kind: "unchecked", ...own, name: "one" }],
  [`docker.io/localhost/shop/dev:${fingerprint}`, { kind: "image", project: "shop", environment: "dev" }],
  [`localhost/shop/base:${fingerprint}`, { kind: "image", environment: "base" }],
  [base, undefined],
  ["localhost/shop/dev:latest", undefined],
  ["localhost/shop/dev:verify-0123abcd", undefined],
  [`registry.example.com/shop/dev:${fingerprint}`, undefined],
  ["localhost/shop/dev/snapshots/0123456789AB:one", undefined],
  ["localhost/shop/dev/snapshots/../x:one", undefined],
  ["", undefined],
])("reads %s", (tag, expected) => {
  const name = readImageName(tag);
  if (expected === undefined) expect(name).toBeUndefined();
  else expect(name).toMatchObject(expected);
});

it("claims what is shared alone", () => {
  expect(isSharedBase(base)).toBe(true);
  expect(baseClaimTag(own, "debian:12")).toBeUndefined();
});
