import * as fc from "fast-check";
import { expect, it } from "vitest";
import { withoutGoodSets } from "../../../src/lock/quick-check.ts";
import { lockfileSchema } from "../../../src/lock/schema.ts";

const good = {
  version: "1:2.39.5-0+deb12u2",
  architecture: "amd64",
  archive: "debian",
  path: "pool/main/g/git/git_2.39.5-0+deb12u2_amd64.deb",
  sha256: "a".repeat(64),
  size: 7_260_408,
};
const odd = fc.constantFrom(
  undefined,
  null,
  "",
  "..",
  "a/../b",
  "/a",
  "A b",
  "a\n",
  "é",
  -1,
  1.5,
  2 ** 60,
  [],
  {},
  "x",
);
const mutated = fc
  .record({ key: fc.constantFrom(...Object.keys(good), "suite", "component", "other"), value: odd })
  .map(({ key, value }): unknown => ({ ...good, [key]: value }));
const pin = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ ...good, suite: "bookworm" }) },
  { weight: 2, arbitrary: mutated },
  { weight: 1, arbitrary: odd },
);
const goodName = fc.constantFrom("git", "libc6", "g++");
const name = fc.oneof({ weight: 9, arbitrary: goodName }, fc.constantFrom("-git", "", "a b"));
const packageSet = fc.oneof({ weight: 9, arbitrary: fc.dictionary(name, pin, { maxKeys: 3 }) }, odd);
const lock = fc
  .record({ one: packageSet, other: packageSet, extra: fc.option(odd, { freq: 5 }) })
  .map(({ one, other, extra }) => ({
    version: 1,
    archives: {},
    bases: { debian: { platforms: { "linux/amd64": extra === null ? { packages: one } : extra } } },
    packages: { debian: { "linux/amd64": { "apt(git)": other } } },
    environments: {},
  }));

it("leaves to the schema whatever it would refuse, with the same words", () => {
  let taken = 0;
  fc.assert(
    fc.property(lock, (value) => {
      const [whole, quick] = [lockfileSchema.safeParse(value), lockfileSchema.safeParse(withoutGoodSets(value))];
      expect(quick.success).toBe(whole.success);
      expect(quick.error?.issues[0]).toEqual(whole.error?.issues[0]);
      if (whole.success) taken += 1;
    }),
    { numRuns: 500 },
  );
  expect(taken).toBeGreaterThan(10);
});

it("takes the good sets out, and nothing else", () => {
  const bases = { debian: { index: "x", platforms: { amd64: { packages: { git: good } }, arm64: { manifest: "y" } } } };
  const packages = { debian: { amd64: { "apt(git)": { git: good }, "apt(curl)": { curl: { ...good, size: "1" } } } } };
  expect(withoutGoodSets({ version: 1, bases, packages })).toEqual({
    version: 1,
    bases: { debian: { index: "x", platforms: { amd64: { packages: {} }, arm64: { manifest: "y" } } } },
    packages: { debian: { amd64: { "apt(git)": {}, "apt(curl)": { curl: { ...good, size: "1" } } } } },
  });
  expect(withoutGoodSets([])).toEqual([]);
});
