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
  const long = (length: number) => "a".repeat(length);
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
    {
      what: "packages by each form of their names",
      value: withLayer({
        kind: "apt",
        packages: [
          "git",
          "g++",
          "libstdc++6",
          "libc6:arm64",
          "git=1:2.39*",
          "vim/stable",
          "less=590-2.1~deb12u2",
          "memtest86+",
        ],
      }),
    },
    {
      what: "packages of Alpine",
      value: withLayer({ kind: "apk", packages: ["git", "py3-pip=23.3.1-r0", "curl~8", "git@edge", "so:libc.musl"] }),
    },
    {
      what: "names as images have them",
      value: { name: "shop", environments: { "a--b_c__d-1": { image: "a" } } },
      isSingle: false,
    },
    {
      what: "what gives up protection",
      value: {
        ...withImage("a"),
        securityOpt: ["no-new-privileges:false", "seccomp=unconfined", "apparmor=docker-default", "label=disable"],
        host: { timezone: true },
      },
    },
    {
      what: "long commands",
      value: { ...withLayer({ kind: "run", command: long(59_000) }), hooks: { start: long(119_000) } },
    },
    { what: "mirrors of registries", value: { ...withImage("a"), registries: { "docker.io": "mirror.example.com" } } },
  ])("$what", async ({ value, isSingle = true }: { readonly value: unknown; readonly isSingle?: boolean }) => {
    expect(await validateConfig(value)).toMatchObject({ name: "shop", isSingle });
  });

  it.each([
    { what: "a wrong checksum", value: withLayer({ kind: "archive", url: "npm:a@1.0.0", to: "/", sha256: "ABC" }) },
    { what: "a negative strip", value: withLayer({ kind: "archive", url: "npm:a@1.0.0", to: "/", strip: -1 }) },
    { what: "a mode that is not octal", value: withLayer({ kind: "copy", from: "a", to: "/b", mode: "0789" }) },
    { what: "a cache that is not absolute", value: withLayer({ kind: "run", command: "make", cache: ["cache"] }) },
    { what: "a group inside a group", value: withLayer([[{ kind: "apt", packages: [] }]]) },
    ...["less-", "less=590-", "-y", "a b", "./a.deb", "git:amd64-", "Git"].map((name) => ({
      what: `the package ${name}`,
      value: withLayer({ kind: "apt", packages: [name] }),
    })),
    ...["!less", "-U", "a b"].map((name) => ({
      what: `the package ${name} of Alpine`,
      value: withLayer({ kind: "apk", packages: [name] }),
    })),
    { what: "a package of a base", value: withImage({ from: { kind: "bootstrap", suite: "a", packages: ["b-"] } }) },
    ...["shop.", "shop-", "a..b", "a._b", "a___b", "Shop", "a".repeat(129)].map((name) => ({
      what: `the name ${name}`,
      value: { ...withImage("a"), name },
    })),
    ...["dev_", "a._b", "a.b"].map((name) => ({
      what: `the environment ${name}`,
      value: { name: "shop", environments: { [name]: { image: "a" } } },
    })),
    ...["-x", "a b", "a".repeat(33), "4294967295", "1:2:3", "ada:"].map((user) => ({
      what: `the user ${user}`,
      value: withImage({ from: "a", user }),
    })),
    ...["/a,b", "/a b", "/", "/$HOME", '/"a"'].map((path) => ({
      what: `a step's cache at ${path}`,
      value: withLayer({ kind: "run", command: "make", cache: [path] }),
    })),
    { what: "a cache at the root", value: { ...withImage("a"), caches: ["/"] } },
    { what: "a workspace at the root", value: { ...withImage("a"), workspace: { target: "/./" } } },
    { what: "a mount at the root", value: { ...withImage("a"), mounts: ["a:/:ro"] } },
    { what: "a volume of one letter", value: { ...withImage("a"), mounts: [{ volume: "v", target: "/v" }] } },
    { what: "a step that is too long", value: withLayer({ kind: "run", command: [long(40_000), long(40_000)] }) },
    { what: "a line of a Dockerfile that is too long", value: withLayer({ kind: "dockerfile", text: long(66_000) }) },
    { what: "a hook that is too long", value: { ...withImage("a"), hooks: { start: [long(121_000)] } } },
    { what: "a task that is too long", value: { ...withImage("a"), tasks: { t: { command: long(121_000) } } } },
    { what: "a value that is too long", value: { ...withImage("a"), env: { A: long(121_000) } } },
    { what: "a layer's value that is too long", value: withLayer({ kind: "env", env: { A: long(61_000) } }) },
    { what: "a NUL in a command", value: withLayer({ kind: "run", command: "echo \0" }) },
    { what: "a NUL in a value", value: { ...withImage("a"), env: { A: "\0" } } },
    { what: "too few processors", value: { ...withImage("a"), resources: { cpus: 0.001 } } },
    { what: "an option of the engine that is none", value: { ...withImage("a"), securityOpt: ["systempaths"] } },
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
