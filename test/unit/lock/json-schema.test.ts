import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { lockfileJsonSchema } from "../../../src/lock/json-schema.ts";

const file = "devenv-lock.schema.json";

it("the package holds the schema of the lock as it is", () => {
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(lockfileJsonSchema())));
  expect(packageJson.files).toContain(file);
  expect(packageJson.exports[`./${file}`]).toBe(`./${file}`);
});

it("takes no key that it does not know, in any part of the lock", () => {
  expect(lockfileJsonSchema()).toMatchObject({
    required: ["version", "archives", "bases", "packages", "environments"],
    additionalProperties: false,
    properties: { bases: { additionalProperties: { additionalProperties: false } } },
  });
});
