import fc from "fast-check";
import { expect, it } from "vitest";
import { projectName } from "../../../../src/onboard/init/project-name.ts";

it.each([
  ["shop", "shop"],
  ["@acme/shop", "shop"],
  ["Web Shop (neu)", "web-shop-neu"],
  ["café", "cafe"],
  [".hidden_", "hidden"],
  ["日本", "project"],
])("%j becomes %j", (given, name) => expect(projectName(given)).toBe(name));

it("every name becomes one that a config may have", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (given) => /^[a-z0-9][a-z0-9._-]*$/.test(projectName(given))));
});
