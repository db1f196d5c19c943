import { describe, expect, it } from "vitest";
import { parseKeyPath, printKeyPath } from "../../../src/config/key-path.ts";
import { locateKey } from "../../../src/config/locate.ts";

/** The text from where a key stands to the end of its line. */
async function found(file: string, text: string, key: string): Promise<string | undefined> {
  const place = await locateKey(file, text, parseKeyPath(key));
  return place && text.split("\n")[place.line - 1]?.slice(place.column - 1);
}

describe("locateKey in a script", () => {
  const direct = `import { apt, archive, copy, defineConfig, env, node, run } from "devenv";
export default defineConfig({
  name: "shop",
  environments: {
    "my-dev": {
      image: {
        from: "debian:bookworm",
        layers: [
          apt("git",
            "curl"),
          node("24.21.0"),
          run(["make"], {
            cache: ["/root/.cache"],
          }),
          copy("a",
            "/b"),
          env({
            PATH: "/x" }),
          archive({
            url: "https://example.com/a.tar",
            to: "/" }),
        ],
      },
      ports: [{ container: 80 },
        443],
    },
  },
});
`;
  it.each([
    { key: "name", at: 'name: "shop",' },
    { key: "environments.my-dev.image.from", at: 'from: "debian:bookworm",' },
    { key: "environments.my-dev.image.layers[0]", at: 'apt("git",' },
    { key: "environments.my-dev.image.layers[0].packages", at: 'apt("git",' },
    { key: "environments.my-dev.image.layers[0].packages[1]", at: '"curl"),' },
    { key: "environments.my-dev.image.layers[1]", at: 'node("24.21.0"),' },
    { key: "environments.my-dev.image.layers[1][0].url", at: 'node("24.21.0"),' },
    { key: "environments.my-dev.image.layers[2].command[0]", at: '"make"], {' },
    { key: "environments.my-dev.image.layers[2].cache[0]", at: '"/root/.cache"],' },
    { key: "environments.my-dev.image.layers[3].to", at: '"/b"),' },
    { key: "environments.my-dev.image.layers[4].env.PATH", at: 'PATH: "/x" }),' },
    { key: "environments.my-dev.image.layers[5].to", at: 'to: "/" }),' },
    { key: "environments.my-dev.image.layers[5].sha256", at: "archive({" },
    { key: "environments.my-dev.ports[0].container", at: "container: 80 }," },
    { key: "environments.my-dev.ports[1]", at: "443]," },
    { key: "environments.my-dev.workspace.target", at: '"my-dev": {' },
    { key: "", at: "{" },
  ])("finds $key", async ({ key, at }) => {
    expect(await found("devenv.config.ts", direct, key)).toBe(at);
  });

  const rows: { what: string; text: string; key: string; at: string | undefined }[] = [
    {
      what: "through a function that returns",
      text: "export default defineConfig(({ ci }) => {\n  return { name: 'a',\n    image: 'b' };\n});",
      key: "image",
      at: "image: 'b' };",
    },
    {
      what: "through an arrow with an expression, satisfies and as",
      text: "export default (async () => ({\n  image: 'b' } satisfies Config) as Config);",
      key: "image",
      at: "image: 'b' } satisfies Config) as Config);",
    },
    {
      what: "through a named function of the file",
      text: "function make() { return {\n  image: 'b' }; }\nexport default make();",
      key: "image",
      at: "image: 'b' }; }",
    },
    {
      what: "through names, shorthand and spreads",
      text: "const common = {\n  shell: 'sh' };\nconst image = {\n  from: 'b' };\nexport default { ...common, image };",
      key: "image.from",
      at: "from: 'b' };",
    },
    {
      what: "in what is spread",
      text: "const common = {\n  shell: 'sh' };\nexport default { ...common };",
      key: "shell",
      at: "shell: 'sh' };",
    },
    {
      what: "the property that wins",
      text: "const common = { shell: 'sh' };\nexport default { ...common,\n  shell: 'bash' };",
      key: "shell",
      at: "shell: 'bash' };",
    },
    {
      what: "in a list with spreads",
      text: "const base = [apt('a'), apt('b')];\nexport default { image: { layers: [...base,\n  apt('c')] } };",
      key: "image.layers[2]",
      at: "apt('c')] } };",
    },
    {
      what: "the list itself when a spread is not known",
      text: "import { base } from './base';\nexport default { image: {\n  layers: [...base, apt('c')] } };",
      key: "image.layers[2]",
      at: "layers: [...base, apt('c')] } };",
    },
    {
      what: "in either side of a condition",
      text: "export default { image: ci\n  ? { from: 'a' }\n  : { layers: [] } };",
      key: "image.layers",
      at: "layers: [] } };",
    },
    {
      what: "my side of mergeConfig",
      text: "const base = { shell: 'sh' };\nexport default mergeConfig(base, {\n  shell: 'bash' });",
      key: "shell",
      at: "shell: 'bash' });",
    },
    {
      what: "the base's side of mergeConfig",
      text: "const base = {\n  image: { layers: [apt('a')] } };\nexport default mergeConfig(base, { image: { layers: [apt('b')] } });",
      key: "image.layers[0]",
      at: "apt('a')] } };",
    },
    {
      what: "the joined lists of mergeConfig",
      text: "const base = { image: { layers: [apt('a')] } };\nexport default mergeConfig(base, { image: { layers: [\n  apt('b')] } });",
      key: "image.layers[1]",
      at: "apt('b')] } });",
    },
    {
      what: "an import as the thing that brings the key in",
      text: "import { base } from './base';\nexport default {\n  image: base };",
      key: "image.layers[1]",
      at: "image: base };",
    },
    {
      what: "the export of CommonJS",
      text: "const a = 1;\nmodule.exports = {\n  image: 'b' };",
      key: "image",
      at: "image: 'b' };",
    },
    {
      what: "an export that is named default",
      text: "const config = {\n  image: 'b' };\nexport { config as default };",
      key: "image",
      at: "image: 'b' };",
    },
    { what: "nothing where nothing is exported", text: "const a = 1;", key: "image", at: undefined },
    {
      what: "an end in names that stand for themselves",
      text: "const a = a;\nexport default a;",
      key: "image",
      at: "a;",
    },
  ];
  it.each(rows)("finds $what", async ({ text, key, at }) => {
    expect(await found("devenv.config.ts", text, key)).toBe(at);
  });
});

describe("locateKey in data", () => {
  it.each([
    {
      file: "devenv.config.json",
      text: '{\n\t"image": {\n\t\t"from": "a" } }',
      key: "image.from",
      at: '"from": "a" } }',
    },
    {
      file: "devenv.config.yaml",
      text: "image:\n  layers:\n    - kind: apt\n",
      key: "image.layers[0]",
      at: "kind: apt",
    },
    { file: "devenv.config.yaml", text: "image:\n  from: a\n", key: "image.layers[0]", at: "image:" },
    { file: "package.json", text: '{\n  "devenv": {\n  "image": "a" } }', key: "image", at: '"image": "a" } }' },
    { file: "devenv.config.yaml", text: "", key: "image", at: undefined },
  ])("finds $key in $file", async ({ file, text, key, at }) => {
    expect(await found(file, text, key)).toBe(at);
  });
});

describe("a key path", () => {
  it.each([
    {
      path: ["environments", "my-dev", "image", "layers", 1, "packages", 0],
      key: "environments.my-dev.image.layers[1].packages[0]",
    },
    { path: ["tasks", "test:unit", "command"], key: 'tasks["test:unit"].command' },
    { path: ["registries", "docker.io"], key: 'registries["docker.io"]' },
    { path: ["env", 'a"]b'], key: 'env["a\\"]b"]' },
    { path: ["ports", 0], key: "ports[0]" },
    { path: [], key: "" },
  ])("is printed as $key, and read back", ({ path, key }) => {
    expect(printKeyPath(path)).toBe(key);
    expect(parseKeyPath(key)).toEqual(path);
  });
});
