import { describe, expect, it } from "vitest";
import { findJsonMistake } from "../../../src/config/json-syntax.ts";
import { configJsonSchema } from "../../../src/config/schema.ts";
import { validateConfig } from "../../../src/config/validate.ts";

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: unknown;
  readonly description?: string;
  readonly [key: string]: unknown;
}

function objectsIn(schema: unknown): JsonSchema[] {
  if (typeof schema !== "object" || schema === null) return [];
  const below = Object.values(schema).flatMap(objectsIn);
  return "properties" in schema && !Array.isArray(schema) ? [schema as JsonSchema, ...below] : below;
}

describe("the JSON schema", () => {
  it("describes every key of every object, and lets no other key in", async () => {
    const objects = objectsIn(await configJsonSchema()).filter(({ type }) => type === "object");
    const bare = objects.flatMap(({ properties = {} }) =>
      Object.entries(properties).flatMap(([key, { description }]) => (description === undefined ? [key] : [])),
    );
    expect(objects.length).toBeGreaterThan(20);
    // The one key of `{ environment: … }` has the name that says it.
    expect([...new Set(bare)]).toEqual(["environment"]);
    expect(objects.every(({ additionalProperties }) => additionalProperties === false)).toBe(true);
  });

  it("is a document of the current draft that allows either form", async () => {
    expect(await configJsonSchema()).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      required: ["name"],
      anyOf: [{ required: ["environments"] }, { required: ["image"] }],
      properties: { name: { description: expect.stringContaining("Project name") } },
    });
  });
});

describe("what the schema accepts", () => {
  const withImage = (image: unknown) => ({ name: "shop", image });
  const withLayer = (layer: unknown) => withImage({ from: "a", layers: [layer] });
  it.each([
    {
      what: "each way to name a base",
      value: withImage({ from: { kind: "bootstrap", suite: "bookworm", variant: "apt" } }),
    },
    { what: "a base that is another environment", value: withImage({ from: { environment: "base" } }) },
    {
      what: "an archive for each platform",
      value: withLayer({ kind: "archive", url: { "linux/arm64/v8": "npm:node@1.0.0" }, to: "/" }),
    },
    {
      what: "a group of layers",
      value: withLayer([
        { kind: "apt", packages: [] },
        { kind: "dockerfile", text: "USER a" },
      ]),
    },
    {
      what: "a copy with all its options",
      value: withLayer({ kind: "copy", from: ["a"], to: "/b", owner: "1000:1000", mode: "0755" }),
    },
    {
      what: "ports in both forms",
      value: { ...withImage("a"), ports: [1, { container: 65_535, host: 80, name: "web" }] },
    },
    { what: "keys that are there and undefined", value: { ...withImage("a"), ports: undefined, env: undefined } },
    { what: "tasks with colons", value: { ...withImage("a"), tasks: { "test:unit": "npm test" } } },
    {
      what: "where packages come from",
      value: { ...withImage("a"), packages: { mirrors: { debian: "http://a.example/debian" }, snapshot: false } },
    },
    { what: "mirrors of registries", value: { ...withImage("a"), registries: { "docker.io": "mirror.example.com" } } },
  ])("$what", async ({ value }) => {
    expect(await validateConfig(value)).toMatchObject({ name: "shop", isSingle: true });
  });

  it.each([
    { what: "a wrong checksum", value: withLayer({ kind: "archive", url: "npm:a@1.0.0", to: "/", sha256: "ABC" }) },
    { what: "a negative strip", value: withLayer({ kind: "archive", url: "npm:a@1.0.0", to: "/", strip: -1 }) },
    { what: "a mode that is not octal", value: withLayer({ kind: "copy", from: "a", to: "/b", mode: "0789" }) },
    { what: "a cache that is not absolute", value: withLayer({ kind: "run", command: "make", cache: ["cache"] }) },
    { what: "a group inside a group", value: withLayer([[{ kind: "apt", packages: [] }]]) },
    { what: "a platform that is no platform", value: withImage({ from: "a", platform: "amd64" }) },
    { what: "a workspace that is not absolute", value: { ...withImage("a"), workspace: { target: "work" } } },
    {
      what: "an environment name that is too long",
      value: { name: "shop", environments: { ["a".repeat(41)]: { image: "a" } } },
    },
    { what: "keys of what is not delivered yet", value: { ...withImage("a"), services: {} } },
  ])("$what is refused, with one problem", async ({ value }) => {
    expect(await validateConfig(value)).toHaveLength(1);
  });
});

describe("a mistake in JSON", () => {
  const rows = [
    { text: '{ "a": 1, }', at: "}", reason: "expected a key in double quotes after the comma, found `}`" },
    { text: "[1, 2,]", at: "]", reason: "expected a value after the comma, found `]`" },
    { text: '{ "a": abc }', at: "abc", reason: "expected a value, found `abc`" },
    { text: "[1 2]", at: "2", reason: "expected `,` or `]`, found `2`" },
    { text: "{ 'a': 1 }", at: "'", reason: "expected a key in double quotes, found `'`" },
    { text: '{ "a" 1 }', at: "1", reason: "expected `:`, found `1`" },
    { text: '{ "a": 01 }', at: "01", reason: "expected a value, found `01`" },
    { text: "// note\n{}", at: "/", reason: "expected a value, found `/`" },
    { text: '{ "a": 1 } x', at: "x", reason: "expected the end of the file, found `x`" },
    { text: '{ "a": [', at: "", reason: "expected a value, found the end of the file" },
  ];
  it.each(rows)("$text: $reason", ({ text, at, reason }) => {
    expect(findJsonMistake(text)).toEqual({ offset: at === "" ? text.length : text.indexOf(at), reason });
  });

  it("is none in what JSON.parse reads", () => {
    const text = JSON.stringify({ a: [1, -2.5e-3, '\u0001\\"/', { b: null }], c: {}, d: [], e: true }, null, 2);
    expect(findJsonMistake(text)).toBeUndefined();
  });
});
